// Clients that stop reading: what the server holds for them, and what the others notice of it.
import type { Case, Reach, Variant } from '../case.js';
import type { Feature } from '../contender.js';
import { median, quantile, type Figures } from '../figures.js';
import type { Receivers } from '../server-commands.js';
import { memoryOf, type Turn } from '../turn.js';
import { Inbox, tickLoad, type TickLoad } from './tick-load.js';

interface StalledLoad extends TickLoad {
  readonly maxTurns: number;
  /** How many stop, beside those clients that read on. */
  readonly stalled: number;
}

const stalledLoad: StalledLoad = {
  ...{ ...tickLoad, clients: 10, stalled: 1, seconds: 300, maxTurns: 40_000, bytes: 10_140 },
  ...{ windowTurns: 8, acknowledgeEveryTurns: 1 },
};
const crowdLoad: StalledLoad = { ...stalledLoad, clients: 475, stalled: 25, maxTurns: 1_500 };

const toEveryone = 'reliable, to everyone';
const crowd = '25 of 500 clients, reliable, to everyone';

export const stalled: Case<StalledLoad> = {
  name: 'stalled',
  title: '40,000 messages of 10 KiB to ten clients, while an eleventh does not read',
  per: 'delivery',
  headline: 'rssMb',
  needs: 'broadcast',
  mostRounds: 1,
  variants: [
    variant(toEveryone, 'everyone', 'broadcast'),
    variant('reliable, to a room', 'rooms', 'rooms'),
    variant('reliable, to each alone', 'each', 'direct'),
    variant('latest', 'latest', 'latest'),
    variant('volatile', 'volatile', 'volatile'),
    variant('a stream for each', 'streams', 'stream'),
    {
      name: crowd,
      needs: 'rooms',
      settings: crowdLoad,
      quick: { ...crowdLoad, clients: 45, stalled: 5, maxTurns: 500 },
    },
  ],
  reach: [
    { metric: 'rssMb', variant: toEveryone, atMost: 80 },
    ...['reliable, to a room', 'reliable, to each alone', 'latest', 'volatile', 'a stream for each'].map(
      (name): Reach => ({ metric: 'rssMb', variant: name, atMost: 80 }),
    ),
    { metric: 'heldMbEach', variant: crowd, atMost: 1.31 },
    { metric: 'p99Change', atMost: 1.1 },
  ],
  run: runStalled,
};

function variant(name: string, to: Receivers, needs: Feature): Variant<StalledLoad> {
  const settings = { ...stalledLoad, to };
  return { name, needs, settings, quick: { ...settings, maxTurns: 2_000 } };
}

/** Sends to all who read for a while, then on while some do not; how fast is said by those that read. */
async function runStalled(turn: Turn, load: StalledLoad): Promise<Figures> {
  const all = load.clients + load.stalled;
  const server = await turn.start({ clients: all, rooms: 1, roomSize: all });
  const inbox = new Inbox(load, (turns) => server.acknowledge(turns));
  await turn.connect(inbox, load.clients);
  const ignores = (): void => undefined;
  // a server may give them up
  const others = await turn.connect({ follows: inbox.follows, tick: ignores, closed: ignores }, load.stalled);
  await server.sendBursts({ ...load, maxTurns: load.maxTurns / 20 });
  inbox.clear();
  await server.sendBursts({ ...load, maxTurns: load.maxTurns / 10 });
  const p99Before = quantile(inbox.latencies, 0.99);
  inbox.clear();
  const before = await server.read();
  for (const other of others) other.stall();
  await server.startReading();
  const startedAt = performance.now();
  const turns = await server.sendBursts(load);
  const seconds = (performance.now() - startedAt) / 1_000;
  const reading = await server.read();
  const p99Ms = quantile(inbox.latencies, 0.99);
  return {
    cpuMicros: reading.cpuMicros / inbox.received,
    perSecond: inbox.received / seconds,
    p50Ms: median(inbox.latencies),
    p99Ms,
    p99Change: p99Ms / p99Before,
    arrivedPercent: (inbox.received / (turns * load.clients)) * 100,
    heldMbEach: Math.max(0, reading.peakRss - before.peakRss) / 1e6 / load.stalled,
    ...memoryOf(reading),
  };
}
