// The broker over a real Redis Cluster, while slots move and servers die.
import type { LogHead } from '@wirepact/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedisCluster, type RedisCluster } from '../../../e2e/redis/start-redis-cluster.js';
import type { RedisServer } from '../../../e2e/redis/start-redis.js';
import { joinBroker, startBroker, type JoinedBroker } from './joined.fixture.js';
import type { RedisAddress } from './options.js';
import { slotOf } from './key-slot.js';

const epoch = 'e1';
const rooms = Array.from({ length: 30 }, (_, n) => `room ${n}`);

const append = ({ broker }: JoinedBroker, log: string, body: string): Promise<LogHead> => {
  const accepted = broker.append({ log, body, epoch, knownAt: 0 });
  accepted.catch(() => undefined);
  return accepted;
};

async function bodiesIn({ broker }: JoinedBroker, log: string): Promise<string[]> {
  const { entries } = await broker.read(log, { after: 0, epoch });
  return entries.map(({ body }) => body);
}

const rootNodesOf = ({ masters }: RedisCluster) => masters.map(({ url }) => url);
const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

describe('three servers', () => {
  let cluster: RedisCluster;
  let one: JoinedBroker;
  let other: JoinedBroker;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    const [first = ''] = rootNodesOf(cluster);
    const { masters } = cluster;
    // one root node is enough, and one that is not there does no harm
    const dead = { host: '127.0.0.1', port: 1 };
    [one, other] = await Promise.all([
      startBroker({ cluster: { rootNodes: [first] } }),
      startBroker({
        cluster: { rootNodes: [dead, ...masters.map(({ port }) => ({ host: '127.0.0.1', port }))] },
      }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([one, other].map((broker) => broker[Symbol.asyncDispose]()));
    await cluster[Symbol.asyncDispose]();
  });

  const masterOf = (log: string): RedisServer => {
    const { masters } = cluster;
    const index = Math.floor((slotOf(`{wirepact:l:${log}}`) * masters.length) / 16_384);
    return masters[index] ?? masters[0]!;
  };

  it('have the logs among them, and everybody hears of all of them', async () => {
    await Promise.all(rooms.map((room) => other.broker.follow(room)));
    await Promise.all(rooms.map((room) => append(one, room, `in ${room}`)));
    await other.ear.until(() => other.ear.all('appended').length === rooms.length);
    for (const room of rooms) {
      expect(other.ear.bodies(room)).toEqual([`in ${room}`]);
      expect(await bodiesIn(other, room)).toEqual([`in ${room}`]);
    }
    expect(new Set(rooms.map(masterOf)).size).toBe(3);
    const sizes = await Promise.all(cluster.masters.map((master) => master.command('DBSIZE')));
    for (const size of sizes) expect(size).toBeGreaterThan(0);
  });

  it('have sessions, users, members and processes among them', async () => {
    const { broker } = one;
    for (const room of rooms) {
      await broker.openSession({ id: room, userId: 'ann', token: 't', state: room });
      await broker.enter(room, { id: 's1', userId: undefined, info: '{}' });
      await broker.keepLatest(room, 'slot', room);
    }
    expect(await other.broker.sessionsOf('ann')).toHaveLength(rooms.length);
    for (const room of rooms) {
      const claim = { id: room, userId: 'ann', token: 't', nextToken: 'n' };
      expect(await other.broker.claimSession(claim)).toMatchObject({ generation: 2, state: room });
      expect(await other.broker.members(room)).toHaveLength(1);
      expect(await other.broker.latest(room)).toMatchObject([{ body: room }]);
    }
    one.broker.beat(2, ['ann']);
    await one.broker.counts();
    expect(await other.broker.counts()).toEqual({ clients: 2, users: 1, processes: 2 });
    void one.broker.tell(other.processId, 'hello');
    await other.ear.until(() => other.ear.all('told').length === 1);
  });

  it('move slots while messages come: none is lost, twice there, or out of order', async () => {
    const room = 'moving';
    await other.broker.follow(room);
    const from = masterOf(room);
    const to = cluster.masters.find((master) => master !== from)!;
    const returned = other.ear.all('returned').length;
    const accepted: Promise<LogHead>[] = [];
    let moved = false;
    const moving = cluster.moveSlot(slotOf(`{wirepact:l:${room}}`), from, to).then(() => (moved = true));
    const own: Promise<LogHead>[] = [];
    for (let n = 0; n < 200 || !moved; n += 1) {
      accepted.push(append(one, room, String(n)));
      // who follows may learn of the move by what it says itself
      own.push(append(other, room, `own ${n}`));
      if (n % 20 === 0) await accepted.at(-1);
    }
    await moving;
    await Promise.all([...accepted, ...own]);
    const bodies = await bodiesIn(one, room);
    expect(bodies.filter((body) => !body.startsWith('own'))).toEqual(numbers(accepted.length));
    expect(bodies.filter((body) => body.startsWith('own'))).toEqual(
      numbers(own.length).map((n) => `own ${n}`),
    );
    // whoever listens is told that it may have missed some, and hears what comes then
    await other.ear.until(() => other.ear.all('returned').length > returned);
    await append(one, room, 'last');
    await other.ear.until(() => other.ear.bodies(room).at(-1) === 'last');
  });
});

it('a server that dies is replaced: what waited for it is taken by its replica, the others go on meanwhile', async () => {
  await using cluster = await startRedisCluster({ hasReplicas: true });
  const rootNodes = rootNodesOf(cluster);
  const options = { cluster: { rootNodes }, publishTimeoutMs: 20_000, heartbeat: { timeoutMs: 500 } };
  await using one = await startBroker(options);
  await using other = await startBroker(options);
  const [dying] = cluster.masters;
  const isDying = (room: string): boolean => slotOf(`{wirepact:l:${room}}`) < Math.floor(16_384 / 3);
  const lost = rooms.find(isDying)!;
  const kept = rooms.find((room) => !isDying(room))!;
  await Promise.all(rooms.map((room) => other.broker.follow(room)));
  await append(one, lost, 'before');

  await dying?.kill();
  let isReplaced = false;
  const waiting = append(one, lost, 'waited').then(() => (isReplaced = true));
  await append(one, kept, 'meanwhile');
  expect(isReplaced).toBe(false);
  await waiting;
  expect((await bodiesIn(one, lost)).at(-1)).toBe('waited');
  await other.ear.until(() => other.ear.all('returned').length > 0);
  await append(one, lost, 'after');
  await other.ear.until(() => other.ear.bodies(lost).at(-1) === 'after');
  expect(other.ear.bodies(kept)).toEqual(['meanwhile']);
}, 60_000);

it('an address that mapAddress cannot tell is said, and asked for again', async () => {
  await using cluster = await startRedisCluster();
  const [stranger] = cluster.masters;
  let isKnown = false;
  const mapAddress = (address: RedisAddress): RedisAddress => {
    if (isKnown || address.port !== stranger?.port) return address;
    throw new Error(`nobody knows ${address.port}`);
  };
  await using one = joinBroker({ cluster: { rootNodes: rootNodesOf(cluster), mapAddress } });
  const isSaid = ({ error }: { readonly error: unknown }): boolean =>
    String(error).includes(`nobody knows ${stranger?.port}`);
  await one.ear.until(() => one.ear.all('failed').some(isSaid));
  isKnown = true;
  await one.joined;
  const room = rooms.find((name) => slotOf(`{wirepact:l:${name}}`) < Math.floor(16_384 / 3))!;
  await append(one, room, 'after');
  expect(await bodiesIn(one, room)).toEqual(['after']);
});
