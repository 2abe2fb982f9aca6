// One session as it is stored with the engine, so that its client can return to any process. Changes are committed together,
// once per turn, and only by the process that claimed the session last.
import type { Frame, Ranges } from '@wirepact/core/internal';
import type { Broker, SessionCommit, SessionOutcome, SessionRecord } from './broker.js';
import { handledNumbers } from '../session/received-numbers.js';
import type { Session } from '../session/session.js';
import type { Closing } from './process-messages.js';
import { merge, noChanges } from './session-changes.js';
import { encodeState } from './session-state.js';
import { UnhandledNumbers } from './unhandled-numbers.js';

/** What a shared session needs of the cluster. */
export interface SharedSessionHost {
  readonly broker: Broker;
  /** The engine takes nothing of it any more: another process has it. */
  refused(session: Session): void;
  /** Somebody has ended it. */
  ended(session: Session): void;
  /** The engine has forgotten it, and is about to have it again. */
  forgotten(session: Session): void;
  /** The engine had forgotten it, and has it again. */
  forgot(session: Session): Promise<void>;
}

/** A message that another process handles. */
interface Awaited {
  readonly processId: string;
  /** What came again of it. */
  frame?: Frame;
  /** That process counted as dead when it was last asked for it. */
  isDoubtful?: boolean;
}

/** One session as it is put down with the engine. */
export class SharedSession {
  readonly #host: SharedSessionHost;
  readonly #session: Session;
  /** Counts the claims. */
  generation: number;
  /** Its client goes on in another process, or may. */
  isLetGo = false;
  /** Claims of this process that are under way: until they are decided, it need not be another one that has it. */
  claims = 0;
  /** The process that has it by now, and by which claim. */
  movedTo: string | undefined;
  movedBy = 0;
  /** Another process had it before. */
  isRestored = false;
  /** Messages that processes before this one are handling, by their numbers. */
  readonly elsewhere: Map<number, Awaited> = new Map();
  /** Numbers below the highest that nobody has handled. */
  readonly unhandled: UnhandledNumbers = new UnhandledNumbers();
  /** Why the engine did not take what was last put down; `undefined` when it did. */
  failure: unknown;
  /** Whether the engine has it; what is new beside that is in the rest. */
  #isPut: boolean;
  /** Whether it was in a state that the engine has not taken. */
  #isStateOpen = false;
  /** The processes that the engine names as still handling something of it; `undefined` where it may name others. */
  #namedHolders: string | undefined;
  /** Whether it was there, and is not any more. */
  #isForgotten = false;
  #changes = noChanges();
  /** The numbers of the answers that the engine keeps, or may. */
  readonly #kept = new Set<number>();
  #committing: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined;
  #isScheduled = false;

  constructor(host: SharedSessionHost, session: Session, generation: number, isPut: boolean) {
    this.#host = host;
    this.#session = session;
    this.generation = generation;
    this.#isPut = isPut;
    // of one that begins there is nobody else who knows of it
    if (generation === 1) this.#namedHolders = '';
  }

  /** The process that had it before may have asked the client questions that nobody here knows of. */
  get questionPrefix(): string {
    return this.isRestored ? `s${this.generation}.` : 's';
  }

  /** Whether something of it has changed that the engine has not taken yet. */
  get isBehind(): boolean {
    const { answers, isStateNew, isDoneNew, isConfirmed, isDoubtful } = this.#changes;
    const isChanged = isStateNew || isDoneNew || isConfirmed || isDoubtful || answers.size > 0;
    return isChanged || this.#committing !== undefined;
  }

  /** Where it is, if the engine may not know. */
  get openState(): string | undefined {
    return this.#isStateOpen ? encodeState(this.#session) : undefined;
  }

  /** Where it is has changed. */
  noteState(): void {
    this.#changes.isStateNew = this.#isStateOpen = true;
    this.#schedule();
  }

  /** A message was handled; `answered` is its number, where it was answered. */
  noteDone(answered?: number): void {
    this.#changes.isDoneNew = true;
    if (answered !== undefined) this.#changes.answers.add(answered);
    this.#schedule();
  }

  /** The engine has the answers to these. */
  noteKept(numbers: Iterable<number>): void {
    for (const number of numbers) this.#kept.add(number);
  }

  /** This very process has claimed it once more: of the secret that its client was given with that nothing is known yet. */
  claimedAgain(generation: number): void {
    this.generation = generation;
    this.#namedHolders = undefined;
    this.#changes.isConfirmed = false;
  }

  /** The client has the newest secret. */
  noteConfirmed(): void {
    this.#changes.isConfirmed = true;
    this.#schedule();
  }

  /** It comes from a process that may have died before the list of its user's sessions named it. */
  noteRestored(): void {
    this.#changes.isDoubtful = true;
  }

  /** The engine was away, and may have forgotten some of it. */
  noteDoubt(): void {
    for (const [number] of this.#session.answers?.all() ?? []) this.#changes.answers.add(number);
    this.#changes.isDoneNew = this.#changes.isDoubtful = true;
    this.#namedHolders = undefined;
    this.noteState();
  }

  /** What was handled so far, once that is put down; `undefined` when it cannot be, or another process has the session. */
  async handled(): Promise<Ranges | undefined> {
    const done = handledNumbers(this.#session);
    return (await this.commit()) ? done : undefined;
  }

  /** Puts down what changed, or only that it is still here. `false` when that could not be. */
  commit(): Promise<boolean> {
    // one after the other, or an older one could overtake; all that changes meanwhile goes with the next
    if (this.#committing !== undefined) return (this.#next ??= this.#commitNext());
    this.#committing = this.#commit().finally(() => (this.#committing = undefined));
    return this.#committing;
  }

  async #commitNext(): Promise<boolean> {
    await this.#committing;
    this.#next = undefined;
    return this.commit();
  }

  /** Nobody is to go on with it. `closing` is how the application has closed it, if it has. */
  async end(closing?: Closing): Promise<void> {
    const { id, hub } = this.#session;
    hub.cluster?.ends.noteEnd(id, this.generation);
    while (this.#committing !== undefined) await this.#committing;
    await hub.cluster?.ends.endSession(id, this.generation, closing);
  }

  async #commit(): Promise<boolean> {
    if (this.isLetGo || !this.#session.isHere) return false;
    const { generation } = this;
    let outcome = this.#isPut ? await this.#putChanges() : 'unknown';
    if (outcome === 'unknown') {
      this.#isForgotten ||= this.#isPut;
      if (this.#isForgotten) this.#host.forgotten(this.#session);
      outcome = await this.#putAll();
    }
    // not before it can be found again: what is sent to it until then goes nowhere too
    if (outcome === 'kept' && this.#isForgotten) {
      this.#isForgotten = false;
      await this.#host.forgot(this.#session);
    }
    if (outcome === 'elsewhere' && (this.claims > 0 || this.generation !== generation)) {
      // this very process has claimed it since: what was refused is put down once that is decided
      this.noteDoubt();
      return false;
    }
    if (outcome === 'elsewhere') this.#host.refused(this.#session);
    else if (outcome === 'ended') this.#host.ended(this.#session);
    return outcome === 'kept';
  }

  /** `undefined` when the engine does not answer: what was not put down is with the next. */
  async #putChanges(): Promise<SessionOutcome | undefined> {
    const { id } = this.#session;
    const changes = this.#changes;
    // what was given up by now need not be put down: while the engine is away that is all but the newest
    const answers = this.#encodeAnswers((number) => changes.answers.has(number));
    this.noteKept(answers.keys());
    const answersGone = this.#findGone();
    const holders = this.#findHolders();
    const commit: SessionCommit = {
      id,
      generation: this.generation,
      ...(changes.isStateNew && { state: encodeState(this.#session) }),
      ...(changes.isDoneNew && { done: JSON.stringify(handledNumbers(this.#session)) }),
      ...(answers.size > 0 && { answers }),
      ...(answersGone.length > 0 && { answersGone }),
      ...(String(holders) !== this.#namedHolders && { holders }),
      ...(changes.isConfirmed && { isConfirmed: true }),
      ...(changes.isDoubtful && { isDoubtful: true }),
    };
    this.#changes = noChanges();
    try {
      const outcome = await this.#host.broker.commitSession(commit);
      for (const number of answersGone) this.#kept.delete(number);
      this.failure = undefined;
      if (outcome === 'kept') this.#noteTaken(commit);
      return outcome;
    } catch (error) {
      this.failure = error;
      // the engine may have taken it but for the list of the user's sessions, and would not ask for that again
      const isConfirmed = changes.isConfirmed && this.generation === commit.generation;
      const missed = { ...changes, answers: new Set(answers.keys()), isConfirmed, isDoubtful: true };
      this.#changes = merge(missed, this.#changes);
      return undefined;
    }
  }

  /** The engine has taken what was put down. */
  #noteTaken({ generation, state, holders }: Pick<SessionCommit, 'generation' | 'state' | 'holders'>): void {
    if (generation !== this.generation) return;
    if (state !== undefined && !this.#changes.isStateNew) this.#isStateOpen = false;
    if (holders !== undefined) this.#namedHolders = String(holders);
  }

  /** The other processes that are still handling messages. */
  #findHolders(): readonly string[] {
    return [...new Set(Array.from(this.elsewhere.values(), ({ processId }) => processId))];
  }

  /** What the engine keeps of answers that are not kept here any more. */
  #findGone(): readonly number[] {
    const { answers } = this.#session;
    return [...this.#kept].filter((number) => answers?.find(number) === undefined);
  }

  /** The answers that are kept here, as they are put down: those that are asked for. */
  #encodeAnswers(isAskedFor: (number: number) => boolean = () => true): Map<number, string> {
    const encoded = new Map<number, string>();
    for (const [number, frames] of this.#session.answers?.all() ?? [])
      if (isAskedFor(number)) encoded.set(number, JSON.stringify(frames));
    return encoded;
  }

  async #putAll(): Promise<SessionOutcome | undefined> {
    const { id, userId, resumeToken } = this.#session;
    const answers = this.#encodeAnswers();
    const record = {
      ...{ id, userId, token: resumeToken.hash, previousToken: resumeToken.previousHash },
      generation: this.generation,
      state: encodeState(this.#session),
      done: JSON.stringify(handledNumbers(this.#session)),
      answers,
      holders: this.#findHolders(),
    } satisfies SessionRecord;
    this.noteKept(answers.keys());
    this.#changes = noChanges();
    // what is forgotten from now on is another matter
    this.#isPut = true;
    try {
      const outcome = await this.#host.broker.openSession(record);
      this.failure = undefined;
      if (outcome === 'kept') this.#noteTaken(record);
      return outcome;
    } catch (error) {
      this.failure = error;
      this.#isPut = false;
      return undefined;
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
