// S3: a name of an attacker’s that points to the server (DNS rebinding) does not make the attacker’s page one of its own.
import { createServer, get } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SocketManager } from '@wirepact/server';
import { WebSocket } from 'ws';
import { expect, onTestFinished, test } from 'vitest';
import { channels, startServer } from './guarded-server.js';

const names: readonly [host: string, status: number][] = [
  ['app.example', 101],
  ['APP.example:8443', 101],
  ['api.internal:9000', 101],
  ['api.internal:9001', 421],
  ['a.dev.example', 101],
  ['dev.example', 421],
  ['evil.example', 421],
  ['app.example.evil.example', 421],
  ['evil.example:80@app.example', 421],
  ['app.example.', 421],
  ['127.0.0.1', 421],
  ['', 421],
];
const hosts = ['app.example', 'api.internal:9000', '*.dev.example'];

test.each(names)('with hosts %j gets %i', async (host, status) => {
  let asked = 0;
  const { statusOf, sockets } = startServer({ hosts, authenticate: () => void (asked += 1) });
  expect(await statusOf({ headers: { host, origin: `http://${host.toLowerCase()}` } })).toBe(status);
  expect(sockets.stats().refused.host).toBe(status === 421 ? 1 : 0);
  expect(asked).toBe(status === 421 ? 0 : 1);
});

test.each(['evil.example/', 'https://app.example', 'app example', '', '*', '*.', '[::1', 5])(
  '%j is no host, and is said to be none at once',
  (host) => {
    expect(() => new SocketManager(channels, { hosts: [host as string] })).toThrow(TypeError);
  },
);

/** The status of a handshake that names the server so. */
async function askAs(port: number, headers: Record<string, string>): Promise<number | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers });
  socket.on('error', () => undefined);
  const answer = (await Promise.race([
    once(socket, 'open').then(() => [undefined, { statusCode: 101 }]),
    once(socket, 'unexpected-response'),
  ])) as [unknown, { statusCode?: number }];
  socket.terminate();
  return answer[1].statusCode;
}

test('a server that listen opens to this machine alone takes this machine’s names, unless a proxy passes it on', async () => {
  const { sockets } = startServer();
  const { port } = await sockets.listen({ port: 0, host: '127.0.0.1' });
  const rebound = { host: `evil.example:${port}`, origin: `http://evil.example:${port}` };
  expect(await askAs(port, rebound)).toBe(421);
  for (const host of ['localhost', '127.0.0.1', `localhost:${port}`, 'app.localhost', '[::1]:80']) {
    expect(await askAs(port, { host }), host).toBe(101);
  }
  expect(await askAs(port, { host: 'app.example', 'x-forwarded-for': '203.0.113.7' })).toBe(101);
  expect(sockets.stats().refused.host).toBe(1);
});

test('a server of yours takes any name that is not forbidden, as one behind a proxy must', async () => {
  const { sockets } = startServer();
  const server = createServer((_request, response) => response.end());
  onTestFinished(async () => {
    await sockets.close();
    server.close();
    server.closeAllConnections();
  });
  sockets.attach(server, { path: '/' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await askAs(port, { host: 'app.example' })).toBe(101);
  // and what is no upgrade is the server’s own business
  const [response] = (await once(get({ port, host: '127.0.0.1', headers: { host: 'x' } }), 'response')) as [
    { statusCode?: number; resume(): void },
  ];
  response.resume();
  expect(response.statusCode).toBe(200);
});
