// What is done to Redis does what it says: it forgets what it should, and nothing else.
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { redisCommand } from '../../redis/redis-command.js';
import { startChaosRedis, type ChaosRedis } from './chaos-redis.js';

const portOf = ({ url }: ChaosRedis): number => Number(new URL(url).port);

async function countKept(redis: ChaosRedis): Promise<number> {
  return Number(await redisCommand(portOf(redis), 'DBSIZE'));
}

async function write(redis: ChaosRedis, keys: number, prefix = 'key'): Promise<void> {
  for (let n = 0; n < keys; n += 1)
    await redisCommand(portOf(redis), 'SET', `${prefix} ${n}`, '.'.repeat(80));
}

it('loses the newest of what it had written down', async () => {
  await using redis = await startChaosRedis({ appendOnly: 'everysec' });
  await write(redis, 40);
  await redis.restart();
  expect(await countKept(redis)).toBe(40);
  await redis.restart(1_024);
  expect(await redisCommand(portOf(redis), 'EXISTS', 'key 0', 'key 39')).toBe(1);
  expect(await countKept(redis)).toBeGreaterThan(20);
});

it('forgets everything', async () => {
  await using redis = await startChaosRedis({});
  await write(redis, 1);
  await redis.flush();
  expect(await countKept(redis)).toBe(0);
  await write(redis, 1);
  await redis.restart();
  expect(await countKept(redis)).toBe(0);
});

it('fails over to a replica that has missed what was written last, again and again', async () => {
  await using redis = await startChaosRedis({ hasReplica: true });
  for (const prefix of ['first', 'second']) {
    // a replica is waited for only on the connection that wrote
    const socket = connect(portOf(redis));
    socket.write(`SET "${prefix} 0" 1\r\nWAIT 1 10000\r\n`);
    let said = '';
    for await (const bytes of socket) if ((said += String(bytes)).includes(':1')) break;
    await redis.failOver(() => write(redis, 1, `${prefix} missed`));
  }
  expect(await redisCommand(portOf(redis), 'EXISTS', 'first 0', 'second 0')).toBe(2);
  expect(await countKept(redis)).toBe(2);
});

it('hangs up on subscribers alone', async () => {
  await using redis = await startChaosRedis({});
  const [subscriber, other] = [connect(portOf(redis)), connect(portOf(redis))];
  subscriber.write('SSUBSCRIBE news\r\n');
  other.write('PING\r\n');
  await Promise.all([once(subscriber, 'data'), once(other, 'data')]);
  const isOver = new Promise((resolve) => subscriber.on('error', resolve).on('end', resolve).resume());
  await redis.killSubscribers();
  await isOver;
  other.write('PING\r\n');
  expect(String((await once(other, 'data')) as unknown)).toContain('PONG');
  for (const socket of [subscriber, other]) socket.destroy();
});
