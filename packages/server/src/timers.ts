// Timers by purpose: at most one for each, and all end together.
import type { Clock } from '@wirepact/core/internal';
import { mostOf31Bits } from './figures.js';

/** Runs something when a time is over that somebody gave; never after one for which no timer can be set, such as `Infinity`. */
export function afterTimeout(clock: Clock, timeoutMs: number, run: () => void): () => void {
  return timeoutMs > mostOf31Bits ? () => undefined : clock.after(timeoutMs, run);
}

/** Timers that have names. */
export class Timers {
  readonly #clock: Clock;
  readonly #stops = new Map<string, () => void>();
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Runs something later, once; the first who asks says when. */
  after(what: string, delayMs: number, run: () => void): void {
    if (this.#isOver || this.#stops.has(what)) return;
    const stop = this.#clock.after(delayMs, () => {
      this.#stops.delete(what);
      run();
    });
    this.#stops.set(what, stop);
  }

  /** The same, but the last who asks says when. */
  afterLast(what: string, delayMs: number, run: () => void): void {
    this.stop(what);
    this.after(what, delayMs, run);
  }

  stop(what: string): void {
    this.#stops.get(what)?.();
    this.#stops.delete(what);
  }

  /** None fires from now on. */
  end(): void {
    this.#isOver = true;
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }
}
