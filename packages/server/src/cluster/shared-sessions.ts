// Sessions that any process can continue: claimed by the process that the client comes to, and handed over by the one that had
// them.
import { closeCodes, closedAbnormally } from '@wirepact/core/internal';
import type { Broker, ClaimedSession } from './broker.js';
import type { Connection } from '../connection/connection.js';
import { closeCodeOf, Departures, handOverMs, isElsewhere } from './departures.js';
import { HandOvers } from './hand-overs.js';
import type { Hello } from '../session/hello.js';
import type { Hub } from '../hub.js';
import { endForGood, endSession, loseConnection, openSession, suspendSession } from '../session/lifecycle.js';
import type { Closing, HandOver, ProcessMessage } from './process-messages.js';
import { ProcessCalls } from './process-calls.js';
import { resumeSession } from '../session/resume.js';
import { restoreSession } from './restore-session.js';
import { Returns } from './returns.js';
import { createSecret, createSessionId, hashOf } from '../secrets.js';
import { Semaphore } from '../semaphore.js';
import { claimSession, isPrompt, type ClaimsHost, type ReturningClient } from './session-claims.js';
import type { Session } from '../session/session.js';
import { encodeNewState } from './session-state.js';
import { inboxLogOf } from './shared-sender.js';
import { SharedSession } from './shared-session.js';
import { TakeOvers, type TakeOver } from './take-overs.js';

/**
 * After an outage thousands come back at once. Were all of them under way together, each turn of the event loop would have the
 * answers for hundreds, for which everybody else waits, and the last would wait for the engine until it has given up.
 */
export const returnsAtOnce = 256;

/** A client that comes back to a session that was claimed for it. */
interface ClaimingClient extends ReturningClient {
  readonly claimed: ClaimedSession;
  /** What it comes back with next. */
  readonly secret: string;
  readonly takeOver: TakeOver;
}

/** Who waits so long for the process that had a session may be missing all messages, in ms: also that another one has claimed it. */
const longTakeMs = 1_000;

/** The sessions of this process that others may go on with. */
export class SharedSessions {
  readonly broker: Broker;
  /** Those that have gone on elsewhere. */
  readonly departures: Departures;
  readonly #processId: string;
  readonly #hub: Hub;
  readonly #claims: ClaimsHost;
  readonly #calls: ProcessCalls;
  readonly #handOvers: HandOvers;
  readonly #semaphore = new Semaphore(returnsAtOnce);
  readonly #returns = new Returns();
  readonly #takeOvers = new TakeOvers();
  readonly #timers = new Set<() => void>();

  constructor(broker: Broker, processId: string, hub: Hub) {
    this.broker = broker;
    this.#processId = processId;
    this.#hub = hub;
    const pause = (delayMs: number): Promise<void> =>
      new Promise((resolve) => void this.#after(delayMs, resolve));
    this.#claims = { broker, hub, pause };
    this.#calls = new ProcessCalls({ broker, clock: hub.options.clock, pause });
    const after = (delayMs: number, run: () => void): (() => void) => this.#after(delayMs, run);
    this.#handOvers = new HandOvers({ processId, calls: this.#calls, after });
    this.departures = new Departures(hub, processId, (to, message) => this.#tell(to, message));
  }

  /** Nobody is waited for any more. */
  close(): void {
    for (const stop of this.#timers) stop();
    this.#timers.clear();
  }

  /** Puts a session down that has just begun, unless that was done before it did. */
  add(session: Session, isPut = false): void {
    session.shared = new SharedSession(this, session, 1, isPut);
    session.openInbox();
    session.shared.noteState();
    this.#hub.cluster?.countSoon();
  }

  /** It has ended for good; `closing` is how the application has closed it, if it has. */
  remove({ shared }: Session, closing?: Closing): void {
    void shared?.end(closing);
    this.#hub.cluster?.countSoon();
  }

  /** The engine was away. */
  noteReturn(): void {
    this.#calls.noteReturn();
  }

  /** Settles when it is decided whether a client that is coming back goes on here. */
  returning(id: string): Promise<void> {
    return this.#returns.decided(id);
  }

  /** Goes on with the session that a client had, wherever that is; with a new one where it cannot. Never rejects. */
  async greet(connection: Connection, hello: Hello): Promise<void> {
    const { session: id, token } = hello;
    if (id === undefined || token === undefined)
      return this.#insured(connection, this.#begin(connection, hello));
    const client = { connection, hello, id, token, saidAt: this.#hub.options.clock.now() };
    const goOn = (): Promise<void> => this.#semaphore.run(() => this.#return(client));
    await this.#returns.run(id, token, () => this.#insured(connection, goOn()));
  }

  /** What goes wrong with one client ends its connection and nothing else: it comes back. */
  async #insured(connection: Connection, greeted: Promise<void>): Promise<void> {
    try {
      await greeted;
    } catch (error) {
      this.#hub.report(error);
      connection.closed(closeCodes.internal, 'the client could not be greeted');
    }
  }

  async #return(client: ReturningClient): Promise<void> {
    const { connection, hello, id } = client;
    if (connection.outgoing.isClosed) return;
    const secret = createSecret();
    const claim = claimSession(this.#claims, client, secret);
    await this.#takeOvers.run(id, claim, async (takeOver) => {
      let claimed: ClaimedSession | undefined;
      try {
        claimed = await claim;
      } catch (error) {
        // it is not known whether there is one: the client asks again
        this.#hub.report(error);
        return connection.closed(closeCodes.internal, 'sessions cannot be looked up now');
      }
      if (claimed === undefined) return this.#begin(connection, hello);
      const taken = { ...client, claimed, secret, takeOver };
      await this.#returns.goOn(id, () => this.#goOn(taken));
    });
  }

  async #goOn(client: ClaimingClient): Promise<void> {
    const { connection, hello, token, secret, takeOver } = client;
    // also where the connection is gone by now: nobody else has the session any more
    const { clock } = this.#hub.options;
    const takenAt = clock.now();
    const session = await this.#take(client);
    if (session === undefined) return this.#begin(connection, hello);
    // another process may have claimed it meanwhile, and not have been heard here: then the engine takes nothing of it
    if (clock.now() - takenAt >= longTakeMs) await session.shared?.commit();
    // it is handed over at once
    const { overtakenWith = session.isHere ? undefined : closeCodes.internal } = takeOver;
    if (overtakenWith !== undefined) return connection.closed(overtakenWith, isElsewhere);
    if (!connection.outgoing.isClosed && resumeSession(session, connection, hello, secret)) return;
    session.resumeToken.rotate(token, secret);
    this.#waitAgain(session);
  }

  /** A connection that was to go on with a session was closed before it could. */
  #waitAgain(session: Session): void {
    // one that waited before is waited for as it was
    if (!session.isHere || this.#hub.suspended.has(session)) return;
    // gone before it was greeted
    if (session.connection === undefined) return suspendSession(session, closedAbnormally, '');
    // what the client says here would confirm a secret that it never got: it is to come back
    loseConnection(session.connection, closeCodes.internal, 'the client has tried to return');
  }

  /**
   * Puts a session down before its client hears of it: from then on other processes can send to it. Where that cannot be, it
   * begins all the same, and is put down later.
   */
  async #begin(connection: Connection, hello: Hello): Promise<void> {
    const { identity } = connection;
    if (connection.outgoing.isClosed) return;
    const id = createSessionId();
    const secret = createSecret();
    let isPut = false;
    try {
      await this.broker.follow(inboxLogOf(id));
      const record = { id, userId: identity.userId, token: hashOf(secret), state: encodeNewState(this.#hub) };
      isPut = (await this.broker.openSession(record)) === 'kept';
    } catch (error) {
      this.#hub.report(error);
    }
    if (!connection.outgoing.isClosed) openSession(connection, hello, { id, secret, isPut });
    if (connection.session !== undefined) return;
    this.broker.unfollow(inboxLogOf(id));
    this.broker.endSession(id, 1).catch((error: unknown) => this.#hub.report(error));
  }

  /** What others send to it as soon as it can be found again comes after it is told of what they sent before. */
  forgotten({ id }: Session): void {
    this.#hub.cluster?.hold(inboxLogOf(id));
  }

  /** What others sent to it while the engine did not have it went nowhere, and its client is told so. */
  async forgot({ id }: Session): Promise<void> {
    await this.#hub.cluster?.recover(inboxLogOf(id));
  }

  /** Somebody has ended it, and this process did not hear of that. */
  ended(session: Session): void {
    session.connection?.intake.stop();
    void this.#hub.cluster?.ends.findHow(session.id).then(({ code, reason }) => {
      endSession(session, code, reason);
    });
  }

  /**
   * The engine takes nothing of it any more, since another process has claimed it. That process says in a moment whether the
   * client is there, and how a connection that is still here is closed depends on it: until then nothing is read from it.
   */
  refused(session: Session): void {
    const { connection, shared } = session;
    if (connection === undefined || shared === undefined) return this.fenced(session);
    shared.isLetGo = true;
    connection.intake.stop();
    this.#after(handOverMs, () => {
      if (session.isHere) this.fenced(session);
    });
  }

  /**
   * Another process has it: here it is over. Unless it is known that the client is there, one that is still here is to come
   * back: a claim may have waited for the engine longer than the client waited for it.
   */
  fenced(session: Session, code: number = closeCodes.internal): void {
    this.departures.leave(session, code);
  }

  /** A process says something about a session. */
  told(message: ProcessMessage): void {
    if (message.kind === 'hand-over') void this.#handOver(message);
    else if (message.kind === 'handed-over') this.#handOvers.heard(message);
    else this.departures.told(message);
  }

  /** Ends those that waited in vain for their clients, and looks after what other processes handle. */
  async sweep(): Promise<void> {
    const { clock, session: bounds } = this.#hub.options;
    // where no connection is there is nobody else to see how long they have waited
    for (const session of this.#hub.suspended.since(clock.now() - bounds.resumeForMs)) endForGood(session);
    await this.departures.sweep(this.broker);
  }

  /** `undefined` where the session has ended, and the engine had not heard of that. */
  async #take(client: ClaimingClient): Promise<Session | undefined> {
    const { connection, hello, id, claimed } = client;
    const local = this.#hub.roster.find(id);
    const { generation, processId } = claimed;
    if (local?.shared !== undefined && local.isHere) {
      const isNext = processId === this.#processId && local.shared.generation === generation - 1;
      if (isNext) {
        local.shared.claimedAgain(generation);
        return local;
      }
      this.fenced(local);
    }
    const isThere = isPrompt(this.#hub, client.saidAt) && !connection.outgoing.isClosed;
    const isOwn = processId === this.#processId;
    // this process may have claimed it, and never heard of that
    const handedOver = isOwn
      ? this.departures.handOver({ id, generation, to: processId, isThere })
      : await this.#handOvers.ask(id, claimed, isThere);
    if (handedOver?.isOver === true) return void this.#hub.cluster?.ends.endSession(id, generation);
    const session = restoreSession({ id, claimed, handedOver, connection, hello }, this);
    this.#hub.roster.add(session);
    const handling = new Set((handedOver?.running ?? []).map(([, by]) => by));
    for (const by of handling) if (by !== processId) this.departures.want(session, by);
    return session;
  }

  async #handOver(message: HandOver): Promise<void> {
    const { id, generation, to } = message;
    await this.#takeOvers.before(id, generation, closeCodeOf(message));
    void this.#tell(to, this.departures.handOver(message));
  }

  /** Runs something later, unless nobody is waited for any more. Returns what calls that off. */
  #after(delayMs: number, run: () => void): () => void {
    const stop = this.#hub.options.clock.after(delayMs, () => {
      this.#timers.delete(stop);
      run();
    });
    this.#timers.add(stop);
    return () => {
      this.#timers.delete(stop);
      stop();
    };
  }

  #tell(processId: string, message: ProcessMessage): Promise<boolean | undefined> {
    return this.broker.tell(processId, JSON.stringify(message));
  }
}
