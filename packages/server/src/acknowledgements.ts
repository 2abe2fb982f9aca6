// Tells clients which of their events were handled: after so many, or so long after the first of them. One timer for all.
import { handledNumbers } from './received-numbers.js';
import type { Clock } from '@wirepact/core/internal';
import type { Session } from './session.js';

const maxWaiting = 32;
const maxWaitMs = 100;

/** What clients have not yet been told. */
export class Acknowledgements {
  readonly #clock: Clock;
  readonly #waiting = new Set<Session>();
  #stopTimer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An event of this session was handled. */
  owe(session: Session): void {
    if (!session.isHere) return;
    session.unacknowledged += 1;
    if (session.unacknowledged >= maxWaiting) return this.settle(session);
    this.#waiting.add(session);
    this.#stopTimer ??= this.#clock.after(maxWaitMs, () => {
      this.#stopTimer = undefined;
      for (const waiting of this.#waiting) this.settle(waiting);
    });
  }

  /** Tells it now. One that is away is told by the next `$welcome`. */
  settle(session: Session): void {
    this.#waiting.delete(session);
    if (this.#waiting.size === 0) this.stop();
    if (session.unacknowledged === 0) return;
    session.unacknowledged = 0;
    session.sendFrame('$ack', { done: handledNumbers(session) });
  }

  /** Nobody is told any more. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
