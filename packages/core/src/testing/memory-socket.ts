// The two ends of one connection in memory: what the client's side holds as a WebSocket, and the server's as a Transport.
import type { Transport, TransportListener } from '../transport.js';

type Handler = (event: never) => void;

const closing = 2;
const closed = 3;

/** How a link schedules what crosses it. */
export interface Link {
  /** Runs `deliver` later, in the order of the calls. */
  enqueue(deliver: () => void): void;
  /** Whether what the server sends is held back, as by a client that does not read. */
  readonly isStalled: boolean;
}

/** The client's end: as much of the platform's `WebSocket` as Wirepact's client uses. */
export class MemorySocket {
  readyState = 0;
  protocol = '';
  readonly bufferedAmount = 0;
  readonly url: string;
  readonly #listeners = new Map<string, Set<Handler>>();
  /** Set by the network once the server has accepted. */
  peer: MemoryTransport | undefined;

  constructor(url: string) {
    this.url = url;
  }

  addEventListener(type: string, listener: Handler): void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
  }

  removeEventListener(type: string, listener: Handler): void {
    this.#listeners.get(type)?.delete(listener);
  }

  emit(type: string, event: object = {}): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }

  send(data: string): void {
    if (this.readyState === 0) throw new Error('the socket is still connecting');
    if (this.readyState === 1) this.peer?.receive(data);
  }

  close(code = 1005, reason = ''): void {
    if (this.readyState >= closing) return;
    this.readyState = closing;
    if (this.peer === undefined) this.closedBy(1006, '');
    else this.peer.closeFrom(code, reason);
  }

  /** The connection is over. */
  closedBy(code: number, reason: string): void {
    if (this.readyState === closed) return;
    this.readyState = closed;
    this.emit('close', { code, reason, wasClean: code !== 1006 });
  }
}

/** The server's end. */
export class MemoryTransport implements Transport {
  readonly protocol: string;
  bufferedBytes = 0;
  receivedBytes = 0;
  readonly isReading = true;
  readonly #client: MemorySocket;
  readonly #link: Link;
  #listener: TransportListener | undefined;
  #isClosed = false;
  #isPaused = false;
  readonly #unread: string[] = [];
  readonly #held: string[] = [];

  constructor(client: MemorySocket, protocol: string, link: Link) {
    this.#client = client;
    this.protocol = protocol;
    this.#link = link;
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  send(text: string): void {
    if (this.#isClosed) return;
    this.bufferedBytes += text.length;
    this.#held.push(text);
    this.#link.enqueue(() => this.flow());
  }

  /** Hands over what is held, unless the client does not read. */
  flow(): void {
    if (this.#link.isStalled || this.#held.length === 0) return;
    for (const text of this.#held.splice(0)) {
      this.bufferedBytes -= text.length;
      if (this.#client.readyState === 1) this.#client.emit('message', { data: text });
    }
    if (!this.#isClosed) this.#listener?.drained();
  }

  ping(): void {
    this.#link.enqueue(() => {
      // a pong that nobody looks at but by its bytes
      if (!this.#isClosed && !this.#link.isStalled) this.receivedBytes += 2;
    });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#link.enqueue(() => this.#read());
  }

  close(code: number, reason: string): void {
    this.#end(code, reason, code === 1005 ? 1005 : code, reason);
  }

  terminate(): void {
    this.#held.length = 0;
    this.#end(1006, '', 1006, '');
  }

  /** The client sent something. */
  receive(text: string): void {
    this.receivedBytes += text.length;
    this.#unread.push(text);
    this.#link.enqueue(() => this.#read());
  }

  /** The client closed. */
  closeFrom(code: number, reason: string): void {
    this.#link.enqueue(() => this.#end(code, reason, code, reason));
  }

  /** The line breaks: neither side hears a close frame. */
  cut(): void {
    this.terminate();
  }

  #read(): void {
    while (!this.#isPaused && !this.#isClosed) {
      const text = this.#unread.shift();
      if (text === undefined) return;
      this.#listener?.message(text);
    }
  }

  #end(code: number, reason: string, clientCode: number, clientReason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#link.enqueue(() => {
      this.flow();
      this.#client.closedBy(clientCode, clientReason);
      this.#listener?.closed(code, reason);
    });
  }
}
