// The only door to `ws`: completes the handshake and makes a Transport of the socket.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeCodes, type Clock, type Transport, type TransportListener } from '@wirepact/core/internal';
import { WebSocketServer, type WebSocket } from 'ws';
import { TurnWriter } from './turn-writer.js';

/** What of the options concerns `ws`. */
export interface UpgraderOptions {
  readonly maxMessageBytes: number;
  readonly compression: boolean;
  /** The subprotocol to agree on with whoever offers it. */
  readonly subprotocol: string | undefined;
  readonly clock: Clock;
}

/** A connection that holds so much back stops reading. */
const maxHeldBytes = 65_536;

/** How long a peer may take to answer a close, in ms… */
const closeTimeoutMs = 5_000;
/** …and how long while everything closes. */
const lastCloseTimeoutMs = 1_000;

/** The close codes of what `ws` itself refuses, by the codes of its errors. */
const refusals: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
};
const protocolError = 1002;

/** Completes WebSocket handshakes on sockets that a `node:http` server hands out. */
export class Upgrader {
  readonly #server: WebSocketServer;
  readonly #clock: Clock;
  readonly #open = new Set<WsTransport>();

  constructor({ maxMessageBytes, compression, subprotocol, clock }: UpgraderOptions) {
    this.#clock = clock;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: maxMessageBytes,
      perMessageDeflate: compression
        ? {
            // without these every idle connection keeps a compressor's window
            serverNoContextTakeover: true,
            clientNoContextTakeover: true,
            serverMaxWindowBits: 10,
            zlibDeflateOptions: { memLevel: 5 },
            threshold: 1_024,
            concurrencyLimit: 10,
          }
        : false,
      handleProtocols: (offered) =>
        subprotocol !== undefined && offered.has(subprotocol) ? subprotocol : false,
      // newer than the types of ws
      ...{ closeTimeout: closeTimeoutMs, maxFragments: 1_024, maxBufferedChunks: 4_096 },
    });
  }

  /** Answers a malformed handshake itself; otherwise calls back with the transport. */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    open: (transport: Transport) => void,
  ): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      open(new WsTransport(webSocket, socket, this.#open));
    });
  }

  /** Resolves once every socket is closed. Whoever does not answer the close is cut off. */
  async close(): Promise<void> {
    if (this.#open.size === 0) return;
    const stop = this.#clock.after(lastCloseTimeoutMs, () => {
      for (const transport of this.#open) transport.terminate();
    });
    const closing = Array.from(this.#open, (transport) => {
      transport.close(closeCodes.goingAway, '');
      return transport.over();
    });
    await Promise.all(closing);
    stop();
  }
}

/** One socket of `ws`. All it listens by is made in one place: each closure, and each scope of them, is kept per client. */
class WsTransport implements Transport {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex & { readonly bytesRead?: number };
  /** What came while paused. Binary messages have no text. */
  readonly #held: (string | undefined)[] = [];
  #heldBytes = 0;
  /** Absent where messages are compressed: they are ready only later, and `ws` keeps them in order. */
  readonly #writer: TurnWriter | undefined;
  #listener: TransportListener | undefined;
  #isPaused = false;
  #closedWith: { readonly code: number; readonly reason: string } | undefined;
  #receivedBytes = 0;
  isReading = true;

  /** It is in `open` until it is closed. */
  constructor(webSocket: WebSocket, socket: Duplex, open: Set<WsTransport>) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    open.add(this);
    if (webSocket.extensions === '') {
      this.#writer = new TurnWriter(socket, (error) => error ?? this.#listener?.drained());
    }
    // a socket of the network counts by itself
    if (!('bytesRead' in socket)) socket.on('data', ({ length }: Buffer) => (this.#receivedBytes += length));
    webSocket.on('message', (data: Buffer, isBinary) => {
      // after a close of ours only the answer to it matters
      if (this.#closedWith !== undefined) return;
      const text = isBinary ? undefined : data.toString();
      if (this.#isPaused) this.#hold(text);
      else this.#listener?.message(text);
    });
    webSocket.on('close', (code, reason) => {
      open.delete(this);
      const { code: first, reason: why } = this.#closedWith ?? { code, reason: reason.toString() };
      this.#listener?.closed(first, why);
    });
    // a malformed frame is an `error` before it is a `close`; unheard, it would end the process
    webSocket.on('error', (error: Error & { readonly code?: string }) => {
      if (error.code?.startsWith('WS_ERR_') !== true) return;
      this.#closedWith ??= { code: refusals[error.code] ?? protocolError, reason: error.message };
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

  ping(): void {
    if (this.#isOpen()) this.#webSocket.ping();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    while (!this.#isPaused && this.#held.length > 0) {
      const text = this.#held.shift();
      this.#heldBytes -= sizeOf(text);
      this.#listener?.message(text);
    }
    if (this.#heldBytes < maxHeldBytes) this.#read(true);
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen()) return;
    this.#closedWith = { code, reason };
    this.#held.length = 0;
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

  #hold(text: string | undefined): void {
    this.#held.push(text);
    this.#heldBytes += sizeOf(text);
    if (this.#heldBytes >= maxHeldBytes) this.#read(false);
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

/** What a message takes in memory, more or less. */
function sizeOf(text: string | undefined): number {
  return 64 + (text?.length ?? 0);
}
