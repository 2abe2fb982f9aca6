// What the application is told of a Redis that is away or refuses: once for each reason, however often it is tried again.
import { setImmediate as turn } from 'node:timers/promises';
import { createManualClock } from '@wirepact/core/testing';
import { expect, it } from 'vitest';
import { startFakeRedis } from './fake-redis.fixture.js';
import { joinBroker, startBroker, startRedis, type JoinedBroker } from './joined.fixture.js';

const told = ({ ear }: JoinedBroker): string[] => ear.all('failed').map(({ error }) => String(error));

it('a Redis that takes connections and answers nothing is told of once', async () => {
  let greetings = 0;
  await using redis = await startFakeRedis(() => ((greetings += 1), ''));
  const manual = createManualClock({ startMs: 1_700_000_000_000 });
  let looks = 0;
  // time goes on between two looks at it: none is as late as the one before
  const clock = { ...manual, now: () => manual.now() + (looks += 1) };
  await using one = joinBroker({ url: `redis://127.0.0.1:${redis.port}`, clock });
  while (greetings < 12) {
    manual.advance(500);
    await turn();
  }
  expect(told(one)).toEqual([
    `Error: Redis at 127.0.0.1:${redis.port} cannot be reached and is tried again: Redis did not answer within 2000 ms`,
  ]);
});

it('the heartbeat of a process is told of once in each outage, and once for each refusal', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({
    url: redis.url,
    publishTimeoutMs: 500,
    // the connections outlive it
    heartbeat: { timeoutMs: 60_000 },
  });
  /** All that is asked gives up in the order in which it was asked. */
  const beat = async (): Promise<boolean> => {
    one.broker.beat(1, ['ann']);
    return one.broker.counts().then(
      () => true,
      () => false,
    );
  };
  const silent =
    'SocketError: [not_accepted] the heartbeat of this process was not accepted: Redis did not answer within 500 ms';
  for (let outage = 1; outage <= 2; outage += 1) {
    redis.pause();
    for (let beats = 0; beats < 3; beats += 1) expect(await beat()).toBe(false);
    redis.resume();
    while (!(await beat())) await turn();
    await beat();
    expect(told(one)).toEqual(Array(outage).fill(silent));
  }
  await redis.command('CONFIG', 'SET', 'min-replicas-to-write', '1');
  for (let beats = 0; beats < 3; beats += 1) {
    one.broker.beat(1, ['ann']);
    await one.broker.keepLatest('lobby', 'slot', 'a').catch(() => undefined);
  }
  expect(told(one).slice(2)).toEqual([
    expect.stringMatching(/heartbeat of this process was not accepted: .*NOREPLICAS.*min-replicas-to-write/),
  ]);
});
