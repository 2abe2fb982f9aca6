// The HTTP server of `listen()`: nothing but the endpoint, and little patience with slow or large headers.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import { pathOf } from './endpoints.js';
import { hardenedServerOptions, hardenServer } from './http-hardening.js';
import type { LimitOptions } from '../limits/limits.js';

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
  /** Its address, as a client on this machine reaches it: `ws://localhost:8080/ws`, or with the `host` that was given. */
  readonly url: string;
  readonly server: Server;
}

/** Makes the HTTP server of one endpoint, whose handshakes may have so many headers. */
export function createOwnServer(
  path: string,
  { maxHeaders }: Pick<Required<LimitOptions>, 'maxHeaders'>,
  handleRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const server = createServer(hardenedServerOptions, (request, response) => {
    if (pathOf(request) === path) handleRequest(request, response);
    else response.writeHead(404, { 'content-type': 'text/plain' }).end('there is nothing at this path\n');
  });
  hardenServer(server);
  // one more is read, so that a handshake with more is noticed
  server.maxHeadersCount = maxHeaders + 1;
  return server;
}

/** Rejects with the system's error when the port cannot be had, and when the server is closed meanwhile. */
export function listening(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = (): void => reject(new Error('the server was closed before it listened'));
    server.once('close', closed).once('error', reject);
    server.listen(port, host, () => {
      server.off('close', closed).off('error', reject);
      resolve();
    });
  });
}

/** What stands for every address of a machine. */
const everyAddress: ReadonlySet<string> = new Set(['', '0.0.0.0', '::']);

/** Where a server listens, as a client on this machine says it. */
export function whereabouts(
  server: Server,
  path: string,
  host: string | undefined,
): Pick<Listening, 'port' | 'url'> {
  const { port } = server.address() as AddressInfo;
  const name = host === undefined || everyAddress.has(host) ? 'localhost' : host;
  return { port, url: `ws://${isIPv6(name) ? `[${name}]` : name}:${port}${path}` };
}

/** Resolves when every connection of the server is closed; those that wait for another request are not waited for. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
