// One session as it is put down with the engine, so that its client can return to any process: what changes is committed in one
// go per turn, and only the process that claimed it last may.
import type { Frame, Ranges } from '@wirepact/core/internal';
import type { AnswerFrame } from './answer-store.js';
import type { Broker, SessionCommit } from './broker.js';
import { handledNumbers } from './received-numbers.js';
import type { Session } from './session.js';
import { encodeState } from './session-state.js';

/** What a shared session needs of the cluster. */
export interface SharedSessionHost {
  readonly broker: Broker;
  /** Another process has it. */
  fenced(session: Session): void;
}

/** One session as it is put down with the engine. */
export class SharedSession {
  readonly #host: SharedSessionHost;
  readonly #session: Session;
  /** Counts the claims; 0 until the engine knows the session. */
  generation: number;
  /** Its client goes on in another process, or may. */
  isLetGo = false;
  /** The process that has it by now. */
  movedTo: string | undefined;
  /** The process that had it before. */
  cameFrom: string | undefined;
  /** Messages that are being handled there, and what came again of them. */
  readonly elsewhere: Map<number, Frame | undefined> = new Map();
  /** Numbers below the highest that nobody has handled. */
  readonly unhandled: Set<number> = new Set();
  #answers = new Map<number, string>();
  #isStateChanged = false;
  #isDoneChanged = false;
  #isConfirmed = false;
  #committing: Promise<boolean> | undefined;
  #isScheduled = false;
  #ready: Promise<void> = Promise.resolve();

  constructor(host: SharedSessionHost, session: Session, generation = 0) {
    this.#host = host;
    this.#session = session;
    this.generation = generation;
  }

  /** The process that had it before may have asked the client questions that nobody here knows of. */
  get questionPrefix(): string {
    return this.cameFrom === undefined ? 's' : `s${this.generation}.`;
  }

  /** Puts it down for the first time. */
  open(): void {
    const { id, userId, resumeToken } = this.#session;
    const record = { id, userId, token: resumeToken.hash, state: encodeState(this.#session) };
    this.#ready = this.#host.broker.openSession(record);
    this.#ready.then(
      () => (this.generation = 1),
      (error: unknown) => this.#session.hub.report(error, this.#session),
    );
  }

  /** Where it is has changed. */
  noteState(): void {
    this.#isStateChanged = true;
    this.#schedule();
  }

  /** A message was handled; with the answer to it, if it was answered. */
  noteDone(number: number, frames?: readonly AnswerFrame[]): void {
    this.#isDoneChanged = true;
    if (frames !== undefined) this.#answers.set(number, JSON.stringify(frames));
    this.#schedule();
  }

  /** The client has the newest secret. */
  noteConfirmed(): void {
    this.#isConfirmed = true;
    this.#schedule();
  }

  /** What was handled so far, once that is put down; `undefined` when it cannot be, or another process has the session. */
  async handled(): Promise<Ranges | undefined> {
    const done = handledNumbers(this.#session);
    return (await this.commit()) ? done : undefined;
  }

  /** Puts down what changed, or only that it is still here. `false` when that could not be. */
  async commit(): Promise<boolean> {
    // one after the other, or an older one could overtake
    while (this.#committing !== undefined) await this.#committing;
    this.#committing = this.#commit().finally(() => (this.#committing = undefined));
    return this.#committing;
  }

  /** Nobody is to go on with it. */
  async end(): Promise<void> {
    try {
      await this.#ready;
      await this.#host.broker.endSession(this.#session.id, this.generation);
    } catch {
      // it is forgotten in time
    }
  }

  async #commit(): Promise<boolean> {
    const session = this.#session;
    try {
      await this.#ready;
    } catch {
      // the engine was away when the session began: it can be resumed nowhere else, and is as good as ever here
      return true;
    }
    if (this.movedTo !== undefined || !session.isHere) return false;
    const answers = this.#answers;
    const commit: SessionCommit = {
      id: session.id,
      generation: this.generation,
      ...(this.#isStateChanged && { state: encodeState(session) }),
      ...(this.#isDoneChanged && { done: JSON.stringify(handledNumbers(session)) }),
      ...(answers.size > 0 && { answers, answersGone: session.openAnswers().takeGone() }),
      ...(this.#isConfirmed && { isConfirmed: true }),
    };
    this.#answers = new Map();
    this.#isStateChanged = this.#isDoneChanged = this.#isConfirmed = false;
    try {
      const isOurs = await this.#host.broker.commitSession(commit);
      if (!isOurs) this.#host.fenced(session);
      return isOurs;
    } catch {
      // it is put down with the next one; whoever is told that something was handled is told after that
      this.#answers = new Map([...answers, ...this.#answers]);
      this.#isStateChanged ||= commit.state !== undefined;
      this.#isDoneChanged ||= commit.done !== undefined;
      this.#isConfirmed ||= commit.isConfirmed === true;
      return false;
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      void this.commit();
    });
  }
}
