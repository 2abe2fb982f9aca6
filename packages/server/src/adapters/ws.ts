// The only door to `ws`: completes the handshake and makes a Transport of the socket.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeCodes, closedAbnormally } from '@wirepact/core/internal';
import type { Clock, Transport, TransportListener } from '@wirepact/core/internal';
import * as ws from 'ws';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { deflateBy, findTerms, writeOffer, type Offer } from './deflate-offers.js';
import type { LimitOptions } from '../limits/limits.js';
import { readNothingAfterFailure } from './failed-receiver.js';
import { HeldMessages } from './held-messages.js';
import type { Counters } from '../stats.js';
import { TurnWriter } from './turn-writer.js';
import { Utf8Watch } from './utf8-watch.js';
import { notUtf8, violationOf } from './violations.js';

/** What of the options concerns `ws`. */
export interface UpgraderOptions {
  readonly limits: Pick<
    Required<LimitOptions>,
    'maxMessageBytes' | 'maxFragments' | 'maxBufferedChunks' | 'closeTimeoutMs'
  >;
  readonly compression: boolean;
  /** The subprotocol to agree on with whoever offers it. */
  readonly subprotocol: string | undefined;
  readonly clock: Clock;
  readonly counters: Pick<Counters, 'limited'>;
}

/** Newer than the types of ws. Its grammar is that of RFC 6455 section 9.1. */
const { extension, Receiver } = ws as unknown as {
  readonly extension: { parse(header: string): Readonly<Record<string, readonly Offer[] | undefined>> };
  readonly Receiver: { readonly prototype: Parameters<typeof readNothingAfterFailure>[0] };
};

/** How long a peer may take to answer a close while everything closes, in ms. */
const lastCloseTimeoutMs = 1_000;

/** Completes WebSocket handshakes on sockets that a `node:http` server hands out. */
export class Upgrader {
  readonly #server: WebSocketServer;
  /** Servers by the terms of permessage-deflate that they agree to; none where it is off. */
  readonly #deflating: Map<string, WebSocketServer> | undefined;
  readonly #options: ServerOptions;
  readonly #clock: Clock;
  readonly #transports: Transports;

  constructor({ limits, compression, subprotocol, clock, counters }: UpgraderOptions) {
    const { maxMessageBytes, maxFragments, maxBufferedChunks, closeTimeoutMs } = limits;
    this.#clock = clock;
    this.#transports = { open: new Set(), counters };
    this.#deflating = compression ? new Map() : undefined;
    if (compression) readNothingAfterFailure(Receiver.prototype);
    this.#options = {
      noServer: true,
      clientTracking: false,
      maxPayload: maxMessageBytes,
      handleProtocols: (offered) =>
        subprotocol !== undefined && offered.has(subprotocol) ? subprotocol : false,
      // newer than the types of ws
      ...{ closeTimeout: closeTimeoutMs, maxFragments, maxBufferedChunks },
    };
    this.#server = new WebSocketServer(this.#options);
  }

  /** Answers a malformed handshake itself; otherwise calls back with the transport. */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    open: (transport: Transport) => void,
  ): void {
    const [server, agreeing] = this.#agree(request);
    server.handleUpgrade(agreeing, socket, head, (webSocket) => {
      open(new WsTransport(webSocket, socket, this.#transports));
    });
  }

  /** Who takes the upgrade, and what of the client's offers it is to see. */
  #agree(request: IncomingMessage): readonly [WebSocketServer, IncomingMessage] {
    const { 'sec-websocket-extensions': offered, ...headers } = request.headers;
    if (this.#deflating === undefined || offered === undefined) return [this.#server, request];
    const terms = findTerms(readOffers(offered));
    if (terms === undefined) return [this.#server, request];
    const key = `${terms.serverBits} ${terms.clientBits}`;
    let server = this.#deflating.get(key);
    if (server === undefined) {
      server = new WebSocketServer({ ...this.#options, perMessageDeflate: deflateBy(terms) });
      this.#deflating.set(key, server);
    }
    // ws sees the one offer that is taken up
    const seen = { ...headers, 'sec-websocket-extensions': writeOffer(terms) };
    return [server, Object.create(request, { headers: { value: seen } }) as IncomingMessage];
  }

  /** Resolves once every socket is closed. Whoever does not answer the close is cut off. */
  async close(): Promise<void> {
    const { open } = this.#transports;
    if (open.size === 0) return;
    const stop = this.#clock.after(lastCloseTimeoutMs, () => {
      for (const transport of open) transport.terminate();
    });
    const closing = Array.from(open, (transport) => {
      transport.close(closeCodes.goingAway, '');
      return transport.over();
    });
    await Promise.all(closing);
    stop();
  }
}

/** The offers of permessage-deflate in the header; of one that is malformed none. */
function readOffers(header: string): readonly Offer[] {
  try {
    return extension.parse(header)['permessage-deflate'] ?? [];
  } catch {
    return [];
  }
}

/** All that one server has made, and where is counted what they do not hand on. */
interface Transports {
  readonly open: Set<WsTransport>;
  readonly counters: Pick<Counters, 'limited'>;
}

/** One socket of `ws`. All it listens by is made in one place: each closure, and each scope of them, is kept per client. */
class WsTransport implements Transport {
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
      if (this.#isPaused) this.#hold(text);
      else this.#listener?.message(text);
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
    // whoever handles one of these may pause and resume again: that goes on here, and not once more for each
    if (this.#isHandingOn) return;
    this.#isHandingOn = true;
    try {
      while (!this.#isPaused && this.#held !== undefined && this.#held.size > 0) {
        this.#listener?.message(this.#held.shift());
      }
    } finally {
      this.#isHandingOn = false;
    }
    if (this.#held?.isFull !== true) this.#read(true);
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
