// A clock whose hands a test turns: timers fire when told to, in the order in which they are due.
import type { Clock } from '../clock.js';

/** A {@link Clock} that stands still until it is advanced. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms` and fires what falls due on the way, timers that those set included. */
  advance(ms: number): void;
  /** How many timers are waiting; 0 after a clean end. */
  readonly pending: number;
  /** When the next of them fires, in ms since the epoch. */
  readonly nextDueAt: number | undefined;
}

/** What a {@link ManualClock} starts from. */
export interface ManualClockOptions {
  /** Milliseconds since the epoch. @default 0 */
  readonly startMs?: number;
  /** What `random()` gives. @default always 0.5 */
  readonly random?: () => number;
}

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Makes a clock for tests. Hand it to `createClient` and to `SocketManager` as their `clock`. */
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
      // no number is no time, as for the timers of a platform
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
