// What the server does, line by line: the last few lines, then each new one for as long as somebody follows.
import { EventEmitter, once } from 'node:events';
import type { LogLine } from '@wirepact-example/chat-contract';

const kept = 50;

export class ServerLog {
  readonly #lines: LogLine[] = [];
  readonly #added = new EventEmitter().setMaxListeners(0);
  #count = 0;

  /** Names and rooms may be in it; what was said may not. */
  write(text: string): void {
    const line = { id: ++this.#count, at: Date.now(), text };
    this.#lines.push(line);
    if (this.#lines.length > kept) this.#lines.shift();
    this.#added.emit('line');
  }

  /** Ends when `signal` aborts. Who reads slowly misses what the log has let go, and holds nothing in memory. */
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
