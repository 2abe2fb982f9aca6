import { defineChannels } from '@wirepact/core';
import { createTestPair } from '@wirepact/core/testing';
import { createClient } from '@wirepact/client';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { SocketManager } from '@wirepact/server';

const channels = defineChannels({
  time: { in: z.void(), out: z.string() },
  output: { out: z.string() },
  tail: { in: z.object({ n: z.number() }), stream: z.number() },
});

test('a client and a server talk through memory', async () => {
  await using pair = await createTestPair({
    sockets: ({ clock }) =>
      new SocketManager(channels, {
        clock,
        rooms: { authorize: () => true, member: (s) => ({ id: s.id }) },
        routes: {
          time: (s) => {
            s.send('output', 'o');
            return 'now';
          },
          async *tail(_, { n }) {
            for (let i = 0; i < n; i++) yield i;
          },
        },
      }),
    client: (options) => createClient<typeof channels>(options),
  });
  const heard: string[] = [];
  pair.client.on('output', (t) => heard.push(t));
  expect(pair.client.status.name).toBe('connected');
  expect(await pair.client.request('time')).toBe('now');
  expect(heard).toEqual(['o']);
  const items: number[] = [];
  for await (const i of pair.client.stream('tail', { n: 100 })) items.push(i);
  expect(items.length).toBe(100);
  const room = await pair.client.join('lobby');
  await pair.settle();
  expect(room.members.length).toBe(1);
  await pair.advance(1_000);
  pair.network.cut();
  await pair.settle();
  expect(pair.client.status.name).toBe('reconnecting');
  await pair.advance(200);
  expect(pair.client.status.name).toBe('connected');
  expect(pair.sockets.room('lobby').size).toBe(1);
  await pair.close();
  expect(pair.clock.pending).toBe(0);
});
