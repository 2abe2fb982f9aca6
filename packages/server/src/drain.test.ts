import { defineChannels } from '@wirepact/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer, settle } from './test-server.fixture.js';

const channels = defineChannels({ time: { in: z.void(), out: z.string() } });

it('tells clients of the protocol when to come back, and plain ones nothing', async () => {
  const { sockets, connect, connectPlain } = bound();
  const client = await connect();
  const plain = await connectPlain();
  await sockets.drain({ spreadMs: 7_000 });
  expect(client.take()).toEqual([{ path: '$goodbye', data: { why: 'restart', returnWithinMs: 7_000 } }]);
  expect(plain.take()).toEqual([]);
  for (const { transport } of [client, plain]) {
    expect(transport.closedWith).toEqual({ code: 1012, reason: 'the server restarts' });
  }
});

it('closes some at a time, so that the server goes on answering in between', async () => {
  const { sockets, connect, clock } = bound();
  for (let count = 0; count < 1_200; count += 1) await connect();
  const drained = sockets.drain();
  const left: number[] = [];
  for (let slice = 0; slice < 3; slice += 1) {
    await settle();
    left.push(sockets.countClients);
    clock.advance(0);
  }
  await drained;
  expect(left).toEqual([700, 200, 0]);
  expect(clock.pending).toBe(0);
});

it('does not wait for a client that is gone before its handler has finished', async () => {
  const { sockets, connect } = bound({ time: () => new Promise<string>(() => {}) });
  const client = await connect();
  client.say({ path: 'time', id: 1 });
  const drained = sockets.drain();
  await settle();
  expect(sockets.countClients).toBe(1);
  client.transport.end(1006);
  await drained;
  expect(sockets.countClients).toBe(0);
});

it('ends every drain that waits for the same handler, as soon as that has finished', async () => {
  let finish = (_time: string): void => {};
  const { sockets, connect } = bound({ time: () => new Promise<string>((resolve) => (finish = resolve)) });
  const client = await connect();
  client.say({ path: 'time', id: 1 });
  const drained = Promise.all([sockets.drain(), sockets.drain()]);
  await settle();
  finish('now');
  await drained;
  expect(sockets.countClients).toBe(0);
});

it('drains once more without harm', async () => {
  const { sockets, connect } = bound();
  await connect();
  await Promise.all([sockets.drain(), sockets.drain()]);
  await sockets.drain();
  await sockets.close();
  expect(sockets.stats().disconnected).toBe(1);
});

function bound(routes = { time: (): string | Promise<string> => 'now' }) {
  const server = createTestServer(channels, { routes });
  const { sockets, clock } = server;
  return {
    sockets,
    clock,
    connect: () => server.connect(),
    connectPlain: () => server.connectPlain(),
  };
}
