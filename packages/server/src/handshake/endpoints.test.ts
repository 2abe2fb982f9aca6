// Which listener takes an upgrade request. That this works beside real frameworks is tested in e2e/compat.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { PassThrough, type Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { addEndpoint, pathOf, refuseUpgrade, type UpgradeHandler } from './endpoints.js';

/** A socket of which a test reads what was written. */
function upgrade(
  server: Server,
  url?: string,
): { readonly answered: Promise<string>; readonly socket: Duplex } {
  const socket = new PassThrough();
  server.emit('upgrade', { url } as IncomingMessage, socket, Buffer.alloc(0));
  return { socket, answered: text(socket) };
}

function start(...paths: string[]) {
  const server = createServer();
  const taken: string[] = [];
  const handlerOf =
    (path: string): UpgradeHandler =>
    (request, socket) => {
      taken.push(`${path} took ${request.url}`);
      socket.end();
    };
  const remove = paths.map((path) => addEndpoint(server, path, handlerOf(path)));
  return { server, taken, remove };
}

describe('an upgrade', () => {
  it('goes to the endpoint at its path, whatever the query', () => {
    const { server, taken } = start('/ws', '/admins', '/');
    for (const url of ['/ws', '/admins?token=1', '/ws#hash', '/', '/?a=/ws']) upgrade(server, url);
    expect(taken).toEqual([
      '/ws took /ws',
      '/admins took /admins?token=1',
      '/ws took /ws#hash',
      '/ took /',
      '/ took /?a=/ws',
    ]);
  });

  it.each(['/nope', '/ws/', '/WS', '/ws/more', '/%77s', '//ws', 'ws://here.example/ws', '*', ''])(
    'at %j is answered by 404 when nobody else is there',
    async (url) => {
      const { server, taken } = start('/ws');
      expect(await upgrade(server, url).answered).toMatch(
        /^HTTP\/1\.1 404 Not Found\r\nConnection: close\r\n/,
      );
      expect(taken).toEqual([]);
    },
  );

  it.each(['http://here.example/ws', 'HTTPS://here.example:1/ws?a'])(
    'at %j, a whole URL as proxies send it, goes to the endpoint at its path',
    (url) => {
      const { server, taken } = start('/ws');
      upgrade(server, url);
      expect(taken).toEqual([`/ws took ${url}`]);
    },
  );

  it('that is foreign is left to other listeners', () => {
    const { server } = start('/ws');
    const others: (string | undefined)[] = [];
    server.on('upgrade', (request: IncomingMessage) => others.push(request.url));
    const { socket } = upgrade(server, '/vite-hmr');
    expect(others).toEqual(['/vite-hmr']);
    expect(socket.writableEnded).toBe(false);
  });
});

describe('addEndpoint', () => {
  it('listens once however many endpoints there are, and no longer than there are any', () => {
    const { server, remove } = start('/a', '/b');
    expect(server.listenerCount('upgrade')).toBe(1);
    remove[0]!();
    remove[0]!();
    expect(server.listenerCount('upgrade')).toBe(1);
    remove[1]!();
    expect(server.listenerCount('upgrade')).toBe(0);
    addEndpoint(server, '/a', () => undefined);
    expect(server.listenerCount('upgrade')).toBe(1);
  });

  it('refuses a path that is taken on this server, and takes it on another', () => {
    const { server, remove } = start('/ws');
    const take = (): (() => void) => addEndpoint(server, '/ws', () => undefined);
    expect(take).toThrow(new TypeError('an endpoint at "/ws" is attached to this server already'));
    expect(() => addEndpoint(createServer(), '/ws', () => undefined)).not.toThrow();
    remove[0]!();
    take();
    // whoever had it before has nothing to take back
    remove[0]!();
    expect(take).toThrow(TypeError);
  });

  it.each(['', 'ws', 'ws://here.example/ws', '?a'])('refuses the path %j', (path) => {
    expect(() => addEndpoint(createServer(), path, () => undefined)).toThrow('must begin with "/"');
  });
});

it('pathOf is the path without query and hash', () => {
  const urls = ['/a?b', '/a#b', '/a?b#c', '/', undefined, 'http://here.example', 'http://here.example?b'];
  expect(urls.map((url) => pathOf({ url } as IncomingMessage))).toEqual([
    '/a',
    '/a',
    '/a',
    '/',
    '/',
    '/',
    '/',
  ]);
});

describe('refuseUpgrade', () => {
  it('answers by HTTP and closes', async () => {
    const socket = new PassThrough();
    refuseUpgrade(socket, 403, 'this origin may not connect: é');
    expect(await text(socket)).toBe(
      'HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n' +
        'Content-Length: 32\r\n\r\nthis origin may not connect: é\n',
    );
    expect(socket.destroyed).toBe(true);
  });

  it('does nothing to a socket that is gone, and hears its errors', () => {
    const socket = new PassThrough().destroy();
    refuseUpgrade(socket, 404, 'late');
    expect(() => socket.emit('error', new Error('reset'))).not.toThrow();
  });
});
