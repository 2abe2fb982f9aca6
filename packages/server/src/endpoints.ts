// Several endpoints on one HTTP server, beside other people's upgrade listeners: what is not ours is left alone, and
// answered only when nobody else is there to answer it.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** What takes an upgrade at a path. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

interface Endpoints {
  readonly handlers: Map<string, UpgradeHandler>;
  readonly listener: UpgradeHandler;
}

const endpointsOf = new WeakMap<Server, Endpoints>();

/**
 * Sends the upgrades at `path` to `handler`. Returns what takes that back.
 *
 * @throws TypeError when the path is none, or is taken on this server.
 */
export function addEndpoint(server: Server, path: string, handler: UpgradeHandler): () => void {
  if (!path.startsWith('/')) throw new TypeError(`the path "${path}" of an endpoint must begin with "/"`);
  const { handlers, listener } = endpointsOf.get(server) ?? listen(server);
  if (handlers.has(path)) throw new TypeError(`an endpoint at "${path}" is attached to this server already`);
  handlers.set(path, handler);
  return () => {
    if (handlers.get(path) !== handler) return;
    handlers.delete(path);
    if (handlers.size > 0) return;
    server.off('upgrade', listener);
    endpointsOf.delete(server);
  };
}

function listen(server: Server): Endpoints {
  const handlers = new Map<string, UpgradeHandler>();
  const listener: UpgradeHandler = (request, socket, head) => {
    const handler = handlers.get(pathOf(request));
    if (handler !== undefined) handler(request, socket, head);
    else if (server.listenerCount('upgrade') === 1)
      refuseUpgrade(socket, 404, 'there is no endpoint at this path');
  };
  const endpoints: Endpoints = { handlers, listener };
  endpointsOf.set(server, endpoints);
  server.on('upgrade', listener);
  return endpoints;
}

/** Path and query of a request. A proxy may send the whole URL (RFC 9112 section 3.2.2). */
export function targetOf(request: IncomingMessage): string {
  const { url = '/' } = request;
  return url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*\/?/i, '/');
}

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  const url = targetOf(request);
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

/** What keeps an upgrade from being a handshake, where node lets it pass (RFC 6455 section 4.2.1). */
export function findHandshakeFault({ httpVersion, headers }: IncomingMessage): string | undefined {
  if (httpVersion < '1.1') return 'a WebSocket needs HTTP/1.1';
  return headers.host === undefined ? 'the Host header is missing' : undefined;
}

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Answers an upgrade by an ordinary HTTP response, and closes the socket. */
export function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
  socket.on('error', () => undefined);
  if (socket.destroyed) return;
  const body = `${reason}\n`;
  const head = [
    `HTTP/1.1 ${status} ${statusTexts[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
