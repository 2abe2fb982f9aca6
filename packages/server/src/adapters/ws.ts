// The only door to `ws`: completes the handshake and makes a Transport of the socket.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Transport, TransportListener } from '@wirepact/core/internal';
import { WebSocketServer, type WebSocket } from 'ws';

/** What of the options concerns `ws`. */
export interface UpgraderOptions {
  readonly maxMessageBytes: number;
  readonly compression: boolean;
}

/** How long a peer may take to answer a close, in ms. */
const closeTimeoutMs = 5_000;

/** Completes WebSocket handshakes on sockets that a `node:http` server hands out. */
export class Upgrader {
  readonly #server: WebSocketServer;
  #protocol: string | undefined;

  constructor({ maxMessageBytes, compression }: UpgraderOptions) {
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
      handleProtocols: () => this.#protocol ?? false,
      ...{ closeTimeout: closeTimeoutMs, maxFragments: 1_024, maxBufferedChunks: 4_096 },
    });
  }

  /** Answers a malformed handshake itself; otherwise calls back with the transport. */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    protocol: string | undefined,
    open: (transport: Transport) => void,
  ): void {
    this.#protocol = protocol;
    this.#server.handleUpgrade(request, socket, head, (webSocket) =>
      open(new WsTransport(webSocket, socket)),
    );
  }
}

class WsTransport implements Transport {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;

  constructor(webSocket: WebSocket, socket: Duplex) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    // a malformed frame is an `error` before it is a `close`; unheard, it would end the process
    webSocket.on('error', () => undefined);
  }

  get protocol(): string {
    return this.#webSocket.protocol;
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#isOpen()) this.#webSocket.send(text);
  }

  ping(): void {
    if (this.#isOpen()) this.#webSocket.ping();
  }

  pause(): void {
    if (this.#isOpen()) this.#webSocket.pause();
  }

  resume(): void {
    if (this.#isOpen()) this.#webSocket.resume();
  }

  close(code: number, reason: string): void {
    if (this.#isOpen()) this.#webSocket.close(code, reason);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  listen(listener: TransportListener): void {
    const webSocket = this.#webSocket;
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) listener.binary();
      else listener.message((data as Buffer).toString());
    });
    webSocket.on('pong', () => listener.pong());
    webSocket.on('close', (code, reason) => listener.closed(code, reason.toString()));
    this.#socket.on('drain', () => listener.drained());
  }

  #isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN;
  }
}
