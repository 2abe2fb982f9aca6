// How little patience an HTTP server needs with those that open connections and say nothing, or too much. Node's own defaults
// let a slow request hold a connection for a minute and a half.
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { defaultLimits } from '../limits/limits.js';

/** What to create an HTTP server with: `createServer(hardenedServerOptions, app)`. Times are in ms. */
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
  /** A request's headers come within 5 s… */
  headersTimeout: 5_000,
  /** …and all of it within 10 s. Raise this where large files are uploaded. */
  requestTimeout: 10_000,
  /** How often that is looked at. */
  connectionsCheckingInterval: 1_000,
  /** A connection without a request is kept for 5 s. */
  keepAliveTimeout: 5_000,
  /** More headers than 8 KiB get 431. */
  maxHeaderSize: 8_192,
};

/**
 * So many headers of a request are read; Node passes over what comes after them. One more than a handshake may have, so that a
 * handshake with more is noticed.
 */
const maxHeadersCount = defaultLimits.maxHeaders + 1;

/** Of the descriptors that a process may have the rest is for files, databases and the logs of what went wrong. */
const shareForConnections = 0.9;

/**
 * Bounds what an HTTP server of yours spends on strangers: how many headers it reads, and how many connections it takes, nine
 * tenths of the file descriptors that the process may have (on Linux, where that can be read). Connections beyond that are
 * closed at once, and the server's event `drop` tells. The times and the size of headers are set when a server is made, by
 * {@link hardenedServerOptions}. Where `limits.maxHeaders` is raised, set the server's `maxHeadersCount` to one more than that
 * afterwards: Node passes over what it does not read.
 *
 * @example `const server = hardenServer(createServer(hardenedServerOptions, app));`
 */
export function hardenServer<TServer extends Server>(server: TServer): TServer {
  server.maxHeadersCount = maxHeadersCount;
  const descriptors = readDescriptorLimit();
  if (descriptors !== undefined) server.maxConnections = Math.floor(descriptors * shareForConnections);
  return server;
}

/** How many file descriptors this process may have. */
function readDescriptorLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    // not Linux
    return undefined;
  }
}
