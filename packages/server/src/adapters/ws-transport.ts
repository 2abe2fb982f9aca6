// One socket of `ws` as a Transport: holds what comes while nothing may be handled, and refuses text that is not UTF-8.
import type { Duplex } from 'node:stream';
import { closedAbnormally, type Transport, type TransportListener } from '@wirepact/core/internal';
import type { WebSocket } from 'ws';
import { HeldMessages } from './held-messages.js';
import type { Counters } from '../stats.js';
import { TurnWriter } from './turn-writer.js';
import { Utf8Watch } from './utf8-watch.js';
import { notUtf8, violationOf } from './violations.js';

/** All that one server has made, and where is counted what they do not hand on. */
export interface Transports {
  readonly open: Set<WsTransport>;
  readonly counters: Pick<Counters, 'limited'>;
}

/** One socket of `ws`. All it listens by is made in one place: each closure, and each scope of them, is kept per client. */
export class WsTransport implements Transport {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex & { readonly bytesRead?: number };
  /** There once something has come while it was paused. */
  #held: HeldMessages | undefined;
  /** Absent where messages are compressed: they are ready only later, and `ws` keeps them in order. */
  readonly #writer: TurnWriter | undefined;
  /** There while a message is under way, which is rarely. */
  #watch: Utf8Watch | undefined;
  #listener: TransportListener | undefined;
  #isPaused = false;
  #isHandingOn = false;
  #closedWith: { readonly code: number; readonly reason: string } | undefined;
  #receivedBytes = 0;
  isReading = true;

  /** It is in `open` until it is closed. */
  constructor(webSocket: WebSocket, socket: Duplex, { open, counters }: Transports) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    open.add(this);
    if (webSocket.extensions === '') {
      this.#writer = new TurnWriter(socket, (error) => error ?? this.#listener?.drained());
      // before ws, which unmasks what it reads where it lies
      socket.prependListener('data', (chunk: Buffer) => this.#watchText(chunk));
    }
    // a socket of the network counts by itself
    if (!('bytesRead' in socket)) socket.on('data', ({ length }: Buffer) => (this.#receivedBytes += length));
    webSocket.on('message', (data: Buffer, isBinary) => {
      // after a close of ours only the answer to it matters
      if (this.#closedWith !== undefined) return;
      const text = isBinary ? undefined : data.toString();
      if (!this.#isPaused) this.#listener?.message(text);
      else if (this.#held?.isFull === true || this.#isUrgent(text) !== true) this.#hold(text);
    });
    webSocket.on('close', (code, reason) => {
      open.delete(this);
      if (this.#closedWith === undefined && code !== closedAbnormally)
        counters.limited.unread += this.#handOnLast();
      const { code: first, reason: why } = this.#closedWith ?? { code, reason: reason.toString() };
      this.#listener?.closed(first, why);
    });
    // a malformed frame is an `error` before it is a `close`; unheard, it would end the process
    webSocket.on('error', (error) => {
      this.#closedWith ??= violationOf(error);
    });
  }

  get protocol(): string {
    return this.#webSocket.protocol;
  }

  get receivedBytes(): number {
    return this.#socket.bytesRead ?? this.#receivedBytes;
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  get unsentBytes(): number | undefined {
    // Node's own and not documented: where it is missing, a large write shows only when all of it is done
    return (this.#socket as { readonly _handle?: { readonly writeQueueSize?: number } })._handle
      ?.writeQueueSize;
  }

  send(text: string): void {
    if (!this.#isOpen()) return;
    if (this.#writer !== undefined) this.#writer.write(text);
    else this.#webSocket.send(text, (error) => error ?? this.#listener?.drained());
  }

  sendAll(texts: readonly string[]): void {
    if (this.#writer === undefined) for (const text of texts) this.send(text);
    else if (this.#isOpen()) this.#writer.writeAll(texts);
  }

  ping(): void {
    if (this.#isOpen()) this.#webSocket.ping();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#handOn();
  }

  passOnUrgent(): void {
    this.#handOn();
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen()) return;
    this.#closedWith = { code, reason };
    this.#held = undefined;
    this.#webSocket.close(code, reason);
    // or the peer's answer would never be heard
    this.#read(true);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  /** Resolves once the socket is closed. */
  over(): Promise<void> {
    const { CLOSED } = this.#webSocket;
    if (this.#webSocket.readyState === CLOSED) return Promise.resolve();
    return new Promise((resolve) => this.#webSocket.once('close', () => resolve()));
  }

  /** Hands on what is held: all of it in its turn, and while it is paused what is urgent. */
  #handOn(): void {
    // whoever handles one of these may pause and resume again: that goes on here, and not once more for each
    if (this.#isHandingOn) return;
    this.#isHandingOn = true;
    try {
      for (;;) {
        while (!this.#isPaused && this.#held !== undefined && this.#held.size > 0) {
          this.#listener?.message(this.#held.shift());
        }
        if (!this.#isPaused) break;
        this.#held?.takeThose((text) => this.#isUrgent(text));
        // what was urgent may have ended the pause
        if (this.#isPaused) break;
      }
    } finally {
      this.#isHandingOn = false;
    }
    if (this.#held?.isFull !== true) this.#read(true);
  }

  #isUrgent(text: string | undefined): boolean | undefined {
    return text === undefined ? false : this.#listener?.urgent?.(text);
  }

  #watchText(chunk: Buffer): void {
    if (!this.#isOpen()) return;
    this.#watch ??= new Utf8Watch();
    // what came before it in the same chunk is handed on first
    if (!this.#watch.read(chunk)) process.nextTick(() => this.#refuseText());
    if (this.#watch.isIdle) this.#watch = undefined;
  }

  #refuseText(): void {
    if (!this.#isOpen()) return;
    this.close(notUtf8, 'text that is not UTF-8');
    // nothing that the peer may still say can be read
    this.#socket.end();
  }

  #hold(text: string | undefined): void {
    this.#held ??= new HeldMessages();
    this.#held.push(text);
    if (this.#held.isFull) this.#read(false);
  }

  /**
   * The peer had said it all when it closed, and nobody will say it again. What is held is bounded, save where messages are
   * compressed: there one read of the network may be any number of them, and the rates would hold nobody. Returns how many
   * were too many.
   */
  #handOnLast(): number {
    const held = this.#held;
    this.#held = undefined;
    for (const text of held?.takeOldest(this.#isCompressed) ?? []) this.#listener?.message(text);
    return held?.size ?? 0;
  }

  get #isCompressed(): boolean {
    return this.#writer === undefined;
  }

  #read(isReading: boolean): void {
    if (this.isReading === isReading) return;
    this.isReading = isReading;
    if (isReading) this.#webSocket.resume();
    else this.#webSocket.pause();
  }

  #isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN;
  }
}
