// The server's end of a connection in memory.
import type { Transport, TransportListener } from '../transport.js';

/** What carries what the server's end does to the other one. */
export interface ServerSide {
  /** Bytes that were sent and that the network has not taken. */
  readonly bufferedBytes: number;
  send(text: string): void;
  ping(): void;
  close(code: number, reason: string): void;
  /** Ends it without a word; what waits is forgotten. */
  terminate(): void;
  /** Runs a task of this end when its turn comes. */
  enqueue(task: () => void): void;
  /** This end is closed. */
  over(): void;
}

const abnormalClosure = 1006;

/** The server's end. */
export class MemoryTransport implements Transport {
  readonly protocol: string;
  receivedBytes = 0;
  readonly isReading = true;
  readonly #side: ServerSide;
  readonly #unread: string[] = [];
  #listener: TransportListener | undefined;
  isClosed = false;
  #isPaused = false;

  constructor(protocol: string, side: ServerSide) {
    this.protocol = protocol;
    this.#side = side;
  }

  get bufferedBytes(): number {
    return this.isClosed ? 0 : this.#side.bufferedBytes;
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  send(text: string): void {
    if (!this.isClosed) this.#side.send(text);
  }

  ping(): void {
    if (!this.isClosed) this.#side.ping();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#side.enqueue(() => this.#read());
  }

  close(code: number, reason: string): void {
    if (this.isClosed) return;
    this.#unread.length = 0;
    this.#side.close(code, reason);
    this.closed(code, reason);
  }

  terminate(): void {
    if (this.isClosed) return;
    this.#side.terminate();
    this.closed(abnormalClosure, '');
  }

  /** A message came. */
  received(text: string): void {
    if (this.isClosed) return;
    this.receivedBytes += text.length;
    this.#unread.push(text);
    this.#read();
  }

  /** The answer to a ping came. Nobody looks at it but by its bytes. */
  ponged(): void {
    if (!this.isClosed) this.receivedBytes += 2;
  }

  /** The peer took something of what waited. */
  drained(): void {
    if (!this.isClosed) this.#listener?.drained();
  }

  /**
   * The connection is over. Its owner hears of it in a task of its own, after what it is doing now, and hears out a peer that
   * has closed.
   */
  closed(code: number, reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#side.over();
    this.#side.enqueue(() => {
      if (code !== abnormalClosure) for (const text of this.#unread) this.#listener?.message(text);
      this.#listener?.closed(code, reason);
    });
  }

  #read(): void {
    while (!this.#isPaused && !this.isClosed) {
      const text = this.#unread.shift();
      if (text === undefined) return;
      this.#listener?.message(text);
    }
  }
}
