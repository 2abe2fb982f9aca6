// The only source of time, timers and random numbers, so that tests can replace it with a clock that they control.

declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare const performance: { now(): number };

/** The source of time, timers and random numbers. Tests pass one that they control, such as `createManualClock()`. */
export interface Clock {
  /** The current time, in ms since the epoch. */
  now(): number;
  /** Calls `callback` once, after `delayMs`. Returns a function that cancels it. */
  after(delayMs: number, callback: () => void): () => void;
  /** A random number from 0 up to, but not including, 1. Used for jitter only, never for secrets. */
  random(): number;
}

/** The longest delay of a platform's timer, in ms: a longer one would fire at once. */
const longestTimerMs = 2_147_483_647;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, longestTimerMs));
    return () => clearTimeout(timer);
  },
};

/**
 * Like {@link systemClock}, but `now` counts from an arbitrary moment and never goes back, even if the time of day is
 * set.
 */
export const steadyClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  after: (delayMs, callback) => systemClock.after(delayMs, callback),
};
