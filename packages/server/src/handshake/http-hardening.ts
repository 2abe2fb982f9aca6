// Strict limits for an HTTP server against clients that open connections and send nothing, or too much. With Node's own
// defaults, a slow request can hold a connection for a minute and a half.
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { defaultLimits } from '../limits/limits.js';

/** Options to create an HTTP server with: `createServer(hardenedServerOptions, app)`. Times are in ms. */
export const hardenedServerOptions: Readonly<
  Record<
    | 'headersTimeout'
    | 'requestTimeout'
    | 'connectionsCheckingInterval'
    | 'keepAliveTimeout'
    | 'maxHeaderSize',
    number
  >
> = {
  /** How long the headers of a request may take to arrive. */
  headersTimeout: 5_000,
  /** How long a whole request may take to arrive. Raise this if large files are uploaded. */
  requestTimeout: 10_000,
  /** How often these two limits are checked. */
  connectionsCheckingInterval: 1_000,
  /** How long a connection without a request is kept. */
  keepAliveTimeout: 5_000,
  /** Size of the headers of a request, in bytes. More get 431. */
  maxHeaderSize: 8_192,
};

/**
 * How many headers of a request Node reads; it ignores the rest.
 * One more than a handshake may have, so that a handshake with too many is noticed.
 */
const maxHeadersCount = defaultLimits.maxHeaders + 1;

/** The share of the process's file descriptors for connections; the rest is for files, databases and logs. */
const shareForConnections = 0.9;

/**
 * Limits what an HTTP server of yours spends on strangers, and returns it.
 * It limits the headers that are read, and, on Linux, the connections to nine tenths of the process's file descriptors.
 * Connections beyond that are closed at once, and the server emits `drop`. The limits on times and header size can only be
 * set when a server is created: use {@link hardenedServerOptions}. If you raise `limits.maxHeaders`, then also set the server's
 * `maxHeadersCount` to one more than that, since Node ignores the headers beyond it.
 *
 * @example `const server = hardenServer(createServer(hardenedServerOptions, app));`
 */
export function hardenServer<TServer extends Server>(server: TServer): TServer {
  server.maxHeadersCount = maxHeadersCount;
  const descriptors = readDescriptorLimit();
  if (descriptors !== undefined) server.maxConnections = Math.floor(descriptors * shareForConnections);
  return server;
}

/** How many file descriptors this process may have; `undefined` where that is not known. */
function readDescriptorLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    // not Linux
    return undefined;
  }
}
