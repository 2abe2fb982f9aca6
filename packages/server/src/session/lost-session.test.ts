// What a client is told that returns to a server which no longer knows its session.
import { defineChannels } from '@wirepact/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer } from '../test-server.fixture.js';

const channels = defineChannels({ output: { out: z.string() } });
const start = () =>
  createTestServer(channels, { event: { onConnect: (socket) => socket.send('output', 'hello') } });

it('is what it stood in, stream by stream, and where the new session begins', async () => {
  const server = start();
  const client = await server.connect();
  const [socket] = server.sockets.clients();
  socket!.join('lobby');
  await server.connect();
  [...server.sockets.clients()][1]!.join('lobby');
  server.sockets.sendToAll('output', 'one');
  server.sockets.room('lobby').send('output', 'two');
  client.takeAll();
  const { $inbox, '*': everyone, lobby } = Object.fromEntries(client.cursors);
  expect([$inbox![1], everyone![1], lobby![1]]).toEqual([1, 1, 1]);
  client.cut();
  server.clock.advance(121_000);

  const back = await server.resume(client);
  const { session } = back.welcome;
  expect(back.welcome).toMatchObject({ resumed: false, streams: { '*': everyone } });
  expect(back.welcome).not.toHaveProperty('done');
  expect(back.take()).toEqual([
    { path: '$gap', data: { room: '$inbox', why: 'epoch', from: $inbox, to: [session, 0] } },
    { path: '$gap', data: { room: '*', why: 'lost', from: everyone, to: everyone } },
    { path: '$gap', data: { room: 'lobby', why: 'lost', from: lobby } },
    { path: 'output', data: 'hello' },
  ]);
  expect(server.sockets.stats().gaps).toBe(3);
});

it('is that the logs are others where the server was started anew', async () => {
  const [before, after] = [start(), start()];
  const client = await before.connect();
  [...before.sockets.clients()][0]!.join('lobby');
  before.sockets.sendToAll('output', 'one');
  client.takeAll();
  const back = await after.resume(client);
  const gaps = back.takeData('$gap') as { room: string; why: string; to?: unknown }[];
  expect(gaps.map(({ room, why, to }) => [room, why, to])).toEqual([
    ['$inbox', 'epoch', [back.welcome.session, 0]],
    ['*', 'epoch', back.welcome.streams!['*']],
    ['lobby', 'epoch', undefined],
  ]);
});

it('is nothing where it stood in nothing', async () => {
  const server = start();
  const client = await server.connect();
  client.transport.end(1000);
  const back = await server.resume(client, { streams: {} });
  expect(back.takeData('$gap')).toEqual([]);
});

it('is of a new client that it stands at the end of what was said to everyone', async () => {
  const server = start();
  const first = await server.connect();
  server.sockets.sendToAll('output', 'one');
  server.sockets.sendToAll('output', 'two');
  const second = await server.connect();
  const [epoch] = first.welcome.streams!['*']!;
  expect(second.welcome.streams).toEqual({ '*': [epoch, 2] });
  expect(second.takeAll()).toEqual([{ path: 'output', data: 'hello', at: 1, after: 0 }]);
});
