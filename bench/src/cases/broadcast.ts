// Messages to every client, and what they cost as clients or messages grow.
import type { Case } from '../case.js';
import { quickTicks, runTicks, tickLoad, type TickLoad } from './tick-load.js';

export const broadcast: Case<TickLoad> = {
  name: 'broadcast',
  title: 'Broadcast to all clients, one or ten messages per turn of the event loop',
  per: 'delivery',
  headline: 'cpuMicros',
  needs: 'broadcast',
  variants: [
    { name: '500 clients, one a turn', settings: tickLoad, quick: quickTicks },
    { name: '1,000 clients, one a turn', settings: { ...tickLoad, clients: 1_000 }, quick: quickTicks },
    {
      name: '500 clients, ten a turn',
      settings: { ...tickLoad, perTurn: 10 },
      quick: { ...quickTicks, perTurn: 10 },
    },
  ],
  reach: [
    { metric: 'cpuMicros', variant: '500 clients, one a turn', to: { contender: 'bare ws' }, atMost: 0.9 },
    { metric: 'cpuMicros', variant: '1,000 clients, one a turn', to: { contender: 'bare ws' }, atMost: 0.9 },
    { metric: 'cpuMicros', variant: '500 clients, ten a turn', to: { contender: 'bare ws' }, atMost: 0.25 },
    { metric: 'cpuMicros', variant: '500 clients, ten a turn', to: { contender: 'Socket.IO' }, atMost: 0.25 },
  ],
  run: (turn, load) => runTicks(turn, load),
};

/** So many turns may be on their way that few clients do not mean waiting. */
function toClients(clients: number): TickLoad {
  const windowTurns = Math.max(4, Math.ceil(2_000 / clients));
  return { ...tickLoad, clients, windowTurns, acknowledgeEveryTurns: windowTurns / 4 };
}

/** What a delivery costs as there are more clients. */
export const clients: Case<TickLoad> = {
  name: 'clients',
  title: 'Broadcast to a growing number of clients',
  per: 'delivery',
  headline: 'cpuMicros',
  needs: 'broadcast',
  among: ['bare ws', 'Socket.IO', 'Wirepact'],
  mostRounds: 2,
  axis: 'clients',
  variants: [10, 100, 1_000, 10_000].map((count) => ({
    name: `${count.toLocaleString('en')} clients`,
    at: count,
    settings: toClients(count),
    quick: { ...toClients(Math.min(count, 500)), seconds: 0.6 },
  })),
  reach: [{ metric: 'cpuMicros', variant: '10,000 clients', to: { contender: 'bare ws' }, atMost: 1 }],
  run: (turn, load) => runTicks(turn, load),
};

/** Ten clients; of large messages fewer are on their way. */
function ofBytes(bytes: number): TickLoad {
  const windowTurns = bytes > 100_000 ? 1 : bytes > 10_000 ? 4 : 40;
  return {
    ...tickLoad,
    ...{ clients: 10, bytes: bytes - 100, windowTurns, acknowledgeEveryTurns: Math.ceil(windowTurns / 4) },
  };
}

/** What a delivery costs as messages are larger. */
export const payload: Case<TickLoad> = {
  name: 'payload',
  title: 'Broadcast of growing messages to ten clients',
  per: 'delivery',
  headline: 'cpuMicros',
  needs: 'broadcast',
  among: ['bare ws', 'Socket.IO', 'Wirepact'],
  mostRounds: 2,
  axis: 'bytes',
  variants: (
    [
      ['100 B', 100],
      ['1 KiB', 1_024],
      ['10 KiB', 10_240],
      ['100 KiB', 102_400],
      ['1 MiB', 1_048_576],
    ] as const
  ).map(([name, bytes]) => ({
    name,
    at: bytes,
    settings: ofBytes(bytes),
    quick: { ...ofBytes(bytes), seconds: 0.6 },
  })),
  reach: [{ metric: 'cpuMicros', to: { contender: 'bare ws' }, atMost: 1.05 }],
  run: (turn, load) => runTicks(turn, load),
};
