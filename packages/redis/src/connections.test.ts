// How Redis is connected to, beside a URL with a host.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startBroker, startRedis } from './joined.fixture.js';

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
