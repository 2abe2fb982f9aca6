// What becomes of a message to a client that is disconnected, by the channel's `delivery`.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { resolveOptions } from '../resolve-options.js';
import type { Group } from '../rooms/rooms.js';
import type { Session } from '../session/session.js';
import { createTestServer, type TestClient } from '../test-server.fixture.js';
import { Logs } from './logs.js';
import { createOutgoingOf } from './outgoing-message.fixture.js';
import { deliverSharedEntry } from './publish.js';

const Place = z.object({ who: z.string(), x: z.number() });
const channels = defineChannels({
  chat: { out: z.string() },
  cursor: { out: Place, delivery: 'latest', key: 'who' },
  typing: { out: z.string(), delivery: 'volatile' },
});

async function start() {
  const server = createTestServer(channels, { userId: () => 'ann' });
  const { sockets } = server;
  const client = await server.connect();
  const [socket] = sockets.clients();
  socket!.join('lobby');
  client.takeAll();
  client.cut();
  server.clock.advance(10);
  const back = async () => said(await server.resume(client));
  return { server, sockets, client, socket: socket!, back };
}
type Started = Awaited<ReturnType<typeof start>>;

/** The messages among what it was sent. */
const said = (client: TestClient) =>
  client.take().flatMap(({ path, data }) => (path.startsWith('$') ? [] : [[path, data]]));

describe.each<[string, (started: Started) => { send: Started['socket']['send'] }]>([
  ['everyone', ({ sockets }) => ({ send: sockets.sendToAll.bind(sockets) })],
  ['a room', ({ sockets }) => sockets.room('lobby')],
  ['a user', ({ sockets }) => sockets.user('ann')],
  ['one client', ({ socket }) => socket],
])('what is sent to %s', (_whom, targetOf) => {
  it('reliably is kept for a client that is away, in order', async () => {
    const started = await start();
    const target = targetOf(started);
    for (const text of ['one', 'two', 'three']) target.send('chat', text);
    expect(await started.back()).toEqual([
      ['chat', 'one'],
      ['chat', 'two'],
      ['chat', 'three'],
    ]);
    expect(started.sockets.stats().dropped).toEqual({ volatile: 0, replaced: 0, gone: 0 });
  });

  it('as its latest value is kept, the newest of each key', async () => {
    const started = await start();
    const target = targetOf(started);
    for (const [who, x] of [
      ['bob', 1],
      ['eve', 2],
      ['bob', 3],
    ] as const) {
      target.send('cursor', { who, x });
    }
    expect(await started.back()).toEqual([
      ['cursor', { who: 'eve', x: 2 }],
      ['cursor', { who: 'bob', x: 3 }],
    ]);
  });

  it('for the moment only is dropped and counted', async () => {
    const started = await start();
    targetOf(started).send('typing', 'ann');
    expect(started.sockets.stats().dropped.volatile).toBe(1);
    expect(await started.back()).toEqual([]);
  });

  it('reaches a client that is back, once', async () => {
    const started = await start();
    const target = targetOf(started);
    target.send('chat', 'one');
    const back = await started.server.resume(started.client);
    target.send('chat', 'two');
    target.send('typing', 'ann');
    target.send('cursor', { who: 'bob', x: 1 });
    expect(said(back)).toEqual([
      ['chat', 'one'],
      ['chat', 'two'],
      ['typing', 'ann'],
      ['cursor', { who: 'bob', x: 1 }],
    ]);
  });
});

it('a latest value is not restored to the one that it was not for, nor to one that came later', async () => {
  const { server, sockets, socket, back } = await start();
  sockets.room('lobby').except(socket).send('cursor', { who: 'ann', x: 1 });
  socket.broadcast('cursor', { who: 'ann', x: 2 });
  server.clock.advance(1);
  const late = await server.connect();
  late.cut();
  expect(said(await server.resume(late))).toEqual([]);
  expect(await back()).toEqual([]);
});

it('a latest value is restored to those who were there when it was set, also by a clock that is set back', async () => {
  const { server, sockets, back } = await start();
  sockets.room('lobby').send('cursor', { who: 'bob', x: 1 });
  sockets.sendToAll('cursor', { who: 'eve', x: 1 });
  const { now } = server.clock;
  vi.spyOn(server.clock, 'now').mockImplementation(() => now() - 3_600_000);
  const late = await server.connect();
  [...sockets.clients()].at(-1)!.join('lobby');
  late.cut();
  sockets.room('lobby').send('cursor', { who: 'bob', x: 2 });
  sockets.room('lobby').send('cursor', { who: 'kim', x: 2 });
  sockets.sendToAll('cursor', { who: 'ann', x: 2 });
  const since = [
    ['cursor', { who: 'ann', x: 2 }],
    ['cursor', { who: 'bob', x: 2 }],
    ['cursor', { who: 'kim', x: 2 }],
  ];
  expect(said(await server.resume(late))).toEqual(since);
  expect(await back()).toEqual([['cursor', { who: 'eve', x: 1 }], ...since]);
});

it('a latest value comes after what was said reliably, and after it is known where the stream stands', async () => {
  const { server, sockets, client } = await start();
  sockets.sendToAll('cursor', { who: 'bob', x: 1 });
  sockets.sendToAll('chat', 'one');
  const frames = (await server.resume(client)).takeAll();
  const ofEveryone = frames.filter(({ path, room, data }) => {
    return path === 'cursor' || room === '*' || (data as { room?: string }).room === '*';
  });
  expect(ofEveryone.map(({ path }) => path)).toEqual(['$stream', 'chat', '$live', 'cursor']);
});

it('what is sent to one that is gone is dropped and counted', async () => {
  const { server, sockets, socket } = await start();
  server.clock.advance(121_000);
  for (const channel of ['chat', 'typing'] as const) socket.send(channel, 'late');
  socket.send('cursor', { who: 'bob', x: 1 });
  expect(sockets.stats().dropped).toEqual({ volatile: 0, replaced: 0, gone: 3 });
});

it('nothing is kept for a plain client', async () => {
  const { server, sockets } = await start();
  await server.connectPlain();
  const plain = [...sockets.clients()][1]!;
  const held = sockets.stats().logBytes;
  plain.send('chat', 'one');
  expect(sockets.stats().logBytes).toBe(held);
});

it('what is in no log does not go to the one that it is not for', async () => {
  const { server, sockets, client, socket } = await start();
  const back = await server.resume(client);
  back.take();
  const others = sockets.room('lobby').except(socket);
  others.send('typing', 'ann');
  others.send('cursor', { who: 'ann', x: 1 });
  socket.broadcast('typing', 'ann');
  expect(back.takeAll()).toEqual([]);
});

it('keeps no frame with what a log holds, for whomever it was sent to', () => {
  const log = new Logs(resolveOptions({})).create('lobby');
  const message = createOutgoingOf('x', { text: () => expect.fail('that is kept') });
  const written: string[] = [];
  const members = [true, false, false].map((speaksProtocol) => {
    const outgoing = { isClosed: false, isSlow: false, write: (text: string) => void written.push(text) };
    return { connection: { outgoing, speaksProtocol } } as unknown as Session;
  });
  const group = { log, sessions: () => members, membershipOf: () => ({ since: 0 }) } as unknown as Group;
  deliverSharedEntry(group, log.append(message));
  expect(written.map((text) => 'room' in JSON.parse(text))).toEqual([true, false, false]);
});
