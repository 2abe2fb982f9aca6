// Entries of a log that arrived while something about the log was being found out; at most as many as the log may hold.
import type { SharedEntry } from './broker.js';

/** An entry that came. */
export interface Waiting {
  readonly epoch: string;
  readonly entry: SharedEntry;
  /** Whether the log was read since. */
  readonly isRead: boolean;
}

/** What came, in its order. */
export class WaitingEntries {
  readonly #maxBytes: number;
  #entries: Waiting[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** `false` when that is too much: none is kept then, and the log has to be read. */
  add(waiting: Waiting): boolean {
    this.#entries.push(waiting);
    this.#bytes += Buffer.byteLength(waiting.entry.body);
    if (this.#bytes <= this.#maxBytes) return true;
    this.takeAll();
    return false;
  }

  takeAll(): readonly Waiting[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#bytes = 0;
    return entries;
  }
}
