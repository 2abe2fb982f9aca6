// What becomes of messages when Redis dies, stalls, or the connection to it breaks: accepted ones are there once and in order,
// and the others are rejected in time.
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '@wirepact/core/internal';
import type { LogHead } from '@wirepact/server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startCuttingProxy, type CuttingProxy } from '../../../e2e/behaviour/cutting-proxy.js';
import { startLateProxy } from './late-proxy.fixture.js';
import { joinBroker, startBroker, startRedis, type JoinedBroker } from './joined.fixture.js';

const epoch = 'e1';
/** A dead line is noticed soon. */
const watchful = { intervalMs: 50, timeoutMs: 200 };

const append = ({ broker }: JoinedBroker, body: string, log = 'lobby'): Promise<LogHead> => {
  const accepted = broker.append({ log, body, epoch, knownAt: 0 });
  accepted.catch(() => undefined);
  return accepted;
};

async function bodiesIn({ broker }: JoinedBroker, log = 'lobby'): Promise<string[]> {
  const { entries } = await broker.read(log, { after: 0, epoch });
  return entries.map(({ body }) => body);
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => String(from + n));

async function startProxy(target: number): Promise<CuttingProxy> {
  const proxy = await startCuttingProxy((socket) => void socket.on('error', () => undefined));
  onTestFinished(() => proxy.close());
  proxy.target = target;
  return proxy;
}

describe('Redis is killed', () => {
  it('and comes back: what waited is taken once and in order, after the server has looked around', async () => {
    await using redis = await startRedis({ appendOnly: 'always' });
    await using one = await startBroker({ url: redis.url });
    await one.broker.follow('lobby');
    await Promise.all(numbers(0, 50).map((body) => append(one, body)));

    const underWay = numbers(50, 100).map((body) => append(one, body));
    await redis.kill();
    const waiting = numbers(100, 150).map((body) => append(one, body));
    let bodiesBefore: string[] = [];
    one.ear.onReturn = async () => {
      bodiesBefore = await bodiesIn(one);
    };
    await redis.start();
    await Promise.all([...underWay, ...waiting]);
    expect(await bodiesIn(one)).toEqual(numbers(0, 150));
    expect(bodiesBefore).not.toContain('100');
    expect(one.ear.all('returned').some(({ mayHaveLost }) => mayHaveLost)).toBe(true);

    await append(one, '150');
    await one.ear.until(() => one.ear.bodies('lobby').at(-1) === '150');
  });

  it('and has forgotten everything: what waits goes into the log that is made anew', async () => {
    await using redis = await startRedis();
    await using one = await startBroker({ url: redis.url });
    await append(one, 'forgotten');
    await redis.kill();
    const waiting = one.broker.append({ log: 'lobby', body: 'waits', epoch: 'e2', knownAt: 5 });
    await redis.start();
    expect((await waiting).epoch).toBe('e2');
    expect(await bodiesIn(one)).toEqual(['waits']);
  });

  it('and stays away: everything is rejected in time, and at once when too much waits', async () => {
    await using redis = await startRedis();
    const queue = { maxMessages: 3, maxBytes: 100 };
    await using one = await startBroker({ url: redis.url, publishTimeoutMs: 1_000, queue });
    await redis.kill();
    await one.ear.until(() => one.ear.all('failed').length > 0);
    const startedAt = systemClock.now();
    const waiting = [append(one, 'a'), append(one, 'b'), append(one, 'x'.repeat(90))];
    await expect(append(one, 'y'.repeat(20))).rejects.toMatchObject({ code: 'not_accepted' });
    await expect(append(one, 'c')).rejects.toThrow(
      'the queue is full: 3 messages, and 92 bytes in all; this one has 1 byte',
    );
    expect(systemClock.now() - startedAt).toBeLessThan(900);

    const asked = [
      one.broker.read('lobby', { after: 0, epoch }),
      one.broker.follow('lobby'),
      one.broker.counts(),
      one.broker.keepLatest('lobby', 'slot', 'a'),
    ];
    // all at once: whoever is not listened to yet when it is rejected would be nobody's
    for (const outcome of await Promise.allSettled([...waiting, ...asked])) {
      expect(outcome).toMatchObject({ reason: { code: 'not_accepted', retryable: true } });
    }
    expect(systemClock.now() - startedAt).toBeLessThan(5_000);
    // what is only said is dropped
    one.broker.emit('lobby', 'a');
    void one.broker.tell('other', 'a');
    await one.broker.enter('lobby', { id: 's1', userId: undefined, info: '{}' });

    await redis.start();
    await one.ear.until(() => one.ear.all('returned').length > 0);
    await append(one, 'd');
    expect(await bodiesIn(one)).toEqual(['d']);
  });

  it('before the broker was there: it joins as soon as Redis is', async () => {
    await using redis = await startRedis();
    await redis.kill();
    await using one = joinBroker({ url: redis.url });
    await one.ear.until(() => one.ear.all('failed').length > 0);
    expect(String(one.ear.all('failed')[0]?.error)).toContain(`127.0.0.1:${redis.port} cannot be reached`);
    const waiting = append(one, 'a');
    await redis.start();
    await one.joined;
    await waiting;
    expect(one.ear.all('returned')).toEqual([]);
    // it is told once, not with every attempt
    expect(one.ear.all('failed').length).toBeLessThanOrEqual(2);
  });

  it('and the broker is closed: everything that waits is rejected, and nothing is left', async () => {
    await using redis = await startRedis();
    const one = await startBroker({ url: redis.url });
    await redis.kill();
    const waiting = [append(one, 'a'), one.broker.latest('lobby'), one.broker.follow('lobby')];
    await one.broker.close();
    for (const rejected of waiting) await expect(rejected).rejects.toThrow('closed');
    const never = joinBroker({ url: redis.url });
    await never.broker.close();
    await expect(never.joined).rejects.toThrow('closed');
  });
});

describe('Redis is held', () => {
  it('shortly: everything is taken once it goes on, over the same lines', async () => {
    await using redis = await startRedis();
    await using one = await startBroker({ url: redis.url });
    redis.pause();
    const accepted = numbers(0, 100).map((body) => append(one, body));
    for (let n = 0; n < 50; n += 1) await turn();
    redis.resume();
    await Promise.all(accepted);
    expect(await bodiesIn(one)).toEqual(numbers(0, 100));
    expect(one.ear.heard).toEqual([]);
  });

  it('for long: what its old lines still carry is not taken twice', async () => {
    await using redis = await startRedis();
    await using one = await startBroker({ url: redis.url, heartbeat: watchful }, { maxLogBytes: 10_000_000 });
    // on a busy machine a line may have been given up before
    const failures = one.ear.all('failed').length;
    redis.pause();
    // more than Redis reads at a time, so that a new line could overtake the rest of the old one
    const bodies = numbers(0, 1_000).map((body) => body.padEnd(1_000, '.'));
    const accepted = bodies.map((body) => append(one, body));
    await one.ear.until(() => one.ear.all('failed').length > failures);
    redis.resume();
    await Promise.all(accepted);
    expect(await bodiesIn(one)).toEqual(bodies);
    // the line that was given up may have been the other one, which comes back by itself
    await one.ear.until(() => one.ear.all('returned').length > 0);
    expect(one.ear.all('returned').some(({ mayHaveLost }) => mayHaveLost)).toBe(false);
  });

  it('for longer than a message may wait: it is rejected in time, and said to be of unknown outcome', async () => {
    await using redis = await startRedis();
    await using one = await startBroker({ url: redis.url, publishTimeoutMs: 150 });
    redis.pause();
    const startedAt = systemClock.now();
    await expect(append(one, 'a')).rejects.toThrow('it is not known whether it was accepted');
    await expect(one.broker.latest('lobby')).rejects.toMatchObject({ code: 'not_accepted' });
    expect(systemClock.now() - startedAt).toBeLessThan(5_000);
    redis.resume();
    await append(one, 'b');
    // Redis took it after all, and before the next one
    expect(await bodiesIn(one)).toEqual(['a', 'b']);
  });
});

describe('the line breaks', () => {
  it('after Redis has taken messages and before it could say so: they are not taken again', async () => {
    await using redis = await startRedis();
    const proxy = await startProxy(redis.port);
    await using one = await startBroker({ url: `redis://127.0.0.1:${proxy.port}` });
    await using witness = await startBroker({ url: redis.url });
    await witness.broker.follow('lobby');
    await append(one, '0');
    proxy.stall(true);
    const accepted = numbers(1, 40).map((body) => append(one, body));
    await witness.ear.until(() => witness.ear.bodies('lobby').length === 40);
    proxy.stall(false);
    proxy.cut();
    const later = numbers(40, 60).map((body) => append(one, body));
    const heads = await Promise.all([...accepted, ...later]);
    const page = await witness.broker.read('lobby', { after: 0, epoch });
    expect(page.entries.map(({ body }) => body)).toEqual(numbers(0, 60));
    // and each is told where it stands
    expect(heads.map(({ at }) => at)).toEqual(page.entries.slice(1).map(({ at }) => at));
  });

  it('and the log has moved on: nobody can know, and that is what is said', async () => {
    await using redis = await startRedis();
    const proxy = await startProxy(redis.port);
    await using one = await startBroker({ url: `redis://127.0.0.1:${proxy.port}` });
    await using witness = await startBroker({ url: redis.url }, { maxLogBytes: 100 });
    await witness.broker.follow('lobby');
    await append(one, 'a');
    proxy.stall(true);
    const doubtful = append(one, 'b');
    await witness.ear.until(() => witness.ear.bodies('lobby').length === 2);
    for (const body of ['c', 'd', 'e', 'f']) await append(witness, body);
    proxy.stall(false);
    proxy.cut();
    await expect(doubtful).rejects.toThrow('it is not known whether it was accepted');
    await append(one, 'g');
    expect(await bodiesIn(one)).not.toContain('b');
  });

  it('in silence: it is given up and another one opened', async () => {
    await using redis = await startRedis();
    const proxy = await startProxy(redis.port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    await using one = await startBroker({ url, heartbeat: watchful });
    await one.broker.follow('lobby');
    await append(one, '0');
    proxy.blackHole();
    const accepted = numbers(1, 20).map((body) => append(one, body));
    await Promise.all(accepted);
    expect(await bodiesIn(one)).toEqual(numbers(0, 20));
    await one.ear.until(() => one.ear.all('returned').length > 0);

    // what is only listened to as well, and when nothing is sent
    const before = one.ear.all('returned').length;
    proxy.blackHole();
    await one.ear.until(() => one.ear.all('returned').length > before);
    while (one.ear.bodies('lobby').at(-1) !== '20') {
      await append(one, '20');
      await turn();
    }
  });

  it('and delivers late what it carried: Redis does not take that any more', async () => {
    await using redis = await startRedis();
    await using proxy = await startLateProxy(redis.port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    await using one = await startBroker({ url, heartbeat: watchful });
    await append(one, '0');
    proxy.hold();
    const accepted = numbers(1, 20).map((body) => append(one, body));
    await Promise.all(accepted);
    await proxy.deliver();
    expect(await bodiesIn(one)).toEqual(numbers(0, 20));
  });

  it('and may not be ended at the other end: what it carried is not sent again', async () => {
    await using redis = await startRedis();
    await redis.command('ACL', 'SETUSER', 'default', '-client|kill');
    await using proxy = await startLateProxy(redis.port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    await using one = await startBroker({ url, heartbeat: watchful });
    await append(one, '0');
    proxy.hold();
    await expect(append(one, '1')).rejects.toThrow('it is not known whether it was accepted');
    // over another line: the one before it is given up by then, and not only the one on which messages come
    await append(one, '2');
    await proxy.deliver();
    expect((await bodiesIn(one)).sort()).toEqual(['0', '1', '2']);
  });

  it('for what is heard: it is back within 500 ms, and the server is told that it may have missed something', async () => {
    await using redis = await startRedis();
    await using one = await startBroker({ url: redis.url });
    await using other = await startBroker({ url: redis.url });
    await one.broker.follow('lobby');
    for (let round = 1; round <= 3; round += 1) {
      const startedAt = systemClock.now();
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await one.ear.until(() => one.ear.all('returned').length === round);
      expect(systemClock.now() - startedAt).toBeLessThan(500);
      await append(other, String(round));
      await one.ear.until(() => one.ear.bodies('lobby').at(-1) === String(round));
    }
  });

  it('for what is heard while the server looks around: what waits is taken once that line is back', async () => {
    await using redis = await startRedis();
    const proxy = await startProxy(redis.port);
    await using one = await startBroker({ url: `redis://127.0.0.1:${proxy.port}` });
    await one.broker.follow('lobby');
    let lookedAround = (): void => undefined;
    const looking = new Promise<void>((resolve) => (lookedAround = resolve));
    one.ear.onReturn = () => looking;
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await one.ear.until(() => one.ear.all('returned').length === 1);
    const accepted = append(one, 'a');
    // no other line can be opened for now
    proxy.target = undefined;
    const failures = one.ear.all('failed').length;
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await one.ear.until(() => one.ear.all('failed').length > failures);
    lookedAround();
    for (let n = 0; n < 5; n += 1) await turn();
    proxy.target = redis.port;
    await accepted;
    await one.ear.until(() => one.ear.bodies('lobby').length === 1);
  });

  it('and Redis does not say whether it is the same: it may have lost something', async () => {
    await using redis = await startRedis();
    await using one = await startBroker({ url: redis.url });
    const returns: (boolean | undefined)[] = [];
    for (const rule of ['+info', '-info', '-info']) {
      await redis.command('ACL', 'SETUSER', 'default', rule);
      const before = one.ear.all('returned').length;
      await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
      await one.ear.until(() => one.ear.all('returned').length > before);
      returns.push(one.ear.all('returned').at(-1)?.mayHaveLost);
    }
    expect(returns).toEqual([false, true, true]);
  });

  it('for so long that what is kept may have expired: that is as good as lost', async () => {
    await using redis = await startRedis();
    const proxy = await startProxy(redis.port);
    let aheadMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
    await using one = await startBroker({ url: `redis://127.0.0.1:${proxy.port}`, clock });
    proxy.target = undefined;
    proxy.cut();
    await one.ear.until(() => one.ear.all('failed').length > 0);
    aheadMs = 10_000;
    proxy.target = redis.port;
    await one.ear.until(() => one.ear.all('returned').length > 0);
    expect(one.ear.all('returned').at(-1)?.mayHaveLost).toBe(true);
  });

  it('after the time of day was set back by an hour: it is back as soon as ever, and nothing waits longer', async () => {
    await using redis = await startRedis();
    const proxy = await startProxy(redis.port);
    const options = { url: `redis://127.0.0.1:${proxy.port}`, publishTimeoutMs: 1_000, heartbeat: watchful };
    await using one = await startBroker(options);
    await append(one, 'a');
    redis.pause();
    const waiting = append(one, 'b');
    vi.useFakeTimers({ toFake: ['Date'], now: systemClock.now() - 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    await expect(waiting).rejects.toMatchObject({ code: 'not_accepted' });
    redis.resume();
    proxy.cut();
    await append(one, 'c');
    proxy.blackHole();
    await append(one, 'd');
  });

  it('again and again: nothing is taken twice, nothing lost, nothing overtaken', async () => {
    await using redis = await startRedis();
    const proxy = await startProxy(redis.port);
    await using one = await startBroker({ url: `redis://127.0.0.1:${proxy.port}` });
    const logs = ['a', 'b', 'c'];
    const accepted: Promise<LogHead>[] = [];
    for (let round = 0; round < 20; round += 1) {
      for (const body of numbers(round * 30, round * 30 + 30)) {
        accepted.push(append(one, body, logs[Number(body) % 3]));
      }
      for (let n = 0; n < round % 5; n += 1) await turn();
      if (round % 4 === 3) await accepted.at(-1);
      proxy.cut();
    }
    await Promise.all(accepted);
    for (const [index, log] of logs.entries()) {
      expect(await bodiesIn(one, log)).toEqual(numbers(0, 600).filter((body) => Number(body) % 3 === index));
    }
  });
});
