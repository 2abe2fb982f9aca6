// Reliable messages from two server processes over one Redis: how many it takes a second, and how long one is under way.
import { startRedis } from '../../redis/start-redis.js';
import { startCrowd, type CrowdReading } from './crowd.js';
import { startJoinedServer, type JoinedCommand, type JoinedReading } from './joined-server.js';
import { quantile, type Measure } from './measure.js';

/** Four clients are in each, two of either process. */
const rooms = Array.from({ length: 51 }, (_, index) => `room-${index}`);
const roomSize = 4;
/** Publishes of one process that are under way at a time when there are as many as it takes. */
const inFlight = 200;
const calmPerSecond = 1_000;
const patienceMs = 10_000;

export const sharedPublishes: Measure = {
  id: 'P7',
  title: 'reliable messages from two processes over Redis, to rooms of four clients',
  async run(isQuick) {
    const seconds = isQuick ? 3 : 15;
    await using redis = await startRedis();
    const servers = await Promise.all(
      ['one', 'other'].map((name) => startJoinedServer({ redisUrl: redis.url, name })),
    );
    const crowd = await startCrowd({
      urls: servers.map(({ url }) => url),
      ...{ clients: rooms.length * roomSize, rooms, roomsEach: 1 },
      returnWithinMs: 200,
    });
    const publish = async (command: JoinedCommand): Promise<Published> => {
      await crowd.ask({ do: 'clear' });
      for (const { ask } of servers) await ask({ do: 'watch' });
      const startedAt = performance.now();
      const accepted = await Promise.all(servers.map(({ ask }) => ask<number>(command)));
      const all = accepted.reduce((sum, count) => sum + count, 0);
      const reading = await crowd.ask<CrowdReading>({
        ...{ do: 'await', received: all * roomSize, patienceMs },
      });
      const seconds = (performance.now() - startedAt) / 1_000;
      const read = await Promise.all(servers.map(({ ask }) => ask<JoinedReading>({ do: 'read' })));
      const sumOf = (key: 'cpuMicros' | 'reads'): number => read.reduce((sum, one) => sum + one[key], 0);
      return { ...reading, accepted: all, seconds, cpuMicros: sumOf('cpuMicros'), reads: sumOf('reads') };
    };
    // code is compiled first
    await publish({ do: 'publish', rooms, inFlight, seconds: seconds / 3 });
    const busy = await publish({ do: 'publish', rooms, inFlight, seconds });
    const calm = await publish({ do: 'pace', rooms, perSecond: calmPerSecond / servers.length, seconds });
    for (const { close } of [...servers, crowd]) close();
    const missing = [busy, calm].reduce(
      (sum, { accepted, received, disordered }) => sum + accepted * roomSize - received + disordered,
      0,
    );
    return [
      { name: 'messages published', value: busy.accepted / busy.seconds, unit: '/s', atLeast: 5_000 },
      { name: 'messages delivered', value: busy.received / busy.seconds, unit: '/s', atLeast: 20_000 },
      {
        name: 'CPU time of both processes per message published',
        value: busy.cpuMicros / busy.accepted,
        unit: 'µs',
      },
      { name: 'reads of logs from Redis', value: busy.reads, unit: '' },
      {
        name: `p99 from \`publish\` to the listener, at ${calmPerSecond.toLocaleString('en')}/s`,
        value: quantile(calm.latencies, 0.99),
        ...{ unit: 'ms', atMost: 25 },
      },
      { name: 'missing, duplicated or out of order', value: missing, unit: '', atMost: 0 },
    ];
  },
};

interface Published extends CrowdReading {
  readonly accepted: number;
  readonly seconds: number;
  /** Of both processes, and how often they read logs from Redis. */
  readonly cpuMicros: number;
  readonly reads: number;
}
