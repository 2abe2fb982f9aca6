// Calls to other processes, repeated until they are heard. That a process does not hear is found out once, and then known to
// all callers.
import type { Broker } from './broker.js';
import type { Clock } from '@wirepact/core/internal';

/** How long, and how often, a process that does not hear is called: it may be coming back. */
const patienceMs = 300;
const callAgainMs = 100;
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

  constructor(host: ProcessCallsHost) {
    this.#host = host;
  }

  /**
   * Says something to a process, as often as it takes. Whether it has heard it; `isOver` is whether it need not any more. While
   * nothing can be said, nobody is given up: that alone says when there is no more time. Never rejects.
   */
  async call(processId: string, text: string, isOver: () => boolean): Promise<boolean> {
    const { broker, clock, pause } = this.#host;
    let until = clock.now() + patienceMs;
    for (let isLast = false; !isLast && !isOver();) {
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
          until = clock.now() + patienceMs;
          isLast = false;
        }
      }
      const leftMs = until - clock.now();
      if (leftMs > 0) await pause(Math.min(callAgainMs, leftMs));
    }
    return false;
  }

  /** Whether a process has taken its leave, or is dead: it does not answer what it may still hear. Never rejects. */
  async isGone(processId: string): Promise<boolean> {
    if (this.#wasJustCalled(processId)) return false;
    // where that is not known, what it is still handling would be handled twice
    return !(await this.#host.broker.isAlive(processId).catch(() => true));
  }

  /** The engine was away, and others may take a while longer to come back than this process. */
  noteReturn(): void {
    this.#deaf.clear();
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
