// Sessions that are opened, used and closed, many times over, and one that lives as long as all of them together: nothing may
// be left on either side of what is over.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createClient, type Client } from '@wirepact/client';
import type { Channels } from './measured-channels.js';
import { startMeasuredServer } from './measured-server.js';
import type { Figure, Measure } from './measure.js';

const sideBySide = 50;
/** Requests in the life of one session, for each session that is opened and closed. */
const requestsEach = 5;

export const leak: Measure = {
  id: 'P10',
  title:
    'sessions that are opened, used (joining and leaving a room, an event each way, a request) and closed',
  async run(isQuick) {
    const sessions = isQuick ? 10_000 : 200_000;
    // logs and pools fill up to their bounds first
    const warmUp = isQuick ? 5_000 : 20_000;
    const server = await startMeasuredServer();
    await runSessions(server.url, warmUp);
    const before = await server.read(true);
    const ownBefore = await readOwn();
    const startedAt = performance.now();
    await runSessions(server.url, sessions);
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = await server.read(true);
    const ownAfter = await readOwn();
    const requests = sessions * requestsEach;
    const client = await runLongSession(server.url, requests);
    const atLast = await server.read(true);
    const ownAtLast = await readOwn();
    client.close();
    server.close();
    const { stats } = after;
    return [
      { name: 'sessions', value: sessions, unit: `in ${seconds.toFixed(0)} s` },
      figure('server heap, compared with before', after.heapUsed / before.heapUsed, '×', 1.05),
      figure('client heap, compared with before', ownAfter.heapUsed / ownBefore.heapUsed, '×', 1.05),
      figure('additional timers in the server', after.timers - before.timers, '', 0),
      figure('additional timers in the clients', ownAfter.timers - ownBefore.timers, '', 0),
      figure('additional listeners in the server', after.listeners - before.listeners, '', 0),
      figure(
        'clients, suspended sessions and rooms left over',
        stats.clients + stats.suspended + stats.rooms,
        '',
        0,
      ),
      { name: 'requests in one session that stays open', value: requests, unit: '' },
      figure('server heap after them, compared with before', atLast.heapUsed / after.heapUsed, '×', 1.05),
      figure(
        'client heap after them, compared with before',
        ownAtLast.heapUsed / ownAfter.heapUsed,
        '×',
        1.05,
      ),
    ];
  },
};

const figure = (name: string, value: number, unit: string, atMost: number): Figure => ({
  ...{ name, value, unit, atMost },
});

async function runSessions(url: string, count: number): Promise<void> {
  await runSideBySide(count, (left) => runSession(url, `room-${left % 100}`));
}

/** Leaves its session open: only its requests are over. */
async function runLongSession(url: string, requests: number): Promise<Client<Channels>> {
  const client = createClient<Channels>({ url });
  await runSideBySide(requests, () => client.request('ask', 'who'));
  return client;
}

async function runSideBySide(count: number, run: (left: number) => Promise<unknown>): Promise<void> {
  let left = count;
  const runNext = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await run(left);
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, runNext));
}

async function runSession(url: string, room: string): Promise<void> {
  const client = createClient<Channels>({ url });
  const heard = new Promise<string>((resolve) => client.once('note', resolve));
  const joined = await client.join(room);
  client.send('note', 'is anybody there');
  await client.request('ask', 'who');
  await heard;
  await joined.leave();
  client.close();
}

async function readOwn(): Promise<{ readonly heapUsed: number; readonly timers: number }> {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.();
    await nextTurn();
  }
  return {
    heapUsed: process.memoryUsage().heapUsed,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
  };
}
