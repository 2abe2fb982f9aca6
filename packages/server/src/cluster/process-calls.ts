// Calls to other processes, repeated until they are heard. That a process does not hear is found out once, and then known to
// all callers.
import type { Broker } from './broker.js';
import type { Clock } from '@wirepact/core/internal';

/** How long, and how often, a process that does not hear is called: it may be coming back. */
const patienceMs = 300;
const callAgainMs = 100;
/** How long one may be on its way back when the engine is: each opens its lines again in its own time. */
const comingBackMs = 1_500;
/** For a process that has not heard for this long, one call each `callAgainMs` serves all callers, except for their last. */
const knownDeafMs = 1_000;
/** How long it is remembered that a process did not hear. */
const forgottenMs = 60_000;

/** What the calls need of the process. */
export interface ProcessCallsHost {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly pause: (delayMs: number) => Promise<void>;
}

/** Calls on other processes. */
export class ProcessCalls {
  readonly #host: ProcessCallsHost;
  /** Those that heard nobody: since when, and when they were last called on. */
  readonly #deaf = new Map<string, { readonly since: number; readonly calledAt: number }>();
  /** Until when others may be on their way back to the engine. */
  #backBy = 0;

  constructor(host: ProcessCallsHost) {
    this.#host = host;
  }

  /**
   * Says something to a process, as often as it takes. Whether it has heard it; `isOver` is whether it need not any more. While
   * nothing can be said, nobody is given up: that alone says when there is no more time. `isLate` is whether the caller had to
   * wait for the engine, which may have been away. Never rejects.
   */
  async call(processId: string, text: string, isOver: () => boolean, isLate = false): Promise<boolean> {
    const { broker, clock, pause } = this.#host;
    let calledFrom = clock.now();
    for (let isLast = false; !isLast && !isOver();) {
      const until = Math.max(calledFrom + patienceMs, this.#dueBy(processId, isLate));
      isLast = clock.now() >= until - callAgainMs;
      if (isLast || !this.#wasJustCalled(processId)) {
        const isHeard = await broker.tell(processId, text);
        if (isHeard === true) {
          this.#deaf.delete(processId);
          return true;
        }
        if (isHeard === false) this.#note(processId);
        else {
          // an engine that is away says nothing of others
          calledFrom = clock.now();
          isLast = false;
        }
      }
      const leftMs = until - clock.now();
      if (leftMs > 0) await pause(Math.min(callAgainMs, leftMs));
    }
    return false;
  }

  /** Whether a process has taken its leave, or is dead: it does not answer what it may still hear. Never rejects. */
  async isGone(processId: string, isLate = false): Promise<boolean> {
    if (this.#wasJustCalled(processId)) return false;
    // after a time without the engine nobody seems to live until they say so again
    if (this.#host.clock.now() < this.#dueBy(processId, isLate)) return false;
    // where that is not known, what it is still handling would be handled twice
    return !(await this.#host.broker.isAlive(processId).catch(() => true));
  }

  /** The engine was away, and others may take a while longer to come back than this process. */
  noteReturn(): void {
    this.#deaf.clear();
    this.#backBy = this.#host.clock.now() + comingBackMs;
  }

  /** Until when a process may be on its way back. One that is known to hear nobody has had its time once for all callers. */
  #dueBy(processId: string, isLate: boolean): number {
    if (!isLate) return this.#backBy;
    const since = this.#deaf.get(processId)?.since ?? this.#host.clock.now();
    return Math.max(this.#backBy, since + comingBackMs);
  }

  #note(processId: string): void {
    const now = this.#host.clock.now();
    for (const [id, { calledAt }] of this.#deaf) if (now - calledAt >= forgottenMs) this.#deaf.delete(id);
    this.#deaf.set(processId, { since: this.#deaf.get(processId)?.since ?? now, calledAt: now });
  }

  /** It has heard nobody for long, and somebody has called on it in vain just now. */
  #wasJustCalled(processId: string): boolean {
    const now = this.#host.clock.now();
    const { since = now, calledAt = 0 } = this.#deaf.get(processId) ?? {};
    return now - since >= knownDeafMs && now - calledAt < callAgainMs;
  }
}
