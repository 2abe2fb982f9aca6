// The bytes that wait for Redis: messages, values and everything else together.
import type { Command } from './redis-script.js';

/** What a command costs beside its words. */
const overheadBytes = 256;

/** The bytes that wait. */
export class WaitingBytes {
  readonly #most: number;
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Counts so many more; `false` when that would be too many. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#most) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/** What a command counts. */
export function bytesOf({ words }: Command): number {
  let bytes = overheadBytes;
  for (const word of words) bytes += Buffer.byteLength(word);
  return bytes;
}
