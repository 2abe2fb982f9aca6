// Sessions that any process can continue: of this process those that are put down for others, and what others say of them.
import { closeCodes } from '@wirepact/core/internal';
import type { Broker } from './broker.js';
import type { Connection } from '../connection/connection.js';
import { closeCodeOf, Departures, handOverMs } from './departures.js';
import { Greetings } from './greetings.js';
import { HandOvers } from './hand-overs.js';
import type { Hello } from '../session/hello.js';
import type { Hub } from '../hub.js';
import { endForGood, endSession } from '../session/lifecycle.js';
import type { Closing, Handled, HandOver, Lost, ProcessMessage } from './process-messages.js';
import { ProcessCalls } from './process-calls.js';
import type { Session } from '../session/session.js';
import { inboxLogOf } from './shared-sender.js';
import { SharedSession } from './shared-session.js';
import { TakeOvers } from './take-overs.js';

/** The sessions of this process that others may go on with. */
export class SharedSessions {
  readonly broker: Broker;
  /** Those that have gone on elsewhere. */
  readonly departures: Departures;
  readonly #hub: Hub;
  readonly #calls: ProcessCalls;
  readonly #handOvers: HandOvers;
  readonly #greetings: Greetings;
  readonly #takeOvers = new TakeOvers();
  readonly #timers = new Set<() => void>();
  #isClosed = false;

  constructor(broker: Broker, processId: string, hub: Hub) {
    this.broker = broker;
    this.#hub = hub;
    const after = (delayMs: number, run: () => void): (() => void) => this.#after(delayMs, run);
    const pause = (delayMs: number): Promise<void> => new Promise((resolve) => void after(delayMs, resolve));
    this.#calls = new ProcessCalls({ broker, clock: hub.options.clock, pause });
    this.#handOvers = new HandOvers({ calls: this.#calls, after });
    this.departures = new Departures(hub, processId, (to, message) => this.#tell(to, message));
    this.#greetings = new Greetings({
      ...{ broker, hub, processId, after, pause, sessions: this },
      ...{ departures: this.departures, handOvers: this.#handOvers, takeOvers: this.#takeOvers },
    });
  }

  /** Nobody is waited for any more. */
  close(): void {
    this.#isClosed = true;
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
    return this.#greetings.returning(id);
  }

  /** Goes on with the session that a client had, wherever that is; with a new one where it cannot. Never rejects. */
  greet(connection: Connection, hello: Hello): Promise<void> {
    return this.#greetings.greet(connection, hello);
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
    else if (message.kind === 'handled' || message.kind === 'lost') this.#toldOf(message);
    else this.departures.told(message);
  }

  /** A message is done, or is not handled. It may be one of a session that was handed over just now, and is not here yet. */
  #toldOf(message: Handled | Lost): void {
    const settled = this.#takeOvers.settled(message.id);
    if (settled === undefined) this.departures.told(message);
    else void settled.then(() => this.departures.told(message));
  }

  /** Ends those that waited in vain for their clients: where no connection is nobody else sees how long they have waited. */
  endOverdue(): void {
    const { clock, session: bounds } = this.#hub.options;
    for (const session of this.#hub.suspended.since(clock.now() - bounds.resumeForMs)) endForGood(session);
  }

  /** Looks after what other processes handle. */
  sweep(): Promise<void> {
    return this.departures.sweep(this.broker);
  }

  async #handOver(message: HandOver): Promise<void> {
    const { id, generation, to } = message;
    await this.#takeOvers.before(id, generation, closeCodeOf(message));
    const answer = JSON.stringify(this.departures.handOver(message));
    let isAwaited = true;
    const stop = this.#after(handOverMs, () => (isAwaited = false));
    await this.#calls.call(to, answer, () => !isAwaited);
    stop();
  }

  /** Runs something later, unless nobody is waited for any more. Returns what calls that off. */
  #after(delayMs: number, run: () => void): () => void {
    if (this.#isClosed) return () => undefined;
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
