// Sessions that have moved to another process, and messages of sessions that came from one: passes on which messages were
// handled to the process that has the client now, however often it has moved.
import { closeCodes } from '@wirepact/core/internal';
import type { AnswerFrame } from '../routing/answer-store.js';
import { sendAgain } from '../routing/answers.js';
import type { Broker } from './broker.js';
import { handleHere, stillHandled } from './handled-elsewhere.js';
import type { Hub } from '../hub.js';
import { breakOff, letGo } from '../session/lifecycle.js';
import type {
  Cancel,
  HandedOver,
  Handled,
  HandOver,
  Lost,
  ProcessMessage,
  Wanted,
} from './process-messages.js';
import { handledNumbers, isWithin } from '../session/received-numbers.js';
import type { Session } from '../session/session.js';

/** What processes say of a message that one of them handles and another one waits for. */
type WordOfMessage = Handled | Wanted | Lost | Cancel;

/** A session that another process has by now. */
interface Left {
  readonly session: Session;
  /** The same from before it came back here, as far as handlers of those still run. */
  readonly earlier: readonly Session[];
  at: number;
  /** Where it was, if that is not put down. */
  readonly state: string | undefined;
  /** Something of it was handled here since, and others were told. */
  hasTold?: boolean;
}

/** What became of a message that another process waits for. */
interface Outcome {
  readonly session: Session;
  readonly number: number;
  readonly frames?: readonly AnswerFrame[];
  /** The process that waits for it counts as dead, and did not hear it. */
  isDoubtful?: boolean;
}

/** How long a process that is asked for a session may take, however busy it is; one that stands still says nothing. */
export const handOverMs = 3_000;
/** How long it is known what a session was: the process that has claimed it may die, or never hear of that. */
const rememberedMs = 15_000;

/** Why a connection is closed whose session has gone on in another process. */
export const isElsewhere = 'the session is with another process';

/** How such a connection is closed: unless it is known that the client is there, it is to come back. */
export function closeCodeOf({ isThere }: Pick<HandOver, 'isThere'>): number {
  return isThere ? closeCodes.takenOver : closeCodes.internal;
}

/** The sessions that this process had. */
export class Departures {
  readonly #hub: Hub;
  readonly #processId: string;
  readonly #tell: (processId: string, message: WordOfMessage) => Promise<boolean | undefined>;
  /** The process that has one now may still ask, and is told what handlers here answer. */
  readonly #left = new Map<string, Left>();
  /** What was handled here, and the process that waits for it has not heard, as far as is known. */
  readonly #unheard = new Set<Outcome>();

  constructor(
    hub: Hub,
    processId: string,
    tell: (processId: string, message: WordOfMessage) => Promise<boolean | undefined>,
  ) {
    this.#hub = hub;
    this.#processId = processId;
    this.#tell = tell;
  }

  /** Another process has it: here it is over. */
  leave(session: Session, code: number, reason: string = isElsewhere): void {
    const at = this.#hub.options.clock.now();
    const left = this.#left.get(session.id);
    if (left?.session === session) left.at = at;
    else this.#left.set(session.id, { session, earlier: busyOf(left), at, state: session.shared?.openState });
    letGo(session, code, reason);
  }

  /** What is known here of a session that was claimed since, and leaves, if it is still here. */
  handOver(message: Omit<HandOver, 'kind'>): HandedOver {
    const { id, generation, to } = message;
    const answer = { kind: 'handed-over', id, from: this.#processId, generation } as const;
    const session = this.find(id);
    const { shared } = session ?? {};
    const ended = this.#hub.cluster?.ends.endedBy(id);
    // what is known of it from before it came back, and ended here, is out of date
    if (ended !== undefined && ended >= (shared?.generation ?? 0))
      return { ...answer, had: ended, isOver: true };
    if (session === undefined || shared === undefined || shared.generation >= generation) return answer;
    const running = stillHandled(session, this.#processId);
    const done = JSON.stringify(handledNumbers(session));
    const answers = [...(session.answers?.all() ?? [])];
    // one that has claimed it before, and asks later, is asked for it as well
    if (generation > shared.movedBy) {
      shared.movedTo = to;
      shared.movedBy = generation;
    }
    this.leave(session, closeCodeOf(message));
    const state = this.#left.get(id)?.state;
    const had = shared.generation;
    return { ...answer, had, ...(state !== undefined && { state }), done, answers, running };
  }

  /** Resolves once nothing of it is handled here any more, and those that waited for that have heard, if they can be told. */
  async settle(): Promise<void> {
    const busy = [...this.#left.values()].flatMap(busyOf);
    await Promise.all(busy.map((session) => session.idle()));
    await Promise.all([...this.#unheard].map((outcome) => this.#pass(outcome)));
  }

  /** What is still handled here is waited for no longer: it is stopped, and left to the processes that have the clients. */
  breakOff(): void {
    for (const { id, calls, shared } of [...this.#left.values()].flatMap(busyOf)) {
      const to = shared?.movedTo;
      for (const call of calls) {
        const { number, aborted } = call;
        if (to !== undefined && number !== undefined && !aborted)
          void this.#tell(to, { kind: 'lost', id, number });
        breakOff(call);
      }
      calls.clear();
    }
  }

  /** A session that is here, or was. */
  find(id: string): Session | undefined {
    return this.#hub.roster.find(id) ?? this.#left.get(id)?.session;
  }

  /** A process says something of a message. */
  told(message: ProcessMessage): void {
    if (message.kind === 'handled') this.#noteHandled(message);
    else if (message.kind === 'wanted') this.#reroute(message);
    else if (message.kind === 'lost') this.#noteLost(message);
    else if (message.kind === 'cancel') this.#cancel(message);
  }

  /** A message of a session that is elsewhere by now was handled here. */
  forward(session: Session, number: number, frames?: readonly AnswerFrame[]): void {
    // the process that is told may die before it has put that down: the next one asks here
    if (frames !== undefined) session.openAnswers().add(number, frames);
    const left = this.#left.get(session.id);
    if (left !== undefined) {
      left.at = this.#hub.options.clock.now();
      left.hasTold = true;
    }
    void this.#pass({ session, number, ...(frames && { frames }) });
  }

  /**
   * Should nobody hear it, it is said again: that process may have missed it for a moment, and would wait for ever. Whether it
   * was heard.
   */
  async #pass(outcome: Outcome): Promise<boolean | undefined> {
    const { session, number, frames } = outcome;
    const { movedTo } = session.shared ?? {};
    if (movedTo === undefined) return undefined;
    this.#unheard.add(outcome);
    const isHeard = await this.#tell(movedTo, {
      kind: 'handled',
      id: session.id,
      number,
      ...(frames && { frames }),
    });
    if (isHeard === true) this.#unheard.delete(outcome);
    return isHeard;
  }

  /** Tells a process whom it is to tell what its handlers answer. Whether it has heard that. */
  want({ id }: Session, processId: string, numbers: readonly number[] = []): Promise<boolean | undefined> {
    return this.#tell(processId, { kind: 'wanted', id, to: this.#processId, numbers });
  }

  /** The client does not want an answer any more. It is done with that; the process that handles it may stop. */
  cancel({ id, shared }: Session, number: number): void {
    const awaited = shared?.elsewhere.get(number);
    if (shared === undefined || awaited === undefined) return;
    shared.elsewhere.delete(number);
    shared.noteDone();
    void this.#tell(awaited.processId, { kind: 'cancel', id, number });
  }

  /** What is being handled by a process that has died will not come: it is handled here. */
  async sweep(broker: Broker): Promise<void> {
    const { clock, session: bounds } = this.#hub.options;
    const lives = new Map<string, Promise<boolean>>();
    const isAlive = (processId: string): Promise<boolean> => {
      // where that is not known, another time
      const life = lives.get(processId) ?? broker.isAlive(processId).catch(() => true);
      lives.set(processId, life);
      return life;
    };
    await Promise.all([...this.#unheard].map((outcome) => this.#passAgain(outcome, isAlive)));
    for (const session of this.#hub.roster.all()) await this.#checkElsewhere(session, isAlive);
    const unheard = new Set(Array.from(this.#unheard, ({ session }) => session.id));
    for (const [id, left] of this.#left) {
      const leftForMs = clock.now() - left.at;
      // whoever has it now has long said so to those that handle something of it; what these told it may have missed though it
      // counts as heard, and it would take what they have forgotten for lost
      const isInvolved = left.hasTold === true || (left.session.shared?.elsewhere.size ?? 0) > 0;
      const isBetween = isInvolved && leftForMs < bounds.resumeForMs;
      const isBusy = isBetween || unheard.has(id) || busyOf(left).length > 0;
      if (!isBusy && leftForMs > rememberedMs) this.#left.delete(id);
    }
  }

  async #passAgain(outcome: Outcome, isAlive: (processId: string) => Promise<boolean>): Promise<void> {
    const { id, shared: { movedTo = '' } = {} } = outcome.session;
    const { clock, session: bounds } = this.#hub.options;
    const isDead = (await this.#pass(outcome)) === false && !(await isAlive(movedTo));
    // after a time without the engine nobody seems to live until they say so again
    const isGone = isDead && outcome.isDoubtful === true;
    // whoever has the session next asks here, as long as its client may come
    const { at = 0 } = this.#left.get(id) ?? {};
    if (isGone && clock.now() - at >= bounds.resumeForMs) this.#unheard.delete(outcome);
    outcome.isDoubtful = isDead;
  }

  /** Word of what others handle may be lost on its way, or with a process between that has died: they are asked for it. */
  async #checkElsewhere(session: Session, isAlive: (processId: string) => Promise<boolean>): Promise<void> {
    for (const [number, awaited] of [...(session.shared?.elsewhere ?? [])]) {
      const { processId } = awaited;
      const lives = await isAlive(processId);
      const wasDoubtful = awaited.isDoubtful === true;
      // its client may have left meanwhile, and another process wants it now
      if (!session.isHere || session.isLetGo) return;
      const isHeard = await this.want(session, processId, [number]);
      // where the engine was away, or its clock was set forward, nobody seems to live until they say so again: they have until
      // the next time to do that, whether they hear already or not. The line of one that is dead may look open for minutes
      awaited.isDoubtful = !lives && isHeard !== undefined;
      if (awaited.isDoubtful && wasDoubtful) handleHere(session, number);
    }
  }

  #reroute({ id, to, numbers }: Wanted): void {
    const session = this.#left.get(id)?.session;
    if (session?.shared !== undefined) session.shared.movedTo = to;
    const known = new Set(session && stillHandled(session, this.#processId).map(([number]) => number));
    for (const outcome of this.#unheard) {
      if (outcome.session !== session) continue;
      known.add(outcome.number);
      void this.#pass(outcome);
    }
    const done = session === undefined ? [] : handledNumbers(session);
    for (const number of numbers) {
      if (known.has(number)) continue;
      // it was told before, and heard as far as could be known
      if (session !== undefined && isWithin(done, number))
        this.forward(session, number, session.answers?.find(number));
      else void this.#tell(to, { kind: 'lost', id, number });
    }
  }

  #cancel({ id, number }: Cancel): void {
    for (const session of busyOf(this.#left.get(id))) session.findCall(number)?.abort();
  }

  #noteLost({ id, number }: Lost): void {
    const session = this.#hub.roster.find(id);
    if (session !== undefined) handleHere(session, number);
  }

  #noteHandled({ id, number, frames }: Handled): void {
    const session = this.find(id);
    // what nobody here awaits was passed on before, or by this very process: passed on again it would never come to an end
    const awaited = session?.shared?.elsewhere.get(number);
    if (session?.shared === undefined || awaited === undefined) return;
    session.shared.elsewhere.delete(number);
    if (session.shared.movedTo !== undefined) return this.forward(session, number, frames);
    // before the client hears of it, or another process could handle it again
    session.shared.noteDone(frames && number);
    // the answer to a request is no longer kept where it was handled
    if (frames === undefined && awaited.frame?.id !== undefined) return sendAgain(session, number);
    if (frames === undefined) return this.#hub.acknowledgements.owe(session);
    session.openAnswers().add(number, frames);
    for (const { text } of frames) session.write(text);
  }
}

/** Sessions that are elsewhere, and of which something is still handled here. */
function busyOf(left: Left | undefined): readonly Session[] {
  return left === undefined ? [] : [left.session, ...left.earlier].filter(({ calls }) => calls.size > 0);
}
