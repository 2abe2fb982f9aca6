// A client on a line of 64 kbit/s, in a room that is sent sixteen times as much: all that was accepted it gets or is told of, and
// what waits for it is little.
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@wirepact/client';
import { narrow } from '../netns/line-faults.js';
import { openNetwork } from '../netns/network.js';
import { findNetworkObstacle } from '../netns/system.js';
import { basin, numberOf, type Channels } from './measured-channels.js';
import { startMeasuredServer } from './measured-server.js';
import type { Figure } from './measure.js';

const kilobitsPerSecond = 64;
/** 10 kB each: 1 Mbit/s. */
const loadsPerSecond = 12.5;
/** How long the rest may take once the line is fast. */
const restMs = 30_000;

const name = (what: string): string =>
  `a client with ${kilobitsPerSecond} kbit/s in a room with 1 Mbit/s: ${what}`;

export async function measureThrottledReader(isQuick: boolean): Promise<readonly Figure[]> {
  const obstacle = findNetworkObstacle();
  if (obstacle !== undefined) {
    console.log(`| slow-readers | a throttled client is skipped: ${obstacle} |`);
    return [];
  }
  const network = await openNetwork();
  try {
    // a host of its own, so that the kernel's buffers are those of a slow line too: the loopback's swallow megabytes first
    const host = await network.addHost();
    const widen = await narrow(host, kilobitsPerSecond, 1_000);
    const server = await startMeasuredServer(host);
    const client = createClient<Channels>({ url: server.url });
    let [heard, told, next, disordered] = [0, 0, 0, 0];
    client.on('reliable', (load) => {
      const number = numberOf(load);
      if (number < next) disordered += 1;
      next = number + 1;
      heard += 1;
    });
    client.onGap(({ from, to }) => (told += (to?.[1] ?? NaN) - (from?.[1] ?? NaN)));
    await client.join(basin);
    await server.flood('reliable', loadsPerSecond);
    await delay(isQuick ? 30_000 : 120_000);
    await server.rest();
    const { mostWaiting, stats, loads } = await server.read();
    const heardSlowly = heard;
    await widen();
    for (const deadline = performance.now() + restMs; next < loads && performance.now() < deadline;)
      await delay(100);
    client.close();
    server.close();
    return [
      { name: name('sent'), value: loads, unit: 'messages' },
      { name: name('received'), value: heard, unit: `of them, ${heardSlowly} while its link was slow` },
      { name: name('reported as a gap'), value: told, unit: 'of them' },
      { name: name('neither'), value: Math.abs(loads - heard - told), unit: 'of them', atMost: 0 },
      { name: name('duplicated or out of order'), value: disordered, unit: 'of them', atMost: 0 },
      { name: name('most that was queued'), value: mostWaiting / 1_024, unit: 'KiB', atMost: 256 + 10 },
      { name: name('closed with 4508'), value: stats.slowClosed, unit: 'times' },
    ];
  } finally {
    await network[Symbol.asyncDispose]();
  }
}
