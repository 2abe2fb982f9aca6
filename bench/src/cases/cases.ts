// The cases, their settings, and what Wirepact should reach in each.
import type { Case } from '../case.js';
import { runConnect, type ConnectLoad } from './connect.js';
import { runIdle } from './idle.js';
import { runRequests, type RequestLoad } from './requests.js';
import { runStalled } from './stalled.js';
import { runTicks, type TickLoad } from './ticks.js';

const requestLoad: RequestLoad = { clients: 50, inFlight: 20, seconds: 3, routes: 1, bytes: 0 };
const tickLoad: TickLoad = {
  ...{ clients: 500, seconds: 3, perTurn: 1, bytes: 0, toRooms: false },
  ...{ windowTurns: 4, acknowledgeEveryTurns: 1 },
};
const quickRequests = { ...requestLoad, clients: 10, seconds: 0.6 };
const quickTicks = { ...tickLoad, clients: 50, seconds: 0.6 };

const requests: Case<RequestLoad> = {
  name: 'requests',
  title: 'Request and reply, 20 in flight per client',
  per: 'request',
  headline: 'cpuMicros',
  variants: [{ name: '50 clients', settings: requestLoad, quick: quickRequests }],
  reach: [
    { metric: 'cpuMicros', to: { contender: 'bare ws' }, atMost: 0.9 },
    { metric: 'cpuMicros', to: { contender: 'Socket.IO + zod' }, atMost: 0.6 },
    { metric: 'p99Ms', to: { contender: 'bare ws' }, atMost: 1 },
  ],
  run: (turn, load) => runRequests(turn, load),
};

const broadcast: Case<TickLoad> = {
  name: 'broadcast',
  title: 'Broadcast to every client',
  per: 'delivery',
  headline: 'cpuMicros',
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

interface RoomLoad extends TickLoad {
  readonly rooms: number;
  readonly roomSize: number;
}
const roomLoad = { ...tickLoad, toRooms: true, roomSize: 5, perTurn: 10, windowTurns: 16 };
const roomsOfFive = (rooms: number, clients: number, seconds: number): RoomLoad => ({
  ...roomLoad,
  ...{ rooms, clients, seconds, acknowledgeEveryTurns: 8 },
});
const oneRoom = (clients: number): RoomLoad => ({
  ...tickLoad,
  ...{ toRooms: true, rooms: 1, roomSize: clients, clients },
});

const rooms: Case<RoomLoad> = {
  name: 'rooms',
  title: 'One room after the other',
  per: 'delivery',
  headline: 'cpuMicros',
  variants: [
    ...[10, 100, 1_000, 10_000].map((count) => ({
      name: `${count.toLocaleString('en')} rooms of 5`,
      settings: roomsOfFive(count, 500, 3),
      quick: roomsOfFive(Math.min(count, 1_000), 50, 0.6),
    })),
    { name: '1 room of 5,000', settings: oneRoom(5_000), quick: { ...oneRoom(200), seconds: 0.6 } },
  ],
  reach: [
    { metric: 'cpuMicros', variant: '10,000 rooms of 5', to: { variant: '10 rooms of 5' }, atMost: 1.1 },
  ],
  run: (turn, load) =>
    runTicks(
      turn,
      { ...load, receiversPerMessage: load.roomSize },
      { rooms: load.rooms, roomSize: load.roomSize },
    ),
};

const routes: Case<RequestLoad> = {
  name: 'routes',
  title: 'Requests, spread over many channels',
  per: 'request',
  headline: 'cpuMicros',
  variants: [10, 1_000].map((count) => ({
    name: `${count.toLocaleString('en')} channels`,
    settings: { ...requestLoad, routes: count },
    quick: { ...quickRequests, routes: count },
  })),
  reach: [{ metric: 'cpuMicros', variant: '1,000 channels', to: { variant: '10 channels' }, atMost: 1.03 }],
  run: (turn, load) => runRequests(turn, load),
};

const connect: Case<ConnectLoad> = {
  name: 'connect',
  title: 'Connecting, as fast as they come, each with a token',
  per: 'connection',
  headline: 'perSecond',
  variants: [{ name: '5,000 clients', settings: { clients: 5_000 }, quick: { clients: 200 } }],
  reach: [{ metric: 'perSecond', to: { contender: 'bare ws' }, atLeast: 0.9 }],
  run: runConnect,
};

const idle: Case<ConnectLoad> = {
  name: 'idle',
  title: 'Clients that say nothing',
  per: 'client',
  headline: 'heapKbEach',
  variants: [{ name: '10,000 clients', settings: { clients: 10_000 }, quick: { clients: 500 } }],
  reach: [
    { metric: 'heapKbEach', contender: 'Wirepact (plain)', to: { contender: 'bare ws' }, atMost: 1.5 },
    { metric: 'heapKbEach', atMost: 6 },
  ],
  run: runIdle,
};

const stalledLoad: TickLoad = {
  ...tickLoad,
  ...{ clients: 10, seconds: 300, maxTurns: 40_000, bytes: 10_140, windowTurns: 8 },
};

const stalled: Case<TickLoad> = {
  name: 'stalled',
  title: 'Broadcast of 10 KiB to ten clients, while an eleventh does not read',
  per: 'delivery',
  headline: 'rssMb',
  variants: [{ name: '40,000 messages', settings: stalledLoad, quick: { ...stalledLoad, maxTurns: 4_000 } }],
  reach: [
    { metric: 'rssMb', atMost: 80 },
    { metric: 'p99Ms', to: { contender: 'bare ws' }, atMost: 1 },
  ],
  run: runStalled,
};

type LargeLoad =
  { readonly way: 'in'; readonly load: RequestLoad } | { readonly way: 'out'; readonly load: TickLoad };
const large64: RequestLoad = { ...requestLoad, clients: 10, inFlight: 2, bytes: 65_436 };
const large240: RequestLoad = { ...large64, bytes: 245_660 };
const largeOut: TickLoad = { ...tickLoad, clients: 10, bytes: 1_048_476, windowTurns: 1 };

const large: Case<LargeLoad> = {
  name: 'large',
  title: 'Large messages',
  per: 'message',
  headline: 'perSecond',
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

/** All of them, in the order of the report. */
export const cases: readonly Case[] = [requests, broadcast, rooms, routes, connect, idle, stalled, large];
