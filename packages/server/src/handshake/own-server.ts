// The HTTP server of `listen()`: only the endpoint, with strict limits for slow and large requests.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import { pathOf } from './endpoints.js';
import { hardenedServerOptions, hardenServer } from './http-hardening.js';
import type { LimitOptions } from '../limits/limits.js';

/** Where the server of `listen()` listens. */
export interface ListenOptions {
  /** The port. 0 takes any free one. */
  readonly port: number;
  /** The path of the endpoint, which begins with `/`. @default '/' */
  readonly path?: string;
  /** The address or name to listen on. @default every address of the machine */
  readonly host?: string;
}

/** A server that listens. */
export interface Listening {
  /** The port it listens on. */
  readonly port: number;
  /** Its URL for clients on this machine, with the `host` that you passed, otherwise `localhost`: `ws://localhost:8080/ws`. */
  readonly url: string;
  /** The HTTP server. */
  readonly server: Server;
}

/** Creates the HTTP server of one endpoint, whose handshakes may have `maxHeaders` headers. */
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

/** Rejects with the system's error if the port is not available, and if the server is closed meanwhile. */
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

/** The hosts that stand for every address of a machine. */
const everyAddress: ReadonlySet<string> = new Set(['', '0.0.0.0', '::']);

/** The port and URL of a server, for a client on this machine. */
export function whereabouts(
  server: Server,
  path: string,
  host: string | undefined,
): Pick<Listening, 'port' | 'url'> {
  const { port } = server.address() as AddressInfo;
  const name = host === undefined || everyAddress.has(host) ? 'localhost' : host;
  return { port, url: `ws://${isIPv6(name) ? `[${name}]` : name}:${port}${path}` };
}

/** Closes a server and its connections at once. Resolves when all of them are closed. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
