// The client against the real server, over real sockets.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defineChannels } from '@wirepact/core';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { SocketManager } from '../../server/src/index.js';
import { createClient } from './create-client.js';
import { until } from './until.fixture.js';

const channels = defineChannels({
  time: { in: z.void(), out: z.string() },
  greeting: { out: z.string() },
  sum: { in: z.array(z.number()), reply: z.number() },
  count: { in: z.number(), stream: z.number() },
  price: { out: z.number(), answer: z.number() },
  chat: { in: z.string(), out: z.string() },
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function start() {
  let stopped = 0;
  const sockets = new SocketManager(channels, {
    authenticate: ({ token }: { token?: string | undefined }) => ({ user: token ?? 'nobody' }),
    rooms: { authorize: (_socket, room) => room !== 'vault' },
    routes: {
      time: (socket) => socket.context.user,
      sum: (_socket, numbers) => numbers.reduce((sum, each) => sum + each, 0),
      count: async function* (_socket, to) {
        try {
          for (let n = 1; n <= to; n++) yield await Promise.resolve(n);
        } finally {
          stopped++;
        }
      },
      chat: (_socket, text) => {
        sockets.room('lobby').send('chat', text);
      },
    },
    event: { onConnect: (socket) => socket.send('greeting', 'hello') },
  });
  const server = createServer();
  sockets.attach(server, { path: '/ws' });
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createClient<typeof channels>({
    url: `http://localhost:${port}/ws`,
    getToken: () => 'ann',
    reconnect: { quickMs: 1, minDelayMs: 1, stableAfterMs: 0 },
  });
  cleanups.push(
    () => client.close(),
    () => sockets.close(),
    () => new Promise((resolve) => server.close(resolve)),
  );
  return { client, sockets, stopped: () => stopped };
}

it('speaks with the server in every way', async () => {
  const { client, sockets, stopped } = await start();
  const greeted = new Promise((resolve) => client.once('greeting', resolve));
  client.handle('price', (question) => question * 2);

  expect(await client.request('time')).toBe('ann');
  expect(await greeted).toBe('hello');
  expect(await client.request('sum', [1, 2, 3])).toBe(6);

  const counted: number[] = [];
  for await (const n of client.stream('count', 100)) counted.push(n);
  expect(counted).toHaveLength(100);
  for await (const n of client.stream('count', 1_000_000)) if (n === 40) break;
  await until(() => stopped() === 2);

  const lobby = await client.join('lobby');
  const heard = new Promise((resolve) => lobby.on('chat', resolve));
  client.send('chat', 'hi');
  expect(await heard).toBe('hi');
  await expect(client.join('vault')).rejects.toMatchObject({ code: 'denied' });

  const [socket] = sockets.clients();
  expect(await socket?.request('price', 21)).toBe(42);
});

it('comes back by itself, with its rooms and listeners', async () => {
  const { client, sockets } = await start();
  const lobby = await client.join('lobby');
  const [first] = sockets.clients();
  first?.disconnect('again', 4000);
  await until(() => sockets.room('lobby').size === 1 && [...sockets.clients()][0] !== first);
  const heard = new Promise((resolve) => lobby.on('chat', resolve));
  client.send('chat', 'back');
  expect(await heard).toBe('back');
});
