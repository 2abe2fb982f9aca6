// The server's log, line by line: the last few lines, then each new line for as long as somebody follows.
import { EventEmitter, once } from 'node:events';
import type { LogLine } from '@wirepact-example/chat-contract';

const kept = 50;

export class ServerLog {
  readonly #lines: LogLine[] = [];
  readonly #added = new EventEmitter().setMaxListeners(0);
  #count = 0;

  /** Adds a line. It may contain names and rooms, but never what people write. */
  write(text: string): void {
    const line = { id: ++this.#count, at: Date.now(), text };
    this.#lines.push(line);
    if (this.#lines.length > kept) this.#lines.shift();
    this.#added.emit('line');
  }

  /**
   * Yields the lines, until `signal` aborts. A slow reader misses lines that the log has dropped; nothing is buffered
   * for it.
   */
  async *follow(signal: AbortSignal): AsyncGenerator<LogLine> {
    let seen = 0;
    while (!signal.aborted) {
      for (const line of this.#lines.filter(({ id }) => id > seen)) {
        seen = line.id;
        yield line;
      }
      // rejects when the signal aborts, which ends the loop
      if (seen === this.#count) await once(this.#added, 'line', { signal }).catch(() => undefined);
    }
  }
}
