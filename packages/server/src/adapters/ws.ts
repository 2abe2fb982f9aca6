// The only door to `ws`: completes the handshake. What becomes of the socket is in ws-transport.ts.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeCodes, type Clock, type Transport } from '@wirepact/core/internal';
import * as ws from 'ws';
import { WebSocketServer, type ServerOptions } from 'ws';
import { deflateBy, findTerms, writeOffer, type Offer } from './deflate-offers.js';
import type { LimitOptions } from '../limits/limits.js';
import { readNothingAfterFailure } from './failed-receiver.js';
import type { Counters } from '../stats.js';
import { WsTransport, type Transports } from './ws-transport.js';

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
