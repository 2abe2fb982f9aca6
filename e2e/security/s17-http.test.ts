// S17: a server has little patience with those that open connections and say nothing, too much, or something else.
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hardenedServerOptions, hardenServer } from '@wirepact/server';
import { expect, onTestFinished, test } from 'vitest';
import { handshakeKey, RawClient } from '../conformance/rfc6455/raw-client.js';
import { ping } from '../conformance/rfc6455/frame.js';
import { startServer } from './guarded-server.js';

const host = '127.0.0.1';
/** The same as by default, thirty times as fast. */
const fast = {
  headersTimeout: 160,
  requestTimeout: 330,
  connectionsCheckingInterval: 33,
  keepAliveTimeout: 160,
};

async function listening(server: Server): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, host);
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the connection is over. */
async function heard(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  if (!socket.closed) await once(socket, 'close');
  return text;
}

const handshake = (...headers: readonly string[]): string =>
  [
    ...['GET /ws HTTP/1.1', 'Host: localhost', 'Upgrade: websocket', 'Connection: Upgrade'],
    ...[`Sec-WebSocket-Key: ${handshakeKey}`, 'Sec-WebSocket-Version: 13', ...headers, '', ''],
  ].join('\r\n');

const statusOf = (head: string): number => Number(head.split(' ')[1]);

test('the figures of a server of listen', async () => {
  const { sockets } = startServer();
  const { server } = await sockets.listen({ port: 0, host });
  expect(server).toMatchObject({ headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 });
  expect(hardenedServerOptions).toEqual({
    ...{ headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 },
    ...{ connectionsCheckingInterval: 1_000, maxHeaderSize: 8_192 },
  });
  if (process.platform === 'linux') {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    expect(server.maxConnections).toBe(Math.floor(Number(soft) * 0.9));
  }
});

test('whoever writes a header a byte at a time is closed soon, and so is one that writes nothing', async () => {
  const port = await listening(hardenServer(createServer({ ...hardenedServerOptions, ...fast })));
  const [slow, silent] = [await open(port), await open(port)];
  const startedAt = performance.now();
  let at = 0;
  const request = handshake('X-Slow: '.padEnd(5_000, 'x'));
  const dripping = setInterval(() => slow.write(request[at++] ?? 'x'), 10);
  const answers = await Promise.all([heard(slow), heard(silent)]);
  clearInterval(dripping);
  expect(answers[0]).toMatch(/^HTTP\/1\.1 408 /);
  // 5 s of patience, 1 s until somebody looks, and the 1 s that a slow machine may take, thirty times as fast
  expect(performance.now() - startedAt).toBeLessThan(30 * 330);
  expect(at).toBeLessThan(request.length);
});

test('a connection that was upgraded is nobody’s slow request', async () => {
  const { sockets } = startServer();
  const server = hardenServer(createServer({ ...hardenedServerOptions, ...fast }));
  const port = await listening(server);
  sockets.attach(server, { path: '/ws' });
  const { head, client } = await RawClient.attempt(`ws://${host}:${port}/ws`, [Buffer.from(handshake())]);
  expect(statusOf(head)).toBe(101);
  // one that is slow has been closed by the time that another one, begun later, has been
  const slow = await open(port);
  slow.write('GET /');
  await heard(slow);
  const next = await open(port);
  next.write('GET /');
  await heard(next);
  client.write([ping()]);
  await client.until(() => client.answers.length > 0);
  expect([client.answers.length, client.isOver]).toEqual([1, false]);
  client.destroy();
});

test.each([
  ['2,000 headers', Array.from({ length: 2_000 }, (_, n) => `x${n}: y`), 431],
  ['9 KiB of headers', [`x: ${'y'.repeat(9_000)}`], 431],
  ['65 headers', Array.from({ length: 60 }, (_, n) => `x${n}: y`), 431],
  ['64 headers', Array.from({ length: 58 }, (_, n) => `x${n}: y`), 101],
])('a handshake with %s', async (_what, headers, status) => {
  const { sockets } = startServer();
  const { port } = await sockets.listen({ port: 0, path: '/ws', host });
  const { head, client } = await RawClient.attempt(`ws://${host}:${port}/ws`, [
    Buffer.from(handshake(...headers)),
  ]);
  client.destroy();
  expect(statusOf(head)).toBe(status);
});

test.each([
  [100, 95, 101],
  [100, 96, 431],
  [10, 5, 101],
  [10, 6, 431],
])(
  'where a handshake may have %i headers, one with 5 and %i more gets %i',
  async (maxHeaders, more, status) => {
    const { sockets } = startServer({ limits: { maxHeaders } });
    const { url } = await sockets.listen({ port: 0, path: '/ws', host });
    const headers = Array.from({ length: more }, (_, n) => `x${n}: y`);
    const { head, client } = await RawClient.attempt(url, [Buffer.from(handshake(...headers))]);
    client.destroy();
    expect(statusOf(head)).toBe(status);
  },
);

test('what is no upgrade gets 426 and learns what is here; another path gets 404', async () => {
  const { sockets } = startServer();
  const { port } = await sockets.listen({ port: 0, path: '/ws', host });
  const response = await fetch(`http://${host}:${port}/ws`);
  expect([response.status, response.headers.get('upgrade')]).toEqual([426, 'websocket']);
  expect((await fetch(`http://${host}:${port}/`)).status).toBe(404);
});

const good = handshake();
test.each([
  ['POST', good.replace('GET', 'POST'), 405],
  ['a key that is too short', good.replace(handshakeKey, 'c2hvcnQ='), 400],
  ['no key', good.replace(/Sec-WebSocket-Key.*\r\n/, ''), 400],
  ['two keys', good.replace(/(Sec-WebSocket-Key.*\r\n)/, '$1$1'), 400],
  ['version 7', good.replace('13', '7'), 426],
  ['no version', good.replace(/Sec-WebSocket-Version.*\r\n/, ''), 426],
  ['another protocol to upgrade to', good.replace('Upgrade: websocket', 'Upgrade: h2c'), 400],
  ['65 headers', handshake(...Array.from({ length: 60 }, (_, n) => `x${n}: y`)), 431],
])('%s is no handshake, and costs no question of who asks', async (_what, request, status) => {
  let asked = 0;
  const { sockets } = startServer({ authenticate: () => void (asked += 1) });
  const { port } = await sockets.listen({ port: 0, path: '/ws', host });
  const { head, client } = await RawClient.attempt(`ws://${host}:${port}/ws`, [Buffer.from(request)]);
  client.destroy();
  expect(statusOf(head)).toBe(status);
  expect({ asked, handshake: sockets.stats().refused.handshake }).toEqual({ asked: 0, handshake: 1 });
});

test('a server takes so many connections and closes others at once, which is counted', async () => {
  const { sockets } = startServer();
  const { port, server } = await sockets.listen({ port: 0, host });
  server.maxConnections = 3;
  const kept = [await open(port), await open(port), await open(port)];
  const dropped = once(server, 'drop');
  const fourth = await open(port);
  await Promise.all([dropped, heard(fourth)]);
  expect(kept.map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  expect(sockets.stats().refused.descriptors).toBe(1);
});
