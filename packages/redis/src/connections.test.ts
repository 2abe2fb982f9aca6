// Ways to connect to Redis other than a URL with a host.
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { steadyClock, type Clock } from '@wirepact/core/internal';
import { expect, it, onTestFinished } from 'vitest';
import { startCuttingProxy } from '../../../e2e/behaviour/cutting-proxy.js';
import { list, startFakeRedis } from './fake-redis.fixture.js';
import { joinBroker, startBroker, startRedis } from './joined.fixture.js';

const message = (body: string) => ({ log: 'lobby', body, epoch: 'e1', knownAt: 0 });

it('goes through a Unix socket', async () => {
  await using redis = await startRedis({ config: [['unixsocket', 'redis.sock']] });
  await using one = await startBroker({ connection: { path: join(redis.folder, 'redis.sock') } });
  await one.broker.follow('lobby');
  await one.broker.append(message('a'));
  await one.ear.until(() => one.ear.bodies('lobby').length === 1);
  expect(String(await redis.command('CLIENT', 'LIST'))).toContain('redis.sock');
});

it('keeps databases and prefixes apart, and is called by its prefix', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: `${redis.url}/3`, prefix: 'one' });
  await using other = await startBroker({ url: redis.url, prefix: 'other' });
  await other.broker.follow('lobby');
  await one.broker.append(message('a'));
  expect((await other.broker.read('lobby', { after: 0, epoch: 'e2' })).epoch).toBe('e2');
  expect(other.ear.heard).toEqual([]);
  expect(String(await redis.command('INFO', 'keyspace'))).toMatch(/db0:[^]*db3:/);
  const clients = String(await redis.command('CLIENT', 'LIST'));
  expect(clients.match(/name=one /g)).toHaveLength(2);
  expect(clients.match(/name=other /g)).toHaveLength(2);
});

it('has two connections, and no more after it lost them', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  const count = async (): Promise<number> =>
    String(await redis.command('CLIENT', 'LIST')).match(/name=wirepact /g)?.length ?? 0;
  expect(await count()).toBe(2);
  for (let round = 1; round <= 3; round += 1) {
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await one.broker.append(message(String(round)));
  }
  await one.ear.until(() => one.ear.all('returned').length > 0);
  while ((await count()) !== 2);
});

it('is tried again when a line breaks before it is ready, and no rejection is left over', async () => {
  await using redis = await startRedis();
  let breaks = 0;
  const proxy = await startCuttingProxy((socket) => {
    socket.on('error', () => undefined);
    // what a new line begins with, beside the end of the one before it
    socket.on('data', (bytes) => {
      if (breaks === 0 || !bytes.includes('SCRIPT')) return;
      breaks -= 1;
      proxy.cut();
    });
  });
  onTestFinished(() => proxy.close());
  proxy.target = redis.port;
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  await using one = await startBroker({ url: `redis://127.0.0.1:${proxy.port}` });
  breaks = 3;
  proxy.cut();
  await one.broker.append(message('a'));
  expect(breaks).toBe(0);
  expect(unhandled).toEqual([]);
});

it('leaves no timer when it is closed before a line is ready', async () => {
  const timers = new Map<symbol, number>();
  const clock: Clock = {
    ...steadyClock,
    after(delayMs, callback) {
      const timer = Symbol('timer');
      timers.set(timer, delayMs);
      const forget = (): boolean => timers.delete(timer);
      const cancel = steadyClock.after(delayMs, () => forget() && callback());
      return () => forget() && cancel();
    },
  };
  let isClosed = false;
  await using fake = await startFakeRedis(([what]) => {
    if (what !== 'TIME') return '+OK\r\n';
    isClosed = true;
    void one.broker.close();
    return list('1700000000', '0');
  });
  const one = joinBroker({ url: `redis://127.0.0.1:${fake.port}`, clock, heartbeat: { timeoutMs: 500 } });
  const everyMs = 10_000;
  while (!isClosed || [...timers.values()].some((delayMs) => delayMs !== everyMs)) await turn();
  expect([...timers.values()]).toEqual([]);
});
