// A clock that a test advances. Its timers fire in the order in which they are due.
import type { Clock } from '../clock.js';

/** A {@link Clock} that stands still until a test advances it. */
export interface ManualClock extends Clock {
  /** Moves the time forward by `ms` and fires every timer that becomes due, including timers that these set. */
  advance(ms: number): void;
  /** The number of timers that are set; 0 after a clean end. */
  readonly pending: number;
  /** When the next timer fires, in ms since the epoch; `undefined` if none is set. */
  readonly nextDueAt: number | undefined;
}

/** The options of {@link createManualClock}. */
export interface ManualClockOptions {
  /** The time at which the clock starts, in ms since the epoch. @default 0 */
  readonly startMs?: number;
  /** The clock's random numbers, from 0 to below 1, such as `createSeededRandom(1)`. @default always 0.5 */
  readonly random?: () => number;
}

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Creates a clock for tests. Pass it to `createClient` and to `SocketManager` as their `clock`. */
export function createManualClock(options: ManualClockOptions = {}): ManualClock {
  const timers = new Set<Timer>();
  let now = options.startMs ?? 0;
  let order = 0;

  const nextDue = (until: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueAt > until) continue;
      if (
        next === undefined ||
        timer.dueAt < next.dueAt ||
        (timer.dueAt === next.dueAt && timer.order < next.order)
      ) {
        next = timer;
      }
    }
    return next;
  };

  return {
    now: () => now,
    random: options.random ?? (() => 0.5),
    after(delayMs, callback) {
      // NaN counts as 0, as it does for a platform's timers
      const timer: Timer = { dueAt: now + (Math.max(0, delayMs) || 0), order: order++, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const until = now + ms;
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        timers.delete(timer);
        now = timer.dueAt;
        timer.callback();
      }
      now = until;
    },
    get pending() {
      return timers.size;
    },
    get nextDueAt() {
      return nextDue(Infinity)?.dueAt;
    },
  };
}
