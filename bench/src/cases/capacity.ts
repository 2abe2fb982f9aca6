// More clients than one process can hold, spread over several, and left alone for a while.
import { setTimeout as delay } from 'node:timers/promises';
import type { Case } from '../case.js';
import type { Figures } from '../figures.js';
import type { Turn } from '../turn.js';

interface CapacityLoad {
  readonly processes: number;
  readonly clientsEach: number;
  readonly holdSeconds: number;
}

export const capacity: Case<CapacityLoad> = {
  name: 'capacity',
  title: '48,000 idle clients on three processes for ten minutes',
  per: 'client',
  headline: 'rssKbEach',
  needs: 'idle',
  among: ['bare ws', 'Socket.IO', 'Wirepact'],
  mostRounds: 1,
  isExtra: true,
  timeoutSeconds: 1_200,
  variants: [
    {
      name: '48,000 clients',
      settings: { processes: 3, clientsEach: 16_000, holdSeconds: 600 },
      quick: { processes: 3, clientsEach: 200, holdSeconds: 2 },
    },
  ],
  reach: [
    { metric: 'upSeconds', atMost: 60 },
    { metric: 'closed', atMost: 0 },
    { metric: 'corePercent', atMost: 3 },
    { metric: 'silenceSeconds', atMost: 30 },
    { metric: 'heapKbEach', atMost: 6 },
    { metric: 'rssKbEach', atMost: 10 },
  ],
  run: runCapacity,
};

/** Memory and CPU are those of all server processes together. */
async function runCapacity(turn: Turn, load: CapacityLoad): Promise<Figures> {
  const { processes, clientsEach, holdSeconds } = load;
  const pairs: Awaited<ReturnType<Turn['startWithCrowd']>>[] = [];
  for (let index = 0; index < processes; index += 1) {
    pairs.push(await turn.startWithCrowd({ clients: clientsEach }));
  }
  const all = processes * clientsEach;
  const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const memory = async (): Promise<{ heap: number; rss: number }> => {
    await Promise.all(pairs.map(({ server }) => server.collectGarbage()));
    const readings = await Promise.all(pairs.map(({ server }) => server.read()));
    return {
      heap: sumOf(readings.map(({ heapUsed }) => heapUsed)),
      rss: sumOf(readings.map(({ rss }) => rss)),
    };
  };
  const before = await memory();
  const startedAt = performance.now();
  await Promise.all(pairs.map(({ crowd }) => crowd.connect(clientsEach)));
  const upSeconds = (performance.now() - startedAt) / 1_000;
  const after = await memory();
  await Promise.all(pairs.map(({ server }) => server.startReading()));
  await delay(holdSeconds * 1_000);
  const readings = await Promise.all(pairs.map(({ server }) => server.read()));
  const crowds = await Promise.all(pairs.map(({ crowd }) => crowd.read()));
  const silence = Math.max(...crowds.map(({ longestSilenceMs }) => longestSilenceMs));
  const cpuSeconds = sumOf(readings.map(({ cpuMicros }) => cpuMicros)) / 1e6;
  return {
    upSeconds,
    closed: sumOf(crowds.map(({ closed }) => closed)),
    ...(silence > 0 && { silenceSeconds: silence / 1_000 }),
    corePercent: ((cpuSeconds / holdSeconds) * 100) / (all / 10_000),
    heapKbEach: (after.heap - before.heap) / 1e3 / all,
    rssKbEach: (after.rss - before.rss) / 1e3 / all,
  };
}
