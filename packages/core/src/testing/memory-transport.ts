// The server's end of a connection in memory.
import { closedAbnormally } from '../close-codes.js';
import type { Transport, TransportListener } from '../transport.js';

/** The connection, as the server's end uses it. */
export interface ServerSide {
  /** Bytes that were sent and that the network has not taken yet. */
  readonly bufferedBytes: number;
  send(text: string): void;
  ping(): void;
  close(code: number, reason: string): void;
  /** Ends the connection without a closing handshake; what waits is dropped. */
  terminate(): void;
  /** Runs a task of this end when its turn comes. */
  enqueue(task: () => void): void;
  /** Called when this end is closed. */
  over(): void;
}

/** The server's end of a connection in memory. */
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

  passOnUrgent(): void {
    if (this.isClosed) return;
    for (const text of this.#unread.splice(0)) {
      if (this.#listener?.urgent?.(text) !== true) this.#unread.push(text);
    }
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
    this.closed(closedAbnormally, '');
  }

  /** A message arrived. */
  received(text: string): void {
    if (this.isClosed) return;
    this.receivedBytes += text.length;
    if (this.#isPaused && this.#listener?.urgent?.(text) === true) return;
    this.#unread.push(text);
    this.#read();
  }

  /** The answer to a ping arrived. Only its bytes count. */
  ponged(): void {
    if (!this.isClosed) this.receivedBytes += 2;
  }

  /** The peer took some of what was waiting. */
  drained(): void {
    if (!this.isClosed) this.#listener?.drained();
  }

  /**
   * The connection is over. The owner is told in a later task; if the peer closed, it first gets the messages held
   * back.
   */
  closed(code: number, reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#side.over();
    this.#side.enqueue(() => {
      if (code !== closedAbnormally) for (const text of this.#unread) this.#listener?.message(text);
      this.#listener?.closed(code, reason);
    });
  }

  #read(): void {
    while (!this.#isPaused && !this.isClosed) {
      const text = this.#unread.shift();
      if (text === undefined) return;
      this.#listener?.message(text);
    }
    this.passOnUrgent();
  }
}
