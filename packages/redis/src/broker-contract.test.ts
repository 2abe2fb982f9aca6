// The broker over Redis fulfils what any broker must.
import { afterAll, beforeAll } from 'vitest';
import type { BrokerBench } from '../../server/src/cluster/contract/broker-bench.fixture.js';
import { describeBroker } from '../../server/src/cluster/contract/broker-contract.fixture.js';
import { startRedis } from '../../../e2e/redis/start-redis.js';
import { redisBroker } from './redis-broker.js';
import type { RedisBrokerOptions } from './options.js';

let redis: Awaited<ReturnType<typeof startRedis>>;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

let benches = 0;

/** One server for all of them: each has a prefix of its own. */
async function startBench(options: RedisBrokerOptions = {}): Promise<BrokerBench> {
  const prefix = `bench-${(benches += 1)}`;
  const brokers = new Set<ReturnType<typeof redisBroker>>();
  return {
    createBroker() {
      const broker = redisBroker({ url: redis.url, prefix, ...options });
      brokers.add(broker);
      return broker;
    },
    async breakLines() {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Array.from(brokers, (broker) => broker.close()));
    },
  };
}

describeBroker('over Redis', () => startBench());
describeBroker('over Redis, signed', () => startBench({ hmacKey: 'sixteen bytes and more' }));
