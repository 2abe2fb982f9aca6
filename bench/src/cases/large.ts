// Large messages, both ways.
import type { Case } from '../case.js';
import { requestLoad, runRequests, type RequestLoad } from './request-load.js';
import { runTicks, tickLoad, type TickLoad } from './tick-load.js';

type LargeLoad =
  { readonly way: 'in'; readonly load: RequestLoad } | { readonly way: 'out'; readonly load: TickLoad };

const large64: RequestLoad = { ...requestLoad, clients: 10, inFlight: 2, bytes: 65_436 };
const large240: RequestLoad = { ...large64, bytes: 245_660 };
const largeOut: TickLoad = { ...tickLoad, clients: 10, bytes: 1_048_476, windowTurns: 1 };

export const large: Case<LargeLoad> = {
  name: 'large',
  title: 'Large messages',
  per: 'message',
  headline: 'perSecond',
  needs: 'broadcast',
  among: ['bare ws', 'Socket.IO', 'tRPC', 'Wirepact'],
  variants: [
    ...[large64, large240].map((load) => ({
      name: `${Math.round(load.bytes / 1_024)} KiB in`,
      settings: { way: 'in', load } as const,
      quick: { way: 'in', load: { ...load, seconds: 0.6 } } as const,
    })),
    {
      name: '1 MiB out',
      settings: { way: 'out', load: largeOut },
      quick: { way: 'out', load: { ...largeOut, seconds: 0.6 } },
    },
  ],
  reach: [{ metric: 'perSecond', to: { contender: 'bare ws' }, atLeast: 0.95 }],
  run: (turn, { way, load }) => (way === 'in' ? runRequests(turn, load) : runTicks(turn, load)),
};
