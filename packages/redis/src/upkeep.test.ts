// A process with clients over a Redis that refuses some of its commands: no session is forgotten, and no client is kept out
// longer than necessary.
import { defineChannels } from '@wirepact/core';
import { createManualClock } from '@wirepact/core/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { SocketManager } from '@wirepact/server';
import { createTestServer, request } from '../../server/src/test-server.fixture.js';
import { startBroker, startRedis } from './joined.fixture.js';
import { redisBroker } from './redis-broker.js';

const channels = defineChannels({ said: { out: z.string() } });
const epoch = 'e1';

/** Resolves once a server lets clients in. */
async function untilAccepted(
  sockets: Pick<SocketManager<typeof channels, unknown>, 'admit'>,
  redis: Awaited<ReturnType<typeof startRedis>>,
): Promise<void> {
  while (!(await sockets.admit(request)).accepted) await redis.command('PING');
}

it('keeps every session of a process that has many more than may wait', async () => {
  await using redis = await startRedis();
  const broker = redisBroker({ url: redis.url, queue: { maxMessages: 10 } });
  const clock = createManualClock({ startMs: 1_700_000_000_000 });
  const server = createTestServer(channels, { broker, authenticate: ({ token }) => token }, clock);
  await using sockets = server.sockets;
  await untilAccepted(sockets, redis);
  const ids: string[] = [];
  for (let n = 0; n < 120; n += 1) ids.push((await server.connect(`user ${n}`)).welcome.session);
  const keys = ids.map((id) => `{wirepact:s:${id}}`);
  // a session that is kept from now on has less than this
  const longMs = 1_000_000_000;
  for (const key of keys) await redis.command('PEXPIRE', key, longMs);
  clock.advance(30_000);
  const left = new Set(keys);
  while (left.size > 0) {
    for (const key of left) {
      if (Number(await redis.command('PTTL', key)) < longMs / 2) left.delete(key);
    }
  }
  expect(server.errors).toEqual([]);
  expect(sockets.countClients).toBe(120);
});

it('takes what keeps a process when it takes nothing else', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url, queue: { maxMessages: 1 } });
  const { broker } = one;
  await broker.openSession({ id: 's1', userId: 'ann', token: 't', state: '{}' });
  await redis.command('CLIENT', 'PAUSE', 300, 'ALL');
  const waiting = broker.latest('lobby');
  await expect(broker.latest('hall')).rejects.toThrow(
    'too much waits for Redis already: 1 request, and 0 bytes in all',
  );
  broker.beat(7, ['ann']);
  const kept = await Promise.all([
    broker.commitSession({ id: 's1', generation: 1 }),
    broker.openSession({ id: 's2', userId: 'bob', token: 't', state: '{}' }),
    broker.touch('lobby', epoch, []),
    broker.endSession('s1', 1),
  ]);
  expect(kept).toMatchObject(['kept', 'kept', { epoch }, true]);
  await waiting;
  expect(await broker.counts()).toMatchObject({ clients: 7 });
  expect(one.ear.all('failed')).toEqual([]);
});

it('keeps in a full Redis what is there, and lets it end', async () => {
  await using redis = await startRedis({ config: [['maxmemory-policy', 'noeviction']] });
  await using one = await startBroker({ url: redis.url, publishTimeoutMs: 300 });
  const { broker } = one;
  const session = (id: string) => ({ id, userId: 'ann', token: 't', state: '{}' });
  await broker.openSession(session('s1'));
  await broker.openSession(session('s2'));
  const { at } = await broker.append({ log: 'lobby', body: 'a', epoch, knownAt: 0 });
  await broker.keepLatest('lobby', 'slot', 'b');
  await broker.enter('lobby', { id: 's1', userId: 'ann', info: '{}' });
  await redis.command('CONFIG', 'SET', 'maxmemory', '1');

  const refused = await Promise.allSettled([
    broker.append({ log: 'lobby', body: 'c', epoch, knownAt: 0 }),
    broker.keepLatest('lobby', 'slot', 'd'),
    broker.openSession(session('s3')),
  ]);
  for (const outcome of refused) {
    expect(outcome).toMatchObject({ reason: { message: expect.stringContaining('give it more memory') } });
  }
  expect(await broker.claimSession({ ...session('s1'), nextToken: 'n' })).toMatchObject({ generation: 2 });
  const answers = new Map([[1, 'x']]);
  expect(await broker.commitSession({ id: 's1', generation: 2, done: '[]', answers })).toBe('kept');
  expect(await broker.endSession('s2', 1)).toBe(true);
  expect(await broker.sessionsOf('ann')).toMatchObject([{ id: 's1' }]);
  expect(await broker.touch('lobby', epoch, ['s1'])).toEqual({ epoch, at, missing: [] });
  expect(await broker.members('lobby')).toHaveLength(1);
  await broker.leave('lobby', 's1');
  expect(await broker.members('lobby')).toEqual([]);
  expect(await broker.read('lobby', { after: 0, epoch })).toMatchObject({ at });
  expect(await broker.latest('lobby')).toMatchObject([{ body: 'b' }]);
  broker.beat(3, ['ann']);
  expect(await broker.counts()).toMatchObject({ clients: 3, processes: 1 });
  expect(await broker.isAlive(one.processId)).toBe(true);
  expect(one.ear.all('failed')).toEqual([]);
});

it('lets clients in as soon as a Redis takes writes that took none when the process began', async () => {
  await using redis = await startRedis({ config: [['min-replicas-to-write', '1']] });
  const errors: string[] = [];
  const broker = redisBroker({ url: redis.url, publishTimeoutMs: 200 });
  await using sockets = new SocketManager(channels, {
    broker,
    onError: (error) => void errors.push(String(error)),
  });
  while (!errors.some((text) => text.includes('heartbeat of this process'))) await redis.command('PING');
  expect(await sockets.admit(request)).toMatchObject({ accepted: false, status: 503 });
  await redis.command('CONFIG', 'SET', 'min-replicas-to-write', '0');
  await untilAccepted(sockets, redis);
  expect(errors.join()).toMatch(/NOREPLICAS.*min-replicas-to-write/);
});
