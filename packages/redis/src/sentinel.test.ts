// The broker over real servers that sentinels watch: the master dies, or is replaced as planned.
import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { LogHead } from '@wirepact/server';
import { expect, it } from 'vitest';
import { redisCommand } from '../../../e2e/redis/redis-command.js';
import type { RedisServer } from '../../../e2e/redis/start-redis.js';
import { startSentinels } from '../../../e2e/redis/start-sentinels.js';
import { joinBroker, startBroker, type JoinedBroker } from './joined.fixture.js';

const epoch = 'e1';
const append = ({ broker }: JoinedBroker, body: string): Promise<LogHead> =>
  broker.append({ log: 'lobby', body, epoch, knownAt: 0 });

/** A replica is told behind time: resolves once it has what its master was told. */
async function copied(replica: RedisServer): Promise<void> {
  while ((await replica.command('EXISTS', '{wirepact:l:lobby}:e')) !== 1) await turn();
}

it('goes where the sentinels say: to the heir of a master that is asked to step down', async () => {
  await using watched = await startSentinels();
  const { name, sentinels, master, replica } = watched;
  // one of those that are named is not there
  const rootNodes = [1, ...sentinels].map((port) => ({ host: '127.0.0.1', port }));
  const options = { sentinel: { name, rootNodes }, publishTimeoutMs: 25_000 };
  await using one = await startBroker(options);
  await using other = await startBroker(options);
  await other.broker.follow('lobby');
  await append(one, 'a');
  await copied(replica);
  expect(String(await master.command('ROLE'))).toContain('master');

  await redisCommand(sentinels[0] ?? 0, 'SENTINEL', 'FAILOVER', name);
  await watched.failedOver();
  await other.ear.until(() => other.ear.all('returned').some(({ mayHaveLost }) => mayHaveLost));
  const { at } = await append(one, 'b');
  await other.ear.until(() => other.ear.bodies('lobby').at(-1) === 'b');
  expect(JSON.stringify(await replica.command('XRANGE', '{wirepact:l:lobby}:e', `${at}`, `${at}`))).toContain(
    'b',
  );
  const { entries } = await one.broker.read('lobby', { after: 0, epoch });
  expect(entries.map(({ body }) => body)).toEqual(['a', 'b']);
}, 60_000);

it('waits for the heir of a master that has died, and takes then what waited', async () => {
  await using watched = await startSentinels();
  const { name, sentinels, master, replica } = watched;
  const rootNodes = sentinels.map((port) => `redis://127.0.0.1:${port}`);
  await using one = await startBroker({ sentinel: { name, rootNodes }, publishTimeoutMs: 25_000 });
  await append(one, 'a');
  await copied(replica);
  await master.kill();
  const waiting = ['b', 'c', 'd'].map((body) => append(one, body));
  await Promise.all(waiting);
  const { entries } = await one.broker.read('lobby', { after: 0, epoch });
  expect(entries.map(({ body }) => body)).toEqual(['a', 'b', 'c', 'd']);
}, 60_000);

it('needs of a sentinel what the documents list', async () => {
  await using watched = await startSentinels(1);
  const { name, sentinels } = watched;
  const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, rule = ''] = /^ACL SETUSER watcher (.*)$/m.exec(page) ?? [];
  for (const port of sentinels) await redisCommand(port, 'ACL', 'SETUSER', 'watcher', ...rule.split(' '));
  const rootNodes = sentinels.map((port) => `redis://watcher:password@127.0.0.1:${port}`);
  await using one = await startBroker({ sentinel: { name, rootNodes } });
  await append(one, 'a');
  expect(one.ear.all('failed')).toEqual([]);
});

it('says what no sentinel knows', async () => {
  await using watched = await startSentinels(1);
  const rootNodes = watched.sentinels.map((port) => ({ host: '127.0.0.1', port }));
  await using one = joinBroker({ sentinel: { name: 'mistyped', rootNodes } });
  await one.ear.until(() => one.ear.all('failed').length > 0);
  expect(String(one.ear.all('failed')[0]?.error)).toContain('no sentinel knows the master of "mistyped"');
});
