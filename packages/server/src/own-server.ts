// The HTTP server of `listen()`: nothing but the endpoint, and little patience with slow or large headers.
import { createServer, type Server } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pathOf } from './endpoints.js';

/** Where a server of its own listens. */
export interface ListenOptions {
  /** 0 takes any free one. */
  readonly port: number;
  /** @default '/' */
  readonly path?: string;
  /** @default every address of the machine */
  readonly host?: string;
}

/** A server that listens. */
export interface Listening {
  readonly port: number;
  /** Its address on this machine: `ws://localhost:8080/ws`. */
  readonly url: string;
  readonly server: Server;
}

/** Starts an HTTP server for one endpoint. Rejects with the system's error when the port cannot be had. */
export async function startServer(
  { port, path = '/', host }: ListenOptions,
  handleRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 5_000,
      maxHeaderSize: 8_192,
    },
    (request, response) => {
      if (pathOf(request) === path) handleRequest(request, response);
      else response.writeHead(404, { 'content-type': 'text/plain' }).end('there is nothing at this path\n');
    },
  );
  server.maxHeadersCount = 64;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return { port: address.port, url: `ws://localhost:${address.port}${path}`, server };
}
