// The server that is fuzzed: something of everything that a contract can have, and no bound that would only hold the fuzzing up.
import { defineChannels } from '@wirepact/core';
import { createManualClock, type ManualClock } from '@wirepact/core/testing';
import { SocketManager, type Broker, type LimitOptions } from '@wirepact/server';
import { z } from 'zod';

export const channels = defineChannels({
  echo: { in: z.unknown(), reply: z.unknown() },
  note: { in: z.unknown() },
  notice: { out: z.unknown() },
  chat: {
    in: z.object({ text: z.string() }),
    out: z.string(),
    reply: z.string(),
    errors: { NO: z.string() },
  },
  hang: { in: z.void(), reply: z.string() },
  tail: { in: z.object({ count: z.number() }), stream: z.number() },
  cursor: { in: z.unknown(), out: z.unknown(), delivery: 'latest' },
  typing: { in: z.unknown(), out: z.unknown(), delivery: 'volatile' },
  price: { out: z.string(), answer: z.number() },
  leave: { in: z.void() },
});
export type Channels = typeof channels;

/** More than any round can use up. */
const plenty = 1e9;

export interface FuzzedServer {
  readonly sockets: SocketManager<Channels, string | undefined>;
  readonly clock: ManualClock;
  /** What came out of `onError`; the application itself fails only on purpose, with `planned`. */
  readonly errors: unknown[];
}

export const planned = 'planned';

export interface FuzzedServerOptions {
  readonly compression?: boolean;
  readonly broker?: Broker;
  readonly clock?: ManualClock;
  readonly limits?: LimitOptions;
  readonly onError?: (error: unknown) => void;
}

type FuzzedSockets = FuzzedServer['sockets'];

/** A little of every kind of channel, and handlers that do a little of everything. */
export function createFuzzedSockets(options: FuzzedServerOptions): FuzzedSockets {
  const sockets: FuzzedSockets = new SocketManager(channels, {
    authenticate: ({ token }) => token,
    userId: (name) => name,
    ...options,
    rooms: {
      authorize: async (_socket, room) => room !== 'closed',
      member: ({ id }) => ({ id }),
      history: (_socket, room) => room !== 'secret',
    },
    event: {
      onConnect: (socket) => socket.join('all'),
      onMessage: (socket, { path }) => socket.send('notice', path),
      onDisconnect: (_socket, { code }) => sockets.room('all').send('notice', code),
    },
    routes: {
      echo: (_socket, data) => data,
      note: (socket, data) => socket.broadcast('notice', data),
      chat(socket, { text }, { fail }) {
        if (text === 'fail') throw new Error(planned);
        if (text === 'no') throw fail('NO', 'because');
        if (text === 'ask') return socket.request('price', 'tea').then(String, String);
        sockets.room('lobby').except(socket).send('chat', text);
        return text;
      },
      hang: (_socket, _data, { signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('late'))),
      async *tail(_socket, { count }) {
        for (let n = 0; n < Math.min(count, 50); n += 1) yield n;
      },
      cursor: (socket, data) => socket.broadcast('cursor', data),
      typing: (socket, data) => socket.broadcast('typing', data),
      leave: (socket) => socket.disconnect('as you wish', 4600),
    },
  });
  return sockets;
}

/**
 * One on a clock that stands still, and bounds that only its own controls set. With a broker in memory it has the clock of
 * that.
 */
export function startFuzzedServer({
  compression = false,
  clock = createManualClock({ startMs: 1_000_000 }),
  ...shared
}: Pick<FuzzedServerOptions, 'compression' | 'clock' | 'broker'> = {}): FuzzedServer {
  const errors: unknown[] = [];
  const sockets = createFuzzedSockets({
    ...{ compression, clock, ...shared },
    onError: (error) => errors.push(error),
    limits: {
      ...{ messagesPerSecond: plenty, messageBurst: plenty, bytesPerSecond: plenty, byteBurst: plenty },
      ...{ badFramesPer10s: plenty, upgradeBurstPerIp: plenty, socketsPerIp: plenty, socketsPerUser: plenty },
      ...{ joinsPerSecond: plenty },
    },
  });
  return { sockets, clock, errors };
}

/** Whether the application failed on purpose. */
function isPlanned(error: unknown): boolean {
  return String(error).includes(planned);
}

/** Ends servers; what is left is wrong, and what they reported, unless that was expected. */
export async function endFuzzedServers(
  servers: readonly FuzzedServer[],
  isExpected: (error: unknown) => boolean = isPlanned,
): Promise<string[]> {
  for (const { sockets } of servers) await sockets.close();
  // promises that handlers still hold
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return servers.flatMap(({ sockets, clock, errors }) => {
    const { clients, users, rooms, suspended } = sockets.stats();
    const left = { clients, users, rooms, suspended, timers: clock.pending };
    const wrong = Object.entries(left).flatMap(([what, count]) =>
      count === 0 ? [] : [`${count} ${what} are left`],
    );
    const reported = errors.filter((error) => !isExpected(error));
    return [...wrong, ...reported.map((error) => `reported: ${String(error)}`)];
  });
}
