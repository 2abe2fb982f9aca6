// Several processes that are one server over one Redis: what a delivery costs beside one process alone, how many messages Redis
// passes on, and that nobody is told what nobody there wants.
import type { RedisServer } from '../../../e2e/redis/start-redis.js';
import type { Case, Variant } from '../case.js';
import type { Feature } from '../contender.js';
import { median, quantile, type Figures } from '../figures.js';
import type { Reading, Setup } from '../server-commands.js';
import { memoryOf, type Turn } from '../turn.js';
import { Inbox, tickLoad, type TickLoad } from './tick-load.js';

interface ClusterLoad extends TickLoad {
  readonly processes: number;
  readonly seating: Setup['seating'];
}

/** Few, so that Redis has more to do than whoever delivers. */
const roomSize = 2;
const load: ClusterLoad = { ...tickLoad, clients: 1_000, seconds: 3, processes: 1, seating: 'in turn' };
const roomLoad: ClusterLoad = {
  ...{ ...load, to: 'rooms', receiversPerMessage: roomSize },
  ...{ perTurn: 10, windowTurns: 64, acknowledgeEveryTurns: 4 },
};

const counts = [2, 4];
const alone = 'everyone, 1 process alone';
const everyone = (processes: number): string => `everyone, ${processes} processes`;
const across = (processes: number): string => `rooms across ${processes} processes`;
const acrossVolatile = (processes: number): string => `${across(processes)}, volatile`;

function variant(name: string, settings: ClusterLoad, needs?: Feature): Variant<ClusterLoad> {
  return { name, settings, quick: { ...settings, clients: 200, seconds: 0.6 }, ...(needs && { needs }) };
}

function variantsOf(processes: number): readonly Variant<ClusterLoad>[] {
  return [
    variant(everyone(processes), { ...load, processes }),
    variant(across(processes), { ...roomLoad, processes }),
    variant(acrossVolatile(processes), { ...roomLoad, processes, to: 'volatile rooms' }, 'volatile cluster'),
    variant(`rooms in one of ${processes} processes`, { ...roomLoad, processes, seating: 'in a row' }),
  ];
}

function reachOf(processes: number): Case['reach'] {
  return [
    { metric: 'cpuMicros', variant: everyone(processes), to: { variant: alone }, atMost: 1.2 },
    { metric: 'viaRedisPerSecond', variant: across(processes), atLeast: 5_000 },
    { metric: 'viaRedisPerSecond', variant: acrossVolatile(processes), atLeast: 20_000 },
  ];
}

export const cluster: Case<ClusterLoad> = {
  name: 'cluster',
  title: 'Several processes over one Redis: 1,000 clients, messages to everyone or to rooms of two',
  per: 'delivery',
  headline: 'cpuMicros',
  needs: 'cluster',
  isExtra: true,
  variants: [variant(alone, load), ...counts.flatMap(variantsOf)],
  reach: [...counts.flatMap(reachOf), { metric: 'strayBytes', atMost: 1 }],
  run: runCluster,
};

/** One process sends. CPU and memory are those of all of them together. */
async function runCluster(turn: Turn, settings: ClusterLoad): Promise<Figures> {
  const { clients, processes, seating } = settings;
  const setup = { clients, seating, rooms: clients / roomSize, roomSize };
  const { servers, redis } =
    processes === 1
      ? { servers: [await turn.start(setup)], redis: undefined }
      : await turn.startJoined(processes, setup);
  const [sender, ...others] = servers;
  if (!sender) throw new RangeError('there are no processes');
  const inbox = new Inbox(settings, (turns) => sender.acknowledge(turns));
  await turn.connect(inbox, clients);
  // where rooms are each in one process, those of the sender
  const burst = seating === 'in a row' ? { ...settings, rooms: setup.rooms / processes } : settings;
  await sender.sendBursts({ ...burst, seconds: settings.seconds / 3 });
  inbox.clear();
  await Promise.all(servers.map((server) => server.startReading()));
  const redisBefore = redis && (await readCpuMicros(redis));
  const startedAt = performance.now();
  const turns = await sender.sendBursts(burst);
  const seconds = (performance.now() - startedAt) / 1_000;
  const redisAfter = redis && (await readCpuMicros(redis));
  const readings = await Promise.all(servers.map((server) => server.read()));
  const all = joinReadings(readings);
  const messages = turns * settings.perTurn;
  const stray = joinReadings(readings.slice(1)).redisBytes / messages / others.length;
  return {
    cpuMicros: all.cpuMicros / inbox.received,
    perSecond: inbox.received / seconds,
    p50Ms: median(inbox.latencies),
    p99Ms: quantile(inbox.latencies, 0.99),
    ...(redisBefore !== undefined &&
      redisAfter !== undefined && {
        viaRedisPerSecond: messages / seconds,
        redisMicros: (redisAfter - redisBefore) / messages,
      }),
    ...(seating === 'in a row' && { strayBytes: stray }),
    ...memoryOf(all),
  };
}

function joinReadings(readings: readonly Reading[]): Reading {
  const sumOf = (key: keyof Reading): number => readings.reduce((sum, reading) => sum + reading[key], 0);
  return {
    cpuMicros: sumOf('cpuMicros'),
    rss: sumOf('rss'),
    heapUsed: sumOf('heapUsed'),
    peakRss: sumOf('peakRss'),
    redisBytes: sumOf('redisBytes'),
  };
}

/** What Redis has used of the CPU since it was started. */
async function readCpuMicros(redis: RedisServer): Promise<number> {
  const info = String(await redis.command('INFO', 'cpu'));
  const [user, system] = ['user', 'sys'].map((kind) => {
    return Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(info)?.[1] ?? NaN);
  });
  return ((user ?? NaN) + (system ?? NaN)) * 1e6;
}
