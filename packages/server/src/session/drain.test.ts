import { defineChannels } from '@wirepact/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer, settle } from '../test-server.fixture.js';

const channels = defineChannels({ time: { in: z.void(), out: z.string() } });

it('tells clients of the protocol when to come back, and plain ones nothing', async () => {
  const { sockets, connect, connectPlain } = bound();
  const client = await connect();
  const plain = await connectPlain();
  await sockets.drain({ spreadMs: 7_000 });
  expect(client.take()).toEqual([
    { path: '$goodbye', data: { why: 'restart', returnWithinMs: 7_000, final: true } },
    { path: '$ping' },
  ]);
  expect(plain.take()).toEqual([]);
  for (const { transport } of [client, plain]) {
    expect(transport.closedWith).toEqual({ code: 1012, reason: 'the server restarts' });
  }
});

it('closes who has not greeted yet, and greets nobody any more', async () => {
  const { server, sockets, connectMute, clock } = bound();
  await connectMute();
  const silent = await server.connectSilent();
  const drained = sockets.drain();
  silent.say({ path: '$hello', data: {} });
  expect(silent.transport.closedWith).toEqual({ code: 1012, reason: 'the server restarts' });
  expect([silent.take(), sockets.stats().connected]).toEqual([[], 1]);
  clock.advance(10_000);
  await drained;
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
  client.transport.end(1000);
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

it('hears a client out that was about to say something', async () => {
  const { sockets, clock, connectMute } = bound();
  const client = await connectMute();
  const drained = sockets.drain();
  await settle();
  client.say({ path: 'time', id: 1 });
  client.say({ path: '$pong' });
  await drained;
  expect(client.take().slice(2)).toEqual([{ path: 'time', data: 'now', id: 1 }]);
  expect(clock.pending).toBe(0);
});

it.each([
  ['2 s', undefined, 2_000],
  ['the time for handlers, if that is less,', 500, 500],
])('waits no longer than %s for a client that says nothing', async (_what, graceMs, waitMs) => {
  const { sockets, clock, connectMute } = bound();
  await connectMute();
  const drained = sockets.drain(graceMs === undefined ? {} : { graceMs });
  await settle();
  clock.advance(waitMs - 1);
  await settle();
  expect(sockets.countClients).toBe(1);
  clock.advance(1);
  await drained;
  expect(sockets.countClients).toBe(0);
  expect(clock.pending).toBe(0);
});

it.each([{ graceMs: NaN }, { graceMs: -1 }, { graceMs: Infinity }, { spreadMs: NaN }, { spreadMs: -1 }])(
  'does not begin with %j',
  async (options) => {
    const { sockets, connectMute } = bound();
    await connectMute();
    await expect(sockets.drain(options)).rejects.toThrow(TypeError);
    expect(sockets.countClients).toBe(1);
    await connectMute();
  },
);

it('says what was handled before it closes', async () => {
  const { sockets, connect } = bound();
  const client = await connect();
  client.say({ path: 'time', seq: 3 });
  await sockets.drain();
  expect(client.takeData('$ack')).toEqual([{ done: [[1, 3]] }]);
});

it('says what a client does not get that reads too slowly', async () => {
  const { sockets, connect } = bound();
  const client = await connect();
  client.transport.bufferedBytes = 262_144;
  sockets.sendToAll('time', 'one');
  sockets.sendToAll('time', 'two');
  await sockets.drain();
  const [epoch] = client.welcome.streams!['*']!;
  expect(client.takeData('$gap')).toEqual([{ room: '*', why: 'lost', from: [epoch, 0], to: [epoch, 2] }]);
  expect(sockets.stats().gaps).toBe(1);
});

it('ends clients that are away, which are new when they come back', async () => {
  const { server, sockets, connect } = bound();
  const client = await connect();
  client.cut();
  await sockets.drain();
  expect(sockets.stats()).toMatchObject({ clients: 0, suspended: 0, disconnected: 1 });
  expect(server.clock.pending).toBe(0);
});

function bound(routes = { time: (): string | Promise<string> => 'now' }) {
  const server = createTestServer(channels, { routes });
  const { sockets, clock } = server;
  return {
    server,
    sockets,
    clock,
    /** One that answers whatever is said to it. */
    connect: async () => {
      const client = await server.connect();
      const { transport } = client;
      const send = transport.send.bind(transport);
      transport.send = (text) => {
        send(text);
        if (text.includes('$ping')) client.say({ path: '$pong' });
      };
      return client;
    },
    connectMute: () => server.connect(),
    connectPlain: () => server.connectPlain(),
  };
}
