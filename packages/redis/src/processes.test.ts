// How many clients, users and processes there are, over a real Redis: counted exactly, from the changes that each process
// reports.
import { expect, it } from 'vitest';
import { createManualClock } from '@wirepact/core/testing';
import { Keys } from './keys.js';
import { beatCommand } from './scripts/processes.js';
import { startBroker, startRedis } from './joined.fixture.js';

it('says who came and who went, and all of them where Redis has lost some', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  await using other = await startBroker({ url: redis.url });
  const usersOf = async (processId: string): Promise<unknown> => {
    await one.broker.isAlive(processId);
    const users = await redis.command('SMEMBERS', `{wirepact:p}:n:${processId}`);
    return [...(users as string[])].sort();
  };
  other.broker.beat(1, ['zoe']);
  await other.broker.counts();
  one.broker.beat(2, ['ann', 'bob']);
  one.broker.beat(3, ['bob', 'carl']);
  expect(await one.broker.counts()).toMatchObject({ clients: 4, processes: 2 });
  expect(await usersOf(one.processId)).toEqual(['bob', 'carl']);

  await redis.command('SREM', `{wirepact:p}:n:${one.processId}`, 'bob');
  one.broker.beat(4, ['bob', 'carl', 'dora']);
  await one.broker.counts();
  expect(await usersOf(one.processId)).toEqual(['bob', 'carl', 'dora']);
  await redis.command('FLUSHALL');
  one.broker.beat(4, ['bob', 'carl']);
  await one.broker.counts();
  expect(await usersOf(one.processId)).toEqual(['bob', 'carl']);
});

it('says all users again once a minute, however often it says who came and who went', async () => {
  await using redis = await startRedis();
  const clock = createManualClock({ startMs: 1_700_000_000_000 });
  await using one = await startBroker({ url: redis.url, clock });
  const key = `{wirepact:p}:n:${one.processId}`;
  const beat = async (): Promise<unknown> => {
    one.broker.beat(2, ['bob', 'carl']);
    await one.broker.counts();
    return [...((await redis.command('SMEMBERS', key)) as string[])].sort();
  };
  expect(await beat()).toEqual(['bob', 'carl']);
  // whatever Redis has made of it
  await redis.command('SREM', key, 'bob');
  await redis.command('SADD', key, 'nobody');
  for (let n = 0; n < 20; n += 1) expect(await beat()).toEqual(['carl', 'nobody']);
  clock.advance(59_999);
  expect(await beat()).toEqual(['carl', 'nobody']);
  clock.advance(1);
  expect(await beat()).toEqual(['bob', 'carl']);
});

it('leaves nothing behind that does not expire where Redis has lost the users', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  one.broker.beat(1, ['ann']);
  await one.broker.counts();
  await redis.command('FLUSHALL');
  // this once, and then nothing more of it: as if the process died here
  const { key, words } = beatCommand(new Keys('wirepact'), one.processId, 1, {
    ...{ before: 1, added: [], gone: [] },
  });
  expect(key).toBe('{wirepact:p}:b');
  expect(await redis.command(...words)).toBe(0);
  for (const kept of ['b', 'c']) {
    expect(await redis.command('PTTL', `{wirepact:p}:${kept}`)).toBeGreaterThan(0);
  }
});

it('counts a process no more that was not heard of for 30 s, nor its clients and users', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  await using other = await startBroker({ url: redis.url });
  one.broker.beat(1, ['ann']);
  await one.broker.counts();
  other.broker.beat(5, ['bob']);
  expect(await other.broker.counts()).toEqual({ clients: 6, users: 2, processes: 2 });
  const [seconds] = (await redis.command('TIME')) as string[];
  const [, until] = (await redis.command('ZRANGE', '{wirepact:p}:b', 0, 0, 'WITHSCORES')) as string[];
  expect(Number(until) - Number(seconds) * 1_000).toBeGreaterThan(28_000);
  expect(Number(until) - Number(seconds) * 1_000).toBeLessThanOrEqual(31_000);

  await redis.command('ZADD', '{wirepact:p}:b', Number(seconds) * 1_000, other.processId);
  expect(await one.broker.isAlive(other.processId)).toBe(false);
  one.broker.beat(1, ['ann']);
  expect(await one.broker.counts()).toEqual({ clients: 1, users: 1, processes: 1 });
  expect(await redis.command('EXISTS', `{wirepact:p}:n:${other.processId}`)).toBe(0);
});

it('counts ten thousand users once each', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  await using other = await startBroker({ url: redis.url });
  const users = Array.from({ length: 10_000 }, (_, n) => `user ${n}`);
  one.broker.beat(6_000, users.slice(0, 6_000));
  await one.broker.counts();
  other.broker.beat(6_000, users.slice(4_000));
  expect(await other.broker.counts()).toEqual({ clients: 12_000, users: 10_000, processes: 2 });
});

it('takes its leave when it is closed', async () => {
  await using redis = await startRedis();
  const one = await startBroker({ url: redis.url });
  one.broker.beat(1, ['ann']);
  await one.broker.counts();
  await one.broker.close();
  expect(await redis.command('KEYS', '*')).toEqual([]);
  // and nothing of it is connected any more
  while (
    String(await redis.command('CLIENT', 'LIST'))
      .trimEnd()
      .split('\n').length > 1
  );
});
