// The server that the rows of docs/security.md are tried on: its defaults, a clock that stands still, and no network.
import { setImmediate } from 'node:timers/promises';
import { defineChannels } from '@wirepact/core';
import { createManualClock, type ManualClock } from '@wirepact/core/testing';
import { SocketManager, type SocketManagerOptions } from '@wirepact/server';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { FrameClient } from './frame-client.js';
import { requestOf, type Asking } from './handshake-request.js';

export { requestOf } from './handshake-request.js';

export const channels = defineChannels({
  echo: { in: z.unknown(), reply: z.unknown() },
  note: { in: z.unknown() },
  notice: { out: z.string() },
  shout: { in: z.string() },
  hang: { in: z.void(), reply: z.string() },
  fail: { in: z.string(), reply: z.string() },
  tail: { in: z.void(), stream: z.number() },
});
export type Channels = typeof channels;

export interface GuardedServer<TContext> {
  readonly sockets: SocketManager<Channels, TContext>;
  readonly clock: ManualClock;
  /** What came out of `onError`. */
  readonly errors: unknown[];
  /** What reached a handler of `note`. */
  readonly handled: unknown[];
  /** Connects. @throws Error when it is refused before the connection is made */
  connect(asking?: Asking): Promise<FrameClient>;
  /** Connects, says hello and forgets the greeting. */
  greet(asking?: Asking): Promise<FrameClient>;
  /** The status of a refusal, or 101. */
  statusOf(asking?: Asking): Promise<number>;
}

/** Closed when the test is over, with no timer left. */
export function startServer<TContext = undefined>(
  options: SocketManagerOptions<Channels, TContext> = {},
): GuardedServer<TContext> {
  const clock = createManualClock({ startMs: 1_000_000 });
  const errors: unknown[] = [];
  const handled: unknown[] = [];
  const routes: SocketManagerOptions<Channels, TContext>['routes'] = {
    echo: (_socket, data) => data,
    note: (_socket, data) => void handled.push(data),
    shout: (socket, text) => socket.broadcast('notice', text),
    hang: () => new Promise(() => undefined),
    fail: async (_socket, secret) => {
      throw new Error(`the password of the database is ${secret}`);
    },
  };
  const sockets = new SocketManager<Channels, TContext>(channels, {
    onError: (error) => errors.push(error),
    ...options,
    routes: { ...routes, ...options.routes },
    clock,
  });
  onTestFinished(async () => {
    await sockets.close();
    expect(clock.pending).toBe(0);
  });

  const connect = async (asking?: Asking): Promise<FrameClient> => {
    const admission = await sockets.admit(requestOf(asking));
    if (!admission.accepted) throw new Error(`refused with ${admission.status}: ${admission.reason}`);
    const client = new FrameClient(admission.protocol);
    admission.open(client.transport);
    return client;
  };
  return {
    ...{ sockets, clock, errors, handled, connect },
    async greet(asking) {
      const client = await connect(asking);
      client.hello();
      return client;
    },
    async statusOf(asking) {
      const admission = await sockets.admit(requestOf(asking));
      return admission.accepted ? 101 : admission.status;
    },
  };
}

/** Lets everything go on that waits for no clock and no network. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await setImmediate();
}
