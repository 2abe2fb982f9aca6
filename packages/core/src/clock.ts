// Time and chance: the only door to both, so that tests turn the hands themselves.

declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare const performance: { now(): number };

/** Where Wirepact gets the time, its timers and its randomness from. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once, `delayMs` from now. Returns what calls it off. */
  after(delayMs: number, callback: () => void): () => void;
  /** A number from 0 to below 1, for jitter. Nothing secret is made of it. */
  random(): number;
}

/** A platform's timer that is set for longer fires at once. */
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

/** The same for who asks for no time of day: its `now` counts from some moment on, and nobody sets it back. */
export const steadyClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  after: (delayMs, callback) => systemClock.after(delayMs, callback),
};
