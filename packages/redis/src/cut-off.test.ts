// A server that another one has replaced, and that is still reachable: the broker leaves it for its replacement, even if others
// still take it for the master.
import { setImmediate as turn } from 'node:timers/promises';
import type { LogHead } from '@wirepact/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCuttingProxy } from '../../../e2e/behaviour/cutting-proxy.js';
import { list, naming, startFakeRedis, type Answer, type FakeRedis } from './fake-redis.fixture.js';
import { startBroker, startRedis, type JoinedBroker } from './joined.fixture.js';
import { slotOf } from './key-slot.js';
import { startLateProxy } from './late-proxy.fixture.js';

const epoch = 'e1';

const append = ({ broker }: JoinedBroker, body: string): Promise<LogHead> =>
  broker.append({ log: 'lobby', body, epoch, knownAt: 0 });

describe('behind sentinels', () => {
  const watchedBy = (...sentinels: readonly FakeRedis[]) => ({
    sentinel: { name: 'main', rootNodes: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })) },
  });

  it('a replica is left that the first of them takes for the master', async () => {
    await using master = await startRedis();
    await using replica = await startRedis({ replicaOf: master.port });
    await using stale = await startFakeRedis(naming(() => replica.port));
    await using fresh = await startFakeRedis(naming(() => master.port));
    await using one = await startBroker(watchedBy(stale, fresh));
    await append(one, 'a');
    expect(await master.command('EXISTS', '{wirepact:l:lobby}:e')).toBe(1);
  });

  it('a master is left that misses its replicas, once another one is named', async () => {
    await using before = await startRedis();
    await using heir = await startRedis();
    let named = before.port;
    await using stale = await startFakeRedis(naming(() => before.port));
    await using fresh = await startFakeRedis(naming(() => named));
    await using one = await startBroker(watchedBy(stale, fresh));
    await one.broker.follow('lobby');
    await append(one, 'a');
    named = heir.port;
    await before.command('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await append(one, 'b');
    expect(JSON.stringify(await heir.command('XRANGE', '{wirepact:l:lobby}:e', '-', '+'))).toContain('"b"');
    await one.ear.until(() => one.ear.bodies('lobby').at(-1) === 'b');
  });

  it.each([
    ['and says that it is one', '+info'],
    ['and must not say what it is', '-info'],
  ])('what a replica does not know, %s, is not believed: nothing is taken twice', async (_how, rule) => {
    await using master = await startRedis();
    // it has copied nothing yet
    await using replica = await startRedis();
    await replica.command('REPLICAOF', '127.0.0.1', 1);
    await replica.command('ACL', 'SETUSER', 'default', rule);
    const proxy = await startCuttingProxy((socket) => void socket.on('error', () => undefined));
    onTestFinished(() => proxy.close());
    proxy.target = master.port;
    const named: number[] = [];
    await using sentinel = await startFakeRedis(naming(() => named.shift() ?? proxy.port));
    await using one = await startBroker(watchedBy(sentinel));
    await append(one, 'a');
    proxy.stall(true);
    const doubtful = append(one, 'b');
    while ((await master.command('XLEN', '{wirepact:l:lobby}:e')) !== 2) await turn();
    // by both of its lines
    named.push(replica.port, replica.port);
    proxy.stall(false);
    proxy.cut();
    await doubtful;
    expect(named).toEqual([]);
    const { entries } = await one.broker.read('lobby', { after: 0, epoch });
    expect(entries.map(({ body }) => body)).toEqual(['a', 'b']);
  });

  it('what a lost line to a server still carries does not come late, though another one was named in between', async () => {
    await using first = await startRedis();
    await using other = await startRedis();
    await using proxy = await startLateProxy(first.port);
    let named = proxy.port;
    await using sentinel = await startFakeRedis(naming(() => named));
    const heartbeat = { intervalMs: 100, timeoutMs: 1_000 };
    // a starved machine may need several attempts
    const patient = { heartbeat, publishTimeoutMs: 25_000 };
    await using one = await startBroker({ ...watchedBy(sentinel), ...patient });
    await append(one, 'a');
    proxy.hold();
    named = other.port;
    await append(one, 'b');
    named = proxy.port;
    await other.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await append(one, 'c');
    await proxy.deliver();
    const { entries } = await one.broker.read('lobby', { after: 0, epoch });
    expect(entries.map(({ body }) => body)).toEqual(['a', 'c']);
  });

  it('the line on which messages come follows the one on which is asked', async () => {
    await using before = await startRedis();
    await using heir = await startRedis();
    let named = before.port;
    await using sentinel = await startFakeRedis(naming(() => named));
    await using one = await startBroker(watchedBy(sentinel));
    await one.broker.follow('lobby');
    await append(one, 'a');
    named = heir.port;
    await before.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await append(one, 'b');
    await one.ear.until(() => one.ear.bodies('lobby').at(-1) === 'b');
    expect(one.ear.all('returned').some(({ mayHaveLost }) => mayHaveLost)).toBe(true);
  });
});

it('in a cluster the others say who has its slots', async () => {
  let isReplaced = false;
  const ports = { cutOff: 0, other: 0 };
  const half = 8_192;
  const range = (first: number, last: number, port: number): string =>
    list(first, last, list('127.0.0.1', port, 'id'));
  const answer =
    (isCutOff: boolean): Answer =>
    ([what = '', ...words]) => {
      switch (what) {
        case 'CLUSTER':
          return isReplaced && !isCutOff
            ? list(range(0, 2 * half - 1, ports.other))
            : list(range(0, half - 1, ports.cutOff), range(half, 2 * half - 1, ports.other));
        case 'TIME':
          return list('1700000000', '0');
        case 'SSUBSCRIBE':
          return words.map((channel, index) => list('ssubscribe', channel, index + 1)).join('');
        case 'EVALSHA':
          if (isCutOff && isReplaced) return '-CLUSTERDOWN The cluster is down\r\n';
          return list('e1', 5, 0, list(), '0');
        default:
          return '+OK\r\n';
      }
    };
  await using cutOff = await startFakeRedis(answer(true));
  await using other = await startFakeRedis(answer(false));
  ports.cutOff = cutOff.port;
  ports.other = other.port;
  await using one = await startBroker({ cluster: { rootNodes: [{ host: '127.0.0.1', port: cutOff.port }] } });
  isReplaced = true;
  const rooms = Array.from({ length: 30 }, (_, n) => `room ${n}`);
  const room = rooms.find((name) => slotOf(`{wirepact:l:${name}}`) < half)!;
  expect(await one.broker.read(room, { after: 0, epoch })).toMatchObject({ epoch: 'e1', at: 5 });
});
