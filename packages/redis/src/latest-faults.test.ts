// What becomes of `latest` values when the connection that carried one breaks: no older value follows a newer one.
import { systemClock } from '@wirepact/core/internal';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCuttingProxy, type CuttingProxy } from '../../../e2e/behaviour/cutting-proxy.js';
import { startBroker, startRedis, type JoinedBroker } from './joined.fixture.js';

/** A dead line is noticed soon, and yet late enough for what a busy machine does in between. */
const watchful = { intervalMs: 50, timeoutMs: 800 };

async function startProxy(target: number): Promise<CuttingProxy> {
  const proxy = await startCuttingProxy((socket) => void socket.on('error', () => undefined));
  onTestFinished(() => proxy.close());
  proxy.target = target;
  return proxy;
}

const keep = ({ broker }: JoinedBroker, body: string): Promise<void> =>
  broker.keepLatest('lobby', 'slot', body);

const valuesIn = async ({ broker }: JoinedBroker): Promise<string[]> =>
  (await broker.latest('lobby')).map(({ body }) => body);

const heardBy = ({ ear }: JoinedBroker): string[] => ear.all('emitted').map(({ body }) => body);

describe('the line breaks that carried a value', () => {
  it('after Redis has taken it, and another process has set a newer one: that one stays', async () => {
    await using redis = await startRedis();
    const proxy = await startProxy(redis.port);
    await using one = await startBroker({ url: `redis://127.0.0.1:${proxy.port}` });
    await using other = await startBroker({ url: redis.url });
    await other.broker.follow('lobby');
    await keep(one, '1');
    proxy.stall(true);
    const doubtful = keep(one, '2');
    await other.ear.until(() => heardBy(other).includes('2'));
    await keep(other, '3');
    proxy.stall(false);
    proxy.cut();
    await doubtful;
    expect(await valuesIn(other)).toEqual(['3']);
    expect(heardBy(other)).toEqual(['1', '2', '3']);
  });

  it('before Redis has taken it: it is taken once, unless another process has set a newer one', async () => {
    await using redis = await startRedis();
    const proxy = await startProxy(redis.port);
    const url = `redis://127.0.0.1:${proxy.port}`;
    await using one = await startBroker({ url, heartbeat: watchful });
    await using other = await startBroker({ url: redis.url });
    await other.broker.follow('lobby');
    for (const [mine, others] of [['1'], ['2', '3'], ['4']] as const) {
      await keep(other, `before ${mine}`);
      proxy.blackHole();
      const doubtful = keep(one, mine);
      if (others !== undefined) {
        // within the time that it is on its way nobody can tell which of two was first, and that is long on a busy machine
        const from = systemClock.now() + 400;
        while (systemClock.now() < from) await valuesIn(other);
        await keep(other, others);
      }
      await doubtful;
      expect(await valuesIn(other)).toEqual([others ?? mine]);
    }
    expect(heardBy(other)).toEqual(['before 1', '1', 'before 2', '3', 'before 4', '4']);
  });

  it('after Redis has taken it: it is told to nobody once more', async () => {
    await using redis = await startRedis();
    const proxy = await startProxy(redis.port);
    await using one = await startBroker({ url: `redis://127.0.0.1:${proxy.port}` });
    await using other = await startBroker({ url: redis.url });
    await other.broker.follow('lobby');
    proxy.stall(true);
    const doubtful = keep(one, '1');
    await other.ear.until(() => heardBy(other).length === 1);
    proxy.stall(false);
    proxy.cut();
    await doubtful;
    await keep(one, '2');
    await other.ear.until(() => heardBy(other).includes('2'));
    expect(heardBy(other)).toEqual(['1', '2']);
  });
});
