// The client's end of a connection in memory.
import { closedAbnormally } from '../close-codes.js';

type Handler = (event: never) => void;

const connecting = 0;
const open = 1;
const closing = 2;
const closed = 3;

/** The connection, as the client's end uses it. */
export interface ClientSide {
  /** Bytes that were sent and that the network has not taken yet. */
  readonly bufferedBytes: number;
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Called when the client closes the socket before it was open. */
  abandon(): void;
}

/** The client's end of a connection in memory: the part of the platform's `WebSocket` that Wirepact's client uses. */
export class MemorySocket {
  readyState = connecting;
  protocol = '';
  readonly url: string;
  readonly #side: ClientSide;
  readonly #listeners = new Map<string, Set<Handler>>();

  constructor(url: string, side: ClientSide) {
    this.url = url;
    this.#side = side;
  }

  get isClosing(): boolean {
    return this.readyState === closing;
  }

  get isClosed(): boolean {
    return this.readyState === closed;
  }

  get bufferedAmount(): number {
    return this.#side.bufferedBytes;
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
    if (this.readyState === connecting) throw new Error('the socket is still connecting');
    if (this.readyState === open) this.#side.send(data);
  }

  close(code = 1005, reason = ''): void {
    if (this.readyState >= closing) return;
    const isAbandoned = this.readyState === connecting;
    this.readyState = closing;
    if (isAbandoned) this.#side.abandon();
    else this.#side.close(code, reason);
  }

  /** The server has accepted the connection. */
  opened(protocol: string): void {
    if (this.readyState !== connecting) return;
    this.protocol = protocol;
    this.readyState = open;
    this.emit('open');
  }

  /** A message arrived. */
  received(text: string): void {
    if (this.readyState === open) this.emit('message', { data: text });
  }

  /** The connection is over, or was never made. */
  closed(code: number, reason: string): void {
    if (this.readyState === closed) return;
    const wasMade = this.readyState !== connecting;
    this.readyState = closed;
    if (!wasMade) this.emit('error');
    this.emit('close', { code, reason, wasClean: code !== closedAbnormally });
  }
}
