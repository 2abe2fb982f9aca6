// The `latest` values that wait until a slow reader has taken what was sent before them: the newest of each slot.
import { sizeInMemory } from '../size-in-memory.js';

/** How many values wait at most. */
const maxSlots = 256;

/** The newest value of each slot, those that have waited longest first. */
export class WaitingValues {
  readonly #maxBytes: number;
  readonly #texts = new Map<string, string>();
  #bytes = 0;

  /** However large the newest of them is, it waits. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What they take in memory, more or less. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps one, in the place of an older one of its slot. Returns how many were given up for it. */
  keep(slot: string, text: string): number {
    let givenUp = this.delete(slot) ? 1 : 0;
    const bytes = sizeInMemory(text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size < maxSlots && this.#bytes + bytes <= this.#maxBytes) break;
      this.delete(oldest);
      givenUp += 1;
    }
    this.#texts.set(slot, text);
    this.#bytes += bytes;
    return givenUp;
  }

  /** Whether there was one. */
  delete(slot: string): boolean {
    const text = this.#texts.get(slot);
    if (text === undefined) return false;
    this.#bytes -= sizeInMemory(text);
    return this.#texts.delete(slot);
  }

  [Symbol.iterator](): IterableIterator<[slot: string, text: string]> {
    return this.#texts.entries();
  }
}
