// Clients that connect, and what each of them costs while it says nothing.
import type { Case } from '../case.js';
import type { Figures } from '../figures.js';
import { memoryOf, type Turn } from '../turn.js';

interface ConnectLoad {
  readonly clients: number;
}

export const connect: Case<ConnectLoad> = {
  name: 'connect',
  title: 'Clients that connect as fast as possible, each with a token',
  per: 'connection',
  headline: 'perSecond',
  needs: 'idle',
  among: ['bare ws', 'Socket.IO', 'tRPC', 'oRPC', 'graphql-ws', 'Wirepact'],
  variants: [{ name: '5,000 clients', settings: { clients: 5_000 }, quick: { clients: 200 } }],
  reach: [{ metric: 'perSecond', to: { contender: 'bare ws' }, atLeast: 0.9 }],
  run: runConnect,
};

export const idle: Case<ConnectLoad> = {
  name: 'idle',
  title: 'Idle clients',
  per: 'client',
  headline: 'heapKbEach',
  needs: 'idle',
  mostRounds: 2,
  variants: [{ name: '10,000 clients', settings: { clients: 10_000 }, quick: { clients: 500 } }],
  reach: [
    { metric: 'heapKbEach', contender: 'Wirepact (plain)', to: { contender: 'bare ws' }, atMost: 1.5 },
    { metric: 'heapKbEach', atMost: 6 },
  ],
  run: runIdle,
};

/** As many as one process can hold whose system allows it 20,000 descriptors. */
export const connections: Case<ConnectLoad> = {
  name: 'connections',
  title: 'A growing number of idle clients in one process',
  per: 'client',
  headline: 'heapKbEach',
  needs: 'idle',
  among: ['bare ws', 'Socket.IO', 'Wirepact'],
  mostRounds: 1,
  axis: 'connections',
  variants: [1_000, 5_000, 19_000].map((count) => ({
    name: `${count.toLocaleString('en')} connections`,
    at: count,
    settings: { clients: count },
    quick: { clients: Math.min(count, 500) },
  })),
  reach: [
    { metric: 'heapKbEach', variant: '19,000 connections', atMost: 6 },
    { metric: 'rssKbEach', variant: '19,000 connections', atMost: 10 },
  ],
  run: runIdle,
};

/** Connects them all, after a tenth of them to warm up. */
async function runConnect(turn: Turn, { clients }: ConnectLoad): Promise<Figures> {
  const server = await turn.start({ clients, authenticates: true });
  await turn.connect({}, Math.ceil(clients / 10));
  await server.startReading();
  const startedAt = performance.now();
  await turn.connect({}, clients);
  const seconds = (performance.now() - startedAt) / 1_000;
  const reading = await server.read();
  return {
    cpuMicros: reading.cpuMicros / clients,
    perSecond: clients / seconds,
    ...memoryOf(reading),
  };
}

/** Compares the server's memory without clients, and with all of them. */
async function runIdle(turn: Turn, { clients }: ConnectLoad): Promise<Figures> {
  const server = await turn.start({ clients });
  // the first ones also pay for what is compiled and cached
  await turn.connect({}, 100);
  await server.collectGarbage();
  const before = await server.read();
  const startedAt = performance.now();
  await turn.connect({}, clients);
  const seconds = (performance.now() - startedAt) / 1_000;
  await server.collectGarbage();
  const after = await server.read();
  return {
    perSecond: clients / seconds,
    heapKbEach: (after.heapUsed - before.heapUsed) / 1e3 / clients,
    rssKbEach: (after.rss - before.rss) / 1e3 / clients,
  };
}
