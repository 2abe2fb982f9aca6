// One token bucket for each of many keys that are not known beforehand. A bucket that is full again is forgotten.
import { overdrawnMs, takeFrom, type Rate } from './token-bucket.js';

/** So many are kept before anybody is looked for who may be forgotten. */
const fewKeys = 1_024;

/** Says who comes too often. */
export class KeyedBuckets {
  readonly #rate: Rate;
  readonly #fullAt = new Map<string, number>();
  #sweepSize = fewKeys;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#fullAt.size;
  }

  /** Takes one; `false` when there is none to take, which costs nothing. */
  take(key: string, now: number): boolean {
    const fullAt = takeFrom(this.#rate, this.#fullAt.get(key) ?? 0, 1, now);
    if (overdrawnMs(this.#rate, fullAt, now) > 0) return false;
    this.#fullAt.set(key, fullAt);
    if (this.#fullAt.size > this.#sweepSize) this.#forget(now);
    return true;
  }

  /** Doubling the size at which it looks again makes what it costs a constant for each that comes. */
  #forget(now: number): void {
    for (const [key, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(key);
    this.#sweepSize = Math.max(fewKeys, 2 * this.#fullAt.size);
  }
}
