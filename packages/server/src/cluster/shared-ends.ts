// Ends sessions at the engine. What the engine does not accept is repeated when it is back, so that nobody can resume a session
// that was ended while the engine was away.
import { SocketError } from '@wirepact/core';
import { closeCodes, type Clock } from '@wirepact/core/internal';
import type { Broker, SessionPlace } from './broker.js';
import { isOwnCode } from '../connection/own-codes.js';
import { eachOf } from '../each-of.js';
import { everyoneName } from '../delivery/log.js';
import type { DisconnectNotice } from './notices.js';
import type { Close, Closing } from './process-messages.js';
import { parseJson, toRecord } from '../read-json.js';
import { inboxLogOf } from './shared-sender.js';
import type { Timers } from '../timers.js';

/** How many ends of either kind wait for the engine. Of more, the oldest are given up. */
const maxWaiting = 10_000;
/** How long after the engine is back all ends are repeated: others come back later, or give back what the engine has lost. */
const onceMoreMs = 1_000;

/** How long an end that was not accepted waits, if the engine is not known to have been away. */
const keptForMs = 30_000;
/** How long an end that came too late is remembered here: the process that claimed the session before it asks for it. */
const rememberedMs = 10_000;

/** How a client is closed. */
type How = Pick<Close, 'reason' | 'code'>;

/** How, where nobody has said. */
const unsaid: How = { reason: 'the session was ended', code: closeCodes.normal };

/** Ends something; rejects where the engine does not take that. */
type End = () => Promise<void>;

/** Ends sessions, in whatever process they are. */
export class SharedEnds {
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #report: (error: unknown) => void;
  /** What the application wants to end and the engine has not taken, by what that is. */
  readonly #wanted = new Map<string, End>();
  /** The same of sessions that ended by themselves. The engine forgets them in time even if it is never told. */
  readonly #lapsed = new Map<string, End>();
  /** Sessions that have ended here, by the same names, and by which claim they were here. */
  readonly #ended = new Map<string, number>();

  constructor(broker: Broker, clock: Clock, timers: Timers, report: (error: unknown) => void) {
    this.#broker = broker;
    this.#clock = clock;
    this.#timers = timers;
    this.#report = report;
  }

  /** A session is ending here: another process that claims it before the engine knows is told so when it asks. */
  noteEnd(id: string, generation: number): void {
    this.#ended.set(nameOf(id), generation);
  }

  /** By which claim a session was here that has ended here, as long as it may be that not everybody knows. */
  endedBy(id: string): number | undefined {
    return this.#ended.get(nameOf(id));
  }

  /**
   * Nobody is to go on with a session that has ended here; one that the application has closed is closed wherever its client went
   * on meanwhile. Never rejects.
   */
  async endSession(id: string, generation: number, closing?: Closing): Promise<void> {
    const what = nameOf(id);
    this.noteEnd(id, generation);
    const end = async (): Promise<void> => {
      if (await this.#broker.endSession(id, generation)) {
        this.#ended.delete(what);
        return this.#broker.drop(inboxLogOf(id));
      }
      this.#timers.after(`the end of ${what}`, rememberedMs, () => this.#ended.delete(what));
      if (closing === undefined) return;
      const place = await this.#broker.findSession(id);
      if (place !== undefined) await this.#disconnectOne(place, closing);
    };
    await end().catch(() => this.#keep(what, end, closing === undefined ? this.#lapsed : this.#wanted));
  }

  /** Nobody is to go on with a session, whoever has it: that one closes its client so. Rejects where it is not taken. */
  async endAnywhere(id: string, { reason, code }: How): Promise<void> {
    await this.#broker.endSession(id, undefined, JSON.stringify({ reason, code }));
  }

  /** How a client is closed whose session somebody else has ended. Never rejects. */
  async findHow(id: string): Promise<How> {
    const said = await this.#broker.endOf(id).catch(() => undefined);
    const { reason, code } = toRecord(parseJson(said ?? ''));
    const isWhole = typeof reason === 'string' && isOwnCode(code);
    return isWhole ? { reason, code: code as number } : unsaid;
  }

  /** Does it, and again where that fails, which is reported. Never rejects. */
  async insist(what: string, end: End): Promise<void> {
    try {
      await end();
    } catch (error) {
      this.#report(error);
      this.#keep(what, end);
    }
  }

  /** Closes the clients of a user in every process, and lets none of them resume. Never rejects. */
  async disconnectUser(userId: string, reason: string, code: number): Promise<void> {
    const notice: DisconnectNotice = { kind: 'disconnect', userId, reason, code };
    // what begins from now on is a new login
    const before = this.#clock.now();
    try {
      await this.#disconnect(notice);
    } catch (error) {
      this.#report(error);
      this.#keep(`user ${userId}`, () => this.#disconnect({ ...notice, before }));
    }
  }

  /** The engine is back. */
  returned(): void {
    const waiting = [...this.#wanted.values(), ...this.#lapsed.values()];
    if (waiting.length === 0) return;
    void eachOf(waiting, (end) => end().catch(() => undefined));
    this.#timers.after('ends', onceMoreMs, () => this.#tryAgain());
  }

  #tryAgain(): void {
    for (const among of [this.#wanted, this.#lapsed]) {
      const waiting = [...among];
      among.clear();
      void eachOf(waiting, ([what, end]) => end().catch(() => this.#keep(what, end, among)));
    }
  }

  /** By all that hear of it, and by what is put down of those that nobody here has. */
  async #disconnect(notice: DisconnectNotice): Promise<void> {
    this.#broker.emit(everyoneName, JSON.stringify(notice));
    const places = await this.#broker.sessionsOf(notice.userId);
    const { reason, code, before } = notice;
    const closing = { reason, code, ...(before !== undefined && { before }) };
    await Promise.all(places.map((place) => this.#disconnectOne(place, closing)));
  }

  async #disconnectOne({ id, processId }: SessionPlace, closing: Closing): Promise<void> {
    const close: Close = { ...closing, kind: 'close', id };
    const isHeard = await this.#broker.tell(processId, JSON.stringify(close));
    // when it began is known to the process that has it, unless that has died
    if (closing.before !== undefined) {
      if (isHeard === true) return;
      if (await this.#broker.isAlive(processId)) throw notHeard(id);
    }
    await this.endAnywhere(id, closing);
  }

  #keep(what: string, end: End, among: Map<string, End> = this.#wanted): void {
    // the newest of the same, in the place of the newest
    among.delete(what);
    among.set(what, end);
    this.#timers.after('kept ends', keptForMs, () => this.#tryAgain());
    const [oldest] = among.keys();
    if (oldest === undefined || among.size <= maxWaiting) return;
    among.delete(oldest);
    this.#ended.delete(oldest);
    if (among === this.#wanted) this.#report(givenUp(oldest));
  }
}

/** What a session is called among what is ended. */
function nameOf(id: string): string {
  return `session ${id}`;
}

function notHeard(id: string): SocketError {
  const text = `client ${id} could not be disconnected: its process does not answer`;
  return new SocketError('not_accepted', `[not_accepted] ${text}`);
}

function givenUp(what: string): SocketError {
  const text = `${what} could not be disconnected, and that is given up: more than ${maxWaiting} such calls wait for the broker`;
  return new SocketError('not_accepted', `[not_accepted] ${text}`);
}
