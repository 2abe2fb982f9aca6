// The shortest program there is: a server that listens by itself, and a client in Node that is told nothing but its address.
import { createClient } from '@wirepact/client';
import { SocketManager } from '@wirepact/server';
import { expect, test } from 'vitest';
import { channels, type Channels } from './channels.js';

test('a client works in Node, without a DOM and with the WebSocket class that it finds by itself', async () => {
  expect([typeof document, typeof window, typeof location]).toEqual(Array(3).fill('undefined'));
  await using sockets = new SocketManager(channels, { routes: { time: () => '12:00' } });
  const { url } = await sockets.listen({ port: 0, path: '/ws', host: 'localhost' });
  await using client = createClient<Channels>({ url });
  expect(await client.request('time')).toBe('12:00');
  const heard = new Promise((resolve) => client.on('output', resolve));
  sockets.sendToAll('output', 'hello');
  expect(await heard).toBe('hello');
});

test('an address that nobody can connect to is a closed door with the reason', async () => {
  await using client = createClient<Channels>({ url: 'no address' });
  const closed = new Promise((resolve) => client.onStatus(({ name }) => name === 'closed' && resolve(name)));
  client.onError(() => {});
  await expect(client.request('time')).rejects.toMatchObject({ code: 'closed' });
  await closed;
});
