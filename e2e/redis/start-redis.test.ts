// The Redis server of the tests itself: what others lean on.
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startRedis } from './start-redis.js';

it('forgets everything when it is killed, and keeps everything with an append-only file', async () => {
  await using forgetful = await startRedis();
  await using careful = await startRedis({ appendOnly: 'always' });
  for (const redis of [forgetful, careful]) {
    expect(await redis.command('SET', 'key', 'ä value')).toBe('OK');
    await redis.kill();
    await expect(redis.command('GET', 'key')).rejects.toThrow();
    await redis.start();
  }
  expect(await forgetful.command('GET', 'key')).toBeNull();
  expect(await careful.command('GET', 'key')).toBe('ä value');
});

it('answers nothing while it is paused, and everything after', async () => {
  await using redis = await startRedis();
  redis.pause();
  const order: string[] = [];
  const answer = redis.command('PING').then(() => order.push('answered'));
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  order.push('resumed');
  redis.resume();
  await answer;
  expect(order).toEqual(['resumed', 'answered']);
});

it('leaves neither a process nor files behind', async () => {
  const redis = await startRedis({ config: [['maxmemory', '8mb']] });
  const { folder, pid } = redis;
  expect(existsSync(folder)).toBe(true);
  expect(await redis.command('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '8388608']);
  redis.pause();
  await redis[Symbol.asyncDispose]();
  expect(existsSync(folder)).toBe(false);
  expect(() => process.kill(pid, 0)).toThrow();
});

it('says why a server does not start', async () => {
  await expect(startRedis({ config: [['no-such-setting', '1']] })).rejects.toThrow('no-such-setting');
});
