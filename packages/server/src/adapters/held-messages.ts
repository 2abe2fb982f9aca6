// Messages that arrived while none may be handled, in order. Above a bound, the connection stops reading.
import { sizeInMemory } from '../size-in-memory.js';

const maxBytes = 65_536;

/** What came while its listener was paused. Binary messages have no text. */
export class HeldMessages {
  readonly #texts: (string | undefined)[] = [];
  #bytes = 0;
  /** How many of the oldest were judged and stay, and their size. */
  #judged = { count: 0, bytes: 0 };

  get size(): number {
    return this.#texts.length;
  }

  get isFull(): boolean {
    return this.#bytes >= maxBytes;
  }

  push(text: string | undefined): void {
    this.#texts.push(text);
    this.#bytes += sizeInMemory(text);
  }

  /** Takes the oldest out. */
  shift(): string | undefined {
    const text = this.#texts.shift();
    this.#bytes -= sizeInMemory(text);
    this.#judged = { count: 0, bytes: 0 };
    return text;
  }

  /**
   * Takes out those that are `taken`, of so many as come before `maxBytes` are reached; the others stay in order. To judge one
   * may cost as much as to handle it: those that were judged are not judged again before one is taken in its turn. `undefined`
   * ends it: neither this one nor what follows is judged now.
   */
  takeThose(taken: (text: string | undefined) => boolean | undefined): void {
    const judged = this.#judged;
    while (judged.count < this.size && judged.bytes < maxBytes) {
      const text = this.#texts[judged.count];
      const bytes = sizeInMemory(text);
      const isTaken = taken(text);
      if (isTaken === undefined) return;
      if (isTaken) {
        this.#texts.splice(judged.count, 1);
        this.#bytes -= bytes;
      } else {
        judged.count += 1;
        judged.bytes += bytes;
      }
    }
  }

  /** Takes all out, oldest first; `isBounded`: or so many as come before `maxBytes` are reached. */
  *takeOldest(isBounded: boolean): IterableIterator<string | undefined> {
    let left = isBounded ? maxBytes : Infinity;
    while (this.size > 0 && left > 0) {
      const text = this.shift();
      left -= text?.length ?? 0;
      yield text;
    }
  }
}
