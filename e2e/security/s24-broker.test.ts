// S24: what comes over a broker is read without trust: what is none of ours is reported and reaches nobody, and with a key
// nothing is taken that is not signed with it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, type Client } from '@wirepact/client';
import { defineChannels } from '@wirepact/core';
import { redisBroker } from '@wirepact/redis';
import { createPublisher, SocketManager } from '@wirepact/server';
import { z } from 'zod';
import { startRedis, type RedisServer } from '../redis/start-redis.js';

const channels = defineChannels({ said: { out: z.string() } });
const hmacKey = 'a key of sixteen bytes, at least';
const lobby = '{wirepact:l:lobby}';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

interface Listener extends AsyncDisposable {
  readonly client: Client<typeof channels>;
  readonly heard: string[];
  readonly errors: unknown[];
  /** What is known of those who are in the room. */
  members(): unknown[];
  /** Resolves when the client has heard this. */
  until(text: string): Promise<void>;
}

async function startListener(options: { readonly hmacKey?: string }): Promise<Listener> {
  const errors: unknown[] = [];
  const sockets = new SocketManager(channels, {
    broker: redisBroker({ url: redis.url, ...options }),
    rooms: { authorize: () => true, member: () => 'somebody' },
    onError: (error) => errors.push(error),
  });
  const { port } = await sockets.listen({ port: 0 });
  const client = createClient({ url: `ws://127.0.0.1:${port}/`, channels });
  const heard: string[] = [];
  let wake = (): void => undefined;
  client.on('said', (text) => {
    heard.push(text);
    wake();
  });
  const room = await client.join('lobby');
  return {
    members: () => room.members.map(({ info }) => info),
    client,
    heard,
    errors,
    async until(text) {
      while (!heard.includes(text)) await new Promise<void>((resolve) => (wake = resolve));
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await sockets.close();
    },
  };
}

test('forged messages, entries and notices reach nobody and end nothing', async () => {
  await using listener = await startListener({});
  await using publisher = createPublisher(channels, { broker: redisBroker({ url: redis.url }) });
  await publisher.room('lobby').publish('said', 'first');
  await listener.until('first');
  const forged = [
    'nonsense',
    'e["$welcome",null,null]\n{"session":"x"}',
    'e["said",null,null]\n"a"},{"path":"$gap","data":{',
    'e{"kind":"disconnect","userId":7}',
    'e{"kind":"member","room":"lobby","id":"x","info":"},{"}',
  ];
  for (const text of forged) await redis.command('SPUBLISH', lobby, text);
  await publisher.room('lobby').publish('said', 'last');
  await listener.until('last');
  expect(listener.heard).toEqual(['first', 'last']);
  expect(listener.errors.length).toBeGreaterThanOrEqual(2);
  expect(listener.client.status.name).toBe('connected');
});

test.each([undefined, hmacKey])('a member that somebody made up forges no frame (key: %s)', async (key) => {
  await redis.command('FLUSHALL');
  const options = key === undefined ? {} : { hmacKey: key };
  const info = 'null}},"path":"said","data":"forged","x":{"y":{"z":0';
  await redis.command('ZADD', `${lobby}:m`, '9999999999999', 'forged');
  await redis.command('HSET', `${lobby}:i`, 'forged', JSON.stringify([null, info]));
  await using listener = await startListener(options);
  await using ours = createPublisher(channels, { broker: redisBroker({ url: redis.url, ...options }) });
  await ours.room('lobby').publish('said', 'ours');
  await listener.until('ours');
  expect(listener.heard).toEqual(['ours']);
  expect(listener.members()).toEqual(['somebody']);
  expect(listener.errors).not.toEqual([]);
});

test('with a key nothing is taken that was not signed with it', async () => {
  await redis.command('FLUSHALL');
  await using listener = await startListener({ hmacKey });
  await using stranger = createPublisher(channels, {
    broker: redisBroker({ url: redis.url, hmacKey: 'another key of sixteen bytes' }),
  });
  await using ours = createPublisher(channels, { broker: redisBroker({ url: redis.url, hmacKey }) });
  await stranger.room('lobby').publish('said', 'forged');
  await ours.room('lobby').publish('said', 'ours');
  await listener.until('ours');
  expect(listener.heard).toEqual(['ours']);
  expect(listener.errors).not.toEqual([]);
});
