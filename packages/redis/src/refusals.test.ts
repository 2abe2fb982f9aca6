// What Redis refuses, and for how long: a refusal that may pass is tried again, any other is reported at once and plainly.
import { readFileSync } from 'node:fs';
import type { LogHead } from '@wirepact/server';
import { expect, it } from 'vitest';
import { joinBroker, startBroker, startRedis, type JoinedBroker } from './joined.fixture.js';
import { allScripts } from './scripts/all-scripts.js';

const epoch = 'e1';

const append = ({ broker }: JoinedBroker, body: string, log = 'lobby'): Promise<LogHead> => {
  const accepted = broker.append({ log, body, epoch, knownAt: 0 });
  accepted.catch(() => undefined);
  return accepted;
};

async function bodiesIn({ broker }: JoinedBroker, log = 'lobby'): Promise<string[]> {
  const { entries } = await broker.read(log, { after: 0, epoch });
  return entries.map(({ body }) => body);
}

it('a wrong password is said plainly, and the broker joins once it is right', async () => {
  await using redis = await startRedis();
  await redis.command('CONFIG', 'SET', 'requirepass', 'right');
  await using one = joinBroker({ url: `redis://:wrong@127.0.0.1:${redis.port}` });
  await one.ear.until(() => one.ear.all('failed').length > 0);
  expect(String(one.ear.all('failed')[0]?.error)).toMatch(/WRONGPASS.*url or in connection/);
  await using other = joinBroker({ url: redis.url });
  await other.ear.until(() => other.ear.all('failed').length > 0);
  expect(String(other.ear.all('failed')[0]?.error)).toMatch(/NOAUTH.*give the broker a password/);
  await using right = await startBroker({ url: `redis://:right@127.0.0.1:${redis.port}` });
  await append(right, 'a');
});

it('asks for credentials before every line', async () => {
  await using redis = await startRedis();
  await redis.command('ACL', 'SETUSER', 'app', 'on', '>first', '~*', '&*', '+@all');
  const passwords = ['first', 'first', 'second', 'second'];
  const credentials = () => Promise.resolve({ username: 'app', password: passwords.shift() ?? 'second' });
  await using one = await startBroker({ url: redis.url, connection: { credentials } });
  await redis.command('ACL', 'SETUSER', 'app', 'resetpass', '>second');
  await redis.command('CLIENT', 'KILL', 'USER', 'app');
  await append(one, 'a');
  expect(await bodiesIn(one)).toEqual(['a']);
});

it('works for a user who may do what the documents list, and tells of what is missing', async () => {
  await using redis = await startRedis();
  const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, rule = ''] = /^ACL SETUSER wirepact (.*)$/m.exec(page) ?? [];
  await redis.command('ACL', 'SETUSER', 'wirepact', ...rule.split(' '));
  const url = `redis://wirepact:password@127.0.0.1:${redis.port}/3`;
  await using one = await startBroker({ url });
  const { broker, ear } = one;
  await broker.follow('lobby');
  await append(one, 'a');
  await broker.renew('lobby', epoch, 'e2');
  await broker.restore('lobby', { epoch: 'e2', at: 0 }, []);
  await broker.touch('lobby', epoch, ['s1']);
  await broker.enter('lobby', { id: 's1', userId: 'ann', info: '{}' });
  expect(await broker.leave('lobby', 's1')).toBe(true);
  await broker.keepLatest('lobby', 'slot', 'b');
  broker.emit('lobby', 'c');
  void broker.tell(one.processId, 'd');
  broker.beat(1, ['ann']);
  await broker.openSession({ id: 's1', userId: 'ann', token: 't', state: '{}' });
  await broker.claimSession({ id: 's1', userId: 'ann', token: 't', nextToken: 'n' });
  await broker.commitSession({ id: 's1', generation: 2, done: '[]', answers: new Map([[1, 'x']]) });
  expect(await broker.sessionsOf('ann')).toHaveLength(1);
  await broker.endSession('s1');
  expect(await broker.counts()).toEqual({ clients: 1, users: 1, processes: 1 });
  expect(await broker.isAlive(one.processId)).toBe(true);
  expect(await broker.latest('lobby')).toHaveLength(1);
  await redis.command('CLIENT', 'KILL', 'USER', 'wirepact');
  await ear.until(() => ear.all('returned').length > 0);
  await append(one, 'after a break');
  await ear.until(() => ear.bodies('lobby').length === 2);
  for (const { error } of ear.all('failed')) expect(String(error)).not.toContain('NOPERM');

  await redis.command('ACL', 'SETUSER', 'wirepact', '-xadd', '-ssubscribe');
  await expect(append(one, 'b')).rejects.toThrow(/user executing the script.*what the documents list/);
  await expect(broker.follow('hall')).rejects.toThrow('NOPERM');
});

it('waits for a full Redis as long as a message may, and says that it is full', async () => {
  await using redis = await startRedis({ config: [['maxmemory-policy', 'noeviction']] });
  await using one = await startBroker({ url: redis.url, publishTimeoutMs: 300 });
  await append(one, 'a');
  await redis.command('CONFIG', 'SET', 'maxmemory', '1');
  await expect(append(one, 'b')).rejects.toThrow(/OOM.*give it more memory/);
  const waiting = [append(one, 'c'), append(one, 'd')];
  await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  await Promise.all(waiting);
  expect(await bodiesIn(one)).toEqual(['a', 'c', 'd']);
});

it('leaves a server that takes no writes any more, and comes back to it when it does', async () => {
  await using master = await startRedis();
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  await one.broker.follow('lobby');
  await append(one, 'a');
  await redis.command('REPLICAOF', '127.0.0.1', master.port);
  const waiting = [append(one, 'b'), append(one, 'c')];
  await one.ear.until(() => one.ear.all('failed').length > 0);
  await redis.command('REPLICAOF', 'NO', 'ONE');
  await Promise.all(waiting);
  expect((await bodiesIn(one)).slice(-2)).toEqual(['b', 'c']);
});

it('does not open lines without end to a server that stays a replica, nor tell of it again and again', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url, publishTimeoutMs: 2_000 });
  await append(one, 'a');
  const count = async (): Promise<number> =>
    Number(/total_connections_received:(\d+)/.exec(String(await redis.command('INFO', 'stats')))?.[1]);
  for (const rule of ['+info', '-info']) {
    await redis.command('ACL', 'SETUSER', 'default', '+info');
    const before = await count();
    const failures = one.ear.all('failed').length;
    await redis.command('ACL', 'SETUSER', 'default', rule);
    await redis.command('REPLICAOF', '127.0.0.1', 1);
    await expect(append(one, 'b')).rejects.toThrow(/READONLY.*this is a replica/);
    expect(one.ear.all('failed').length - failures).toBeLessThanOrEqual(2);
    await redis.command('ACL', 'SETUSER', 'default', '+info');
    // those of this test among them
    expect((await count()) - before).toBeLessThanOrEqual(25);
    await redis.command('REPLICAOF', 'NO', 'ONE');
    await append(one, 'c');
  }
});

it('keeps the order when the scripts are forgotten in between', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  const bodies = Array.from({ length: 300 }, (_, n) => String(n));
  const accepted: Promise<LogHead>[] = [];
  for (const body of bodies) {
    accepted.push(append(one, body));
    if (Number(body) % 50 === 20) await redis.command('SCRIPT', 'FLUSH');
  }
  await Promise.all(accepted);
  expect(await bodiesIn(one)).toEqual(bodies);
  await redis.command('SCRIPT', 'FLUSH');
  expect(await one.broker.latest('lobby')).toEqual([]);
});

it('loads forgotten scripts once, however much was refused for that', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  await redis.command('SCRIPT', 'FLUSH');
  await redis.command('CONFIG', 'RESETSTAT');
  await Promise.all(Array.from({ length: 100 }, (_, n) => one.broker.latest(`room ${n}`)));
  const stats = String(await redis.command('INFO', 'commandstats'));
  expect(Number(/^cmdstat_script\|load:calls=(\d+)/m.exec(stats)?.[1])).toBe(allScripts.length);
});

it('rejects at once what will never work, and goes on with the rest', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  await redis.command('SET', '{wirepact:l:taken}:h', 'not ours');
  await expect(append(one, 'a', 'taken')).rejects.toThrow('WRONGTYPE');
  await expect(one.broker.read('taken', { after: 0, epoch })).rejects.toThrow('WRONGTYPE');
  await append(one, 'b');
});

it('says that a node of a cluster is no single server', async () => {
  await using redis = await startRedis({ isCluster: true });
  await using one = joinBroker({ url: redis.url });
  await one.ear.until(() => one.ear.all('failed').length > 0);
  expect(String(one.ear.all('failed')[0]?.error)).toMatch(/CLUSTERDOWN|MOVED/);
});
