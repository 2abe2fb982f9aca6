// A thousand clients that read, and fifty that never do: what those cost the process, and what the others notice. And one that
// reads slowly.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@wirepact/client';
import { WebSocket } from 'ws';
import { nowMs } from '../now-ms.js';
import { basin, policies, square, type Channels, type Policy } from './measured-channels.js';
import { startMeasuredServer } from './measured-server.js';
import { quantile, type Figure, type Measure } from './measure.js';
import { measureThrottledReader } from './throttled-reader.js';

const stalledCount = 50;
/** Clients that are flooded and read. */
const floodedCount = 5;
/** The kernel takes megabytes first, bit by bit; then there are ten seconds until a client is given up. */
const floodMs = 28_000;
const loadsPerSecond = 100;
const [kibibyte, mebibyte] = [2 ** 10, 2 ** 20];
/** 1 MiB, and one frame. */
const mostKibibytes = 1_024 + 10;

export const slowReaders: Measure = {
  id: 'slow-readers',
  title: `${stalledCount} clients that never read and are sent 1 MB/s each, beside 1,000 that read; with each delivery policy`,
  async run(isQuick) {
    const readers = isQuick ? 100 : 1_000;
    const figures: Figure[] = [];
    for (const policy of policies) {
      const without = await flood(policy, readers, 0);
      const found = await flood(policy, readers, stalledCount);
      figures.push(...describe(policy, without, found));
    }
    return [...figures, ...(await measureThrottledReader(isQuick))];
  },
};

interface Found {
  readonly p99Ms: number;
  readonly restBytes: number;
  readonly peakBytes: number;
  /** What is alive in the end, on the heap and beside it. */
  readonly heldBytes: number;
  readonly mostWaiting: number;
  readonly slowClosed: number;
  readonly longestStallMs: number;
}

function describe(policy: Policy, without: Found, found: Found): readonly Figure[] {
  const named = (name: string, figure: Omit<Figure, 'name'>): Figure => ({
    name: `${policy}: ${name}`,
    ...figure,
  });
  const growth = (of: (found: Found) => number): number =>
    (of(found) - of(without)) / mebibyte / stalledCount;
  const restMb = (found.restBytes / 1e6).toFixed(0);
  const growthOfRss = growth(({ peakBytes, restBytes }) => peakBytes - restBytes);
  return [
    named(`peak RSS, of which ${restMb} MB before the first message`, {
      value: found.peakBytes / 1e6,
      unit: 'MB',
    }),
    named('growth of RSS per stalled client', { value: growthOfRss, unit: 'MiB', atMost: 1.25 }),
    named('growth of heap and buffers per stalled client after garbage collection', {
      value: growth(({ heldBytes }) => heldBytes),
      unit: 'MiB',
    }),
    named('most that was queued for one client', {
      value: found.mostWaiting / kibibyte,
      ...{ unit: 'KiB', atMost: mostKibibytes },
    }),
    named(`p99 of the others, compared with ${without.p99Ms.toFixed(1)} ms without stalled clients`, {
      value: found.p99Ms / without.p99Ms,
      ...{ unit: '×', atMost: 1.1 },
    }),
    named('closed with 4508', { value: found.slowClosed, unit: `of ${stalledCount}` }),
    ...(found.slowClosed === 0
      ? []
      : [
          named('longest time without reading before that', {
            value: found.longestStallMs / 1_000,
            ...{ unit: 's', atMost: 11 },
          }),
        ]),
  ];
}

async function flood(policy: Policy, readers: number, stalled: number): Promise<Found> {
  const server = await startMeasuredServer();
  const latencies: number[] = [];
  const clients = Array.from({ length: readers }, (_, index) => {
    const client = createClient<Channels>({ url: server.url });
    client.on('tick', ({ sentAt }) => latencies.push(nowMs() - sentAt));
    const rooms = index < floodedCount ? [square, basin] : [square];
    return { client, joined: Promise.all(rooms.map((room) => client.join(room))) };
  });
  await Promise.all(clients.map(({ joined }) => joined));
  const sockets = await Promise.all(Array.from({ length: stalled }, () => openStalled(server.url, policy)));
  const { rss: restBytes } = await server.read(true);
  let peakBytes = restBytes;
  const startedAt = performance.now();
  await server.flood(policy, loadsPerSecond);
  while (performance.now() - startedAt < floodMs) {
    await delay(100);
    peakBytes = Math.max(peakBytes, (await server.read()).rss);
  }
  await server.rest();
  const { heapUsed, external, mostWaiting, longestStallMs, stats } = await server.read(true);
  for (const { client } of clients) client.close();
  for (const socket of sockets) socket.terminate();
  server.close();
  return {
    p99Ms: quantile(latencies, 0.99),
    ...{ restBytes, peakBytes, heldBytes: heapUsed + external },
    ...{ mostWaiting, longestStallMs, slowClosed: stats.slowClosed },
  };
}

/** A client that greets, joins what is flooded, and reads nothing from then on. */
async function openStalled(url: string, policy: Policy): Promise<WebSocket> {
  const socket = new WebSocket(url, 'wirepact.v1', { perMessageDeflate: false });
  const say = (frame: object): void => socket.send(JSON.stringify(frame));
  const isIn = new Promise<void>((resolve) => {
    socket.on('message', (bytes: Buffer) => {
      const { path } = JSON.parse(bytes.toString()) as { path: string };
      if (path === '$join' || (policy === 'stream' && path === '$welcome')) resolve();
    });
  });
  await once(socket, 'open');
  say({ path: '$hello', data: {} });
  if (policy !== 'stream') say({ path: '$join', data: { room: basin }, id: 1 });
  await isIn;
  socket.pause();
  if (policy === 'stream') for (let id = 1; id <= 8; id += 1) say({ path: 'tail', id, more: true });
  socket.on('error', () => undefined);
  return socket;
}
