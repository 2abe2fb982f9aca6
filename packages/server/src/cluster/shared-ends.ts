// Ends of sessions as the engine is told of them. What it does not take is done when it is back: nobody may go on with a session
// that was ended, only because it was away just then.
import { SocketError } from '@wirepact/core';
import type { Clock } from '@wirepact/core/internal';
import type { Broker, SessionPlace } from './broker.js';
import { eachOf } from '../each-of.js';
import { everyoneName } from '../delivery/log.js';
import type { DisconnectNotice } from './notices.js';
import type { Close } from './process-messages.js';
import { inboxLogOf } from './shared-sender.js';
import type { Timers } from '../timers.js';

/** So many wait for the engine; of more, the oldest are given up. */
const maxWaiting = 10_000;
/** So long after the engine is back all is done once more: others come back a moment later, or give back what it has lost. */
const onceMoreMs = 1_000;

/** Ends something; rejects where the engine does not take that. */
type End = () => Promise<void>;

/** Ends sessions, in whatever process they are. */
export class SharedEnds {
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #report: (error: unknown) => void;
  /** What the engine has not taken, by what it ends. */
  readonly #waiting = new Map<string, End>();

  constructor(broker: Broker, clock: Clock, timers: Timers, report: (error: unknown) => void) {
    this.#broker = broker;
    this.#clock = clock;
    this.#timers = timers;
    this.#report = report;
  }

  /** Nobody is to go on with a session that has ended here. Never rejects. */
  async endSession(id: string, generation: number): Promise<void> {
    const end = async (): Promise<void> => {
      if (await this.#broker.endSession(id, generation)) this.#broker.drop(inboxLogOf(id));
    };
    await end().catch(() => this.#keep(`session ${id}`, end));
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
    if (this.#waiting.size === 0) return;
    void eachOf(this.#waiting.values(), (end) => end().catch(() => undefined));
    this.#timers.after('ends', onceMoreMs, () => {
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      void eachOf(waiting, ([what, end]) => end().catch(() => this.#keep(what, end)));
    });
  }

  /** By all that hear of it, and by what is put down of those that nobody here has. */
  async #disconnect(notice: DisconnectNotice): Promise<void> {
    this.#broker.emit(everyoneName, JSON.stringify(notice));
    const places = await this.#broker.sessionsOf(notice.userId);
    await Promise.all(places.map((place) => this.#disconnectOne(place, notice)));
  }

  async #disconnectOne(
    { id, processId }: SessionPlace,
    { userId: _, ...notice }: DisconnectNotice,
  ): Promise<void> {
    const close: Close = { ...notice, kind: 'close', id };
    const isHeard = await this.#broker.tell(processId, JSON.stringify(close));
    // when it began is known to the process that has it
    if (!isHeard || notice.before === undefined) await this.#broker.endSession(id);
  }

  #keep(what: string, end: End): void {
    // the newest of the same, in the place of the newest
    this.#waiting.delete(what);
    this.#waiting.set(what, end);
    const [oldest] = this.#waiting.keys();
    if (oldest === undefined || this.#waiting.size <= maxWaiting) return;
    this.#waiting.delete(oldest);
    this.#report(givenUp(oldest));
  }
}

function givenUp(what: string): SocketError {
  const text = `the end of ${what} was not taken for so long that it is given up: it may still be resumed`;
  return new SocketError('not_accepted', `[not_accepted] ${text}`);
}
