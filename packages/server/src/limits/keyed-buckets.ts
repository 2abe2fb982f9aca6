// One token bucket for each of many keys that are not known beforehand. A bucket that is full again is forgotten.
import { overdrawnMs, takeFrom, type Rate } from './token-bucket.js';

/** How many buckets are kept before full ones are looked for and forgotten. */
const fewKeys = 1_024;

/** Finds out which key comes too often. */
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
