// Messages that arrived while none may be handled, in order. Above a bound, the connection stops reading.
import { sizeInMemory } from '../size-in-memory.js';

const maxBytes = 65_536;

/** What came while its listener was paused. Binary messages have no text. */
export class HeldMessages {
  readonly #texts: (string | undefined)[] = [];
  #bytes = 0;

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
    return text;
  }

  /** Takes out those that are `taken`; the others stay in order. */
  takeThose(taken: (text: string | undefined) => boolean): void {
    const texts = this.#texts.splice(0);
    this.#bytes = 0;
    for (const text of texts) if (!taken(text)) this.push(text);
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
