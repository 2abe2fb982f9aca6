// Tells clients which of their events were handled: after a number of them, or some time after the first. One timer serves all.
import { handledNumbers } from './received-numbers.js';
import type { Clock } from '@wirepact/core/internal';
import type { Session } from './session.js';
import type { SharedSession } from '../cluster/shared-session.js';

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
    if (session.unacknowledged >= maxWaiting) return void this.settle(session);
    this.#waiting.add(session);
    this.#stopTimer ??= this.#clock.after(maxWaitMs, () => {
      this.#stopTimer = undefined;
      for (const waiting of this.#waiting) void this.settle(waiting);
    });
  }

  /** Tells it now. One that is away is told by the next `$welcome`. Where others have to know it first, that takes a moment. */
  settle(session: Session): Promise<void> | undefined {
    this.#waiting.delete(session);
    if (this.#waiting.size === 0) this.stop();
    if (session.unacknowledged === 0) return undefined;
    session.unacknowledged = 0;
    if (session.shared !== undefined) return this.#settleShared(session, session.shared);
    session.sendFrame('$ack', { done: handledNumbers(session) });
    return undefined;
  }

  async #settleShared(session: Session, shared: SharedSession): Promise<void> {
    const done = await shared.handled();
    if (done === undefined) this.owe(session);
    else session.sendFrame('$ack', { done });
  }

  /** Nobody is told any more. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }
}
