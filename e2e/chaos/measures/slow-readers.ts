// A thousand clients that read, and fifty that never do: what those cost the process, and what the others notice.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@wirepact/client';
import { WebSocket } from 'ws';
import { basin, policies, square, type Channels, type Policy } from './measured-channels.js';
import { startMeasuredServer } from './measured-server.js';
import { quantile, type Figure, type Measure } from './measure.js';

const stalledCount = 50;
/** Clients that are flooded and read. */
const floodedCount = 5;
const floodMs = 18_000;
const mebibyte = 2 ** 20;

export const slowReaders: Measure = {
  id: 'slow-readers',
  title: `${stalledCount} of 1,000 subscribers never read, and are sent 1 MB/s each, by every policy`,
  async run(isQuick) {
    const readers = isQuick ? 100 : 1_000;
    const figures: Figure[] = [];
    for (const policy of policies) {
      const without = await flood(policy, readers, 0);
      const found = await flood(policy, readers, stalledCount);
      const growth = (found.growthBytes - without.growthBytes) / mebibyte / stalledCount;
      figures.push(
        { name: `${policy}: peak RSS`, value: found.peakBytes / 1e6, unit: 'MB' },
        { name: `${policy}: growth for each that stalls`, value: growth, unit: 'MiB', atMost: 1.25 },
        {
          name: `${policy}: p99 of the others, against ${without.p99Ms.toFixed(1)} ms`,
          value: found.p99Ms / without.p99Ms,
          ...{ unit: '×', atMost: 1.1 },
        },
        { name: `${policy}: closed with 4508`, value: found.slowClosed, unit: `of ${stalledCount}` },
      );
      if (found.closedAfterMs > 0)
        figures.push({
          name: `${policy}: the last of them, after the first could not take more,`,
          value: found.closedAfterMs / 1_000,
          ...{ unit: 's', atMost: 11 },
        });
    }
    return figures;
  },
};

interface Found {
  readonly p99Ms: number;
  readonly peakBytes: number;
  readonly growthBytes: number;
  readonly slowClosed: number;
  readonly closedAfterMs: number;
}

async function flood(policy: Policy, readers: number, stalled: number): Promise<Found> {
  const server = await startMeasuredServer();
  const latencies: number[] = [];
  const clients = Array.from({ length: readers }, (_, index) => {
    const client = createClient<Channels>({ url: server.url });
    client.on('tick', ({ sentAt }) => latencies.push(performance.timeOrigin + performance.now() - sentAt));
    const rooms = index < floodedCount ? [square, basin] : [square];
    return { client, joined: Promise.all(rooms.map((room) => client.join(room))) };
  });
  await Promise.all(clients.map(({ joined }) => joined));
  const sockets = await Promise.all(Array.from({ length: stalled }, () => openStalled(server.url, policy)));
  const { rss: before } = await server.read(true);
  let [peakBytes, slowClosed, closedAfterMs] = [before, 0, 0];
  let stalledAt: number | undefined;
  const startedAt = performance.now();
  await server.flood(policy);
  while (performance.now() - startedAt < floodMs) {
    await delay(100);
    const { rss, stats } = await server.read();
    peakBytes = Math.max(peakBytes, rss);
    // what the system's own buffers take comes before
    const { volatile, replaced } = stats.dropped;
    if (stats.lagged + volatile + replaced + stats.slowClosed > 0) stalledAt ??= performance.now();
    if (stats.slowClosed > slowClosed && stalledAt !== undefined)
      closedAfterMs = performance.now() - stalledAt;
    slowClosed = stats.slowClosed;
  }
  await server.rest();
  for (const { client } of clients) client.close();
  for (const socket of sockets) socket.terminate();
  server.close();
  return {
    p99Ms: quantile(latencies, 0.99),
    ...{ peakBytes, growthBytes: peakBytes - before, slowClosed, closedAfterMs },
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
