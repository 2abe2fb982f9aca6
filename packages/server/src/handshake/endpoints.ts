// Several endpoints on one HTTP server, beside other upgrade listeners: requests at other paths are left alone, and answered
// only if there is no other listener.
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

/** Why an upgrade is refused before anybody is asked about it. */
export interface HandshakeFault {
  readonly status: number;
  readonly reason: string;
}

const keyPattern = /^[+/\dA-Za-z]{22}==$/;

/** What keeps an upgrade from being a handshake, where node lets it pass (RFC 6455 section 4.2.1). */
export function findHandshakeFault(
  { httpVersion, headers, method, rawHeaders }: IncomingMessage,
  maxHeaders: number,
): HandshakeFault | undefined {
  const bad = (reason: string, status = 400): HandshakeFault => ({ status, reason });
  // node drops the headers that are too many for it, and one of them may be the one that decides
  if (rawHeaders.length > 2 * maxHeaders) return bad(`a handshake has ${maxHeaders} headers at most`, 431);
  if (httpVersion < '1.1') return bad('a WebSocket needs HTTP/1.1');
  if (method !== 'GET') return bad('a WebSocket is asked for by GET', 405);
  if (headers.host === undefined) return bad('the Host header is missing');
  if (headers.upgrade?.toLowerCase() !== 'websocket') return bad('the Upgrade header is not "websocket"');
  if (!keyPattern.test(headers['sec-websocket-key'] ?? '')) return bad('Sec-WebSocket-Key is no key');
  // 8 is a draft that differs in nothing which matters here, and that ws speaks too
  const version = headers['sec-websocket-version'] ?? '';
  return version === '13' || version === '8' ? undefined : bad('Sec-WebSocket-Version must be 13', 426);
}

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  421: 'Misdirected Request',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
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
    ...(status === 426 ? ['Upgrade: websocket', 'Sec-WebSocket-Version: 13'] : []),
    ...(status === 405 ? ['Allow: GET'] : []),
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
