// Requests and their replies.
import type { Case } from '../case.js';
import { quickRequests, requestLoad, runRequests, type RequestLoad } from './request-load.js';

export const requests: Case<RequestLoad> = {
  name: 'requests',
  title: 'Requests and replies, 20 in flight per client',
  per: 'request',
  headline: 'cpuMicros',
  needs: 'requests',
  variants: [{ name: '50 clients', settings: requestLoad, quick: quickRequests }],
  reach: [
    { metric: 'cpuMicros', to: { contender: 'bare ws' }, atMost: 0.9 },
    { metric: 'cpuMicros', to: { contender: 'Socket.IO + zod' }, atMost: 0.6 },
    { metric: 'p99Ms', to: { contender: 'bare ws' }, atMost: 1 },
  ],
  run: runRequests,
};

/** What it costs that a server has many channels. */
export const routes: Case<RequestLoad> = {
  name: 'routes',
  title: 'Requests spread over a growing number of channels',
  per: 'request',
  headline: 'cpuMicros',
  needs: 'requests',
  among: ['bare ws', 'Socket.IO', 'Wirepact'],
  mostRounds: 2,
  axis: 'channels',
  variants: [1, 10, 100, 1_000].map((count) => ({
    name: count === 1 ? '1 channel' : `${count.toLocaleString('en')} channels`,
    at: count,
    settings: { ...requestLoad, routes: count },
    quick: { ...quickRequests, routes: count },
  })),
  reach: [{ metric: 'cpuMicros', variant: '1,000 channels', to: { variant: '10 channels' }, atMost: 1.03 }],
  run: runRequests,
};
