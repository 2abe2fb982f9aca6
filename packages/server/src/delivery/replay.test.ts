// What a client that returns, or asks again, is sent from the logs: in which order, from which position, and what it is told is
// missing.
import { defineChannels } from '@wirepact/core';
import type { Cursor } from '@wirepact/core/internal';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { LogOptions } from '../options.js';
import { createTestServer, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({ chat: { in: z.string(), out: z.string() } });

async function start(logs: LogOptions = {}) {
  const server = createTestServer(channels, { logs, limits: { joinsPerSecond: 1_000 } });
  const { sockets } = server;
  const client = await server.connect();
  const [socket] = sockets.clients();
  const say = (...texts: string[]): void => texts.forEach((text) => sockets.sendToAll('chat', text));
  const [epoch] = client.welcome.streams!['*']!;
  return { server, sockets, client, socket: socket!, say, epoch };
}

/** What it was sent about everyone's log. */
const ofEveryone = (client: TestClient) =>
  client.takeAll().filter(({ room, data }) => (room ?? (data as { room?: string }).room) === '*');
const gapsOf = (client: TestClient) => client.takeData('$gap');
const chat = (data: string, at: number, room?: string) => ({
  path: 'chat',
  data,
  ...(room !== undefined && { room }),
  at,
  after: at - 1,
});

describe('a client that returns', () => {
  it('is read its inbox first, then what was said to everyone, then its rooms in turn', async () => {
    const { server, sockets, client, socket, epoch } = await start();
    for (const room of ['hall', 'attic']) socket.join(room);
    client.takeAll();
    client.cut();
    sockets.room('attic').send('chat', 'attic');
    sockets.sendToAll('chat', 'all');
    sockets.room('hall').send('chat', 'hall');
    socket.send('chat', 'you');
    const header = (room: string, [epoch, from]: Cursor) => ({
      path: '$stream',
      data: { room, epoch, from, count: 1 },
    });
    const live = (room: string) => ({ path: '$live', data: { room, at: 1 } });
    const back = await server.resume(client);
    expect(back.takeAll()).toEqual([
      header('$inbox', [socket.id, 0]),
      chat('you', 1),
      live('$inbox'),
      header('*', [epoch, 0]),
      chat('all', 1, '*'),
      live('*'),
      ...['hall', 'attic'].flatMap((room) => [
        header(room, client.cursors.get(room)!),
        chat(room, 1, room),
        live(room),
      ]),
    ]);
  });

  it('goes on where it says it stands, and what comes then follows', async () => {
    const { server, client, say, epoch } = await start();
    say('one', 'two', 'three');
    client.cut();
    const back = await server.resume(client, { streams: { '*': [epoch, 2] } });
    say('four');
    expect(ofEveryone(back)).toEqual([
      { path: '$stream', data: { room: '*', epoch, from: 2, count: 1 } },
      chat('three', 3, '*'),
      { path: '$live', data: { room: '*', at: 3 } },
      chat('four', 4, '*'),
    ]);
  });

  it('is read all since it came where it does not say where it stands', async () => {
    const { server, sockets, client, say } = await start();
    const late = await server.connect();
    say('one', 'two');
    late.cut();
    const back = await server.resume(late, { streams: {} });
    expect(back.takeData('chat')).toEqual(['one', 'two']);
    expect(sockets.stats().gaps).toBe(0);
    expect(client.takeData('chat')).toEqual(['one', 'two']);
  });

  it('gets the position only of what was not for it', async () => {
    const { server, sockets, client, socket, say } = await start();
    client.cut();
    say('one');
    sockets.sendToAllExcept(socket, 'chat', 'of others');
    say('three');
    const back = await server.resume(client);
    expect(ofEveryone(back).slice(1, -1)).toEqual([
      chat('one', 1, '*'),
      { path: '$skip', room: '*', at: 2, after: 1 },
      chat('three', 3, '*'),
    ]);
  });
});

describe('a client that is here', () => {
  it('gets the position only of what was not for it', async () => {
    const { sockets, client, socket } = await start();
    socket.join('a "room"');
    client.takeAll();
    sockets.room('a "room"').except(socket).send('chat', 'of others');
    socket.broadcast('chat', 'of others');
    expect(client.takeAll()).toEqual([
      { path: '$skip', room: 'a "room"', at: 1, after: 0 },
      { path: '$skip', room: '*', at: 1, after: 0 },
    ]);
  });
});

describe('what is missing', () => {
  it('was trimmed', async () => {
    const { server, sockets, client, say, epoch } = await start({ maxBytes: 1 });
    say('one', 'two');
    client.takeAll();
    client.cut();
    say('three', 'four', 'five');
    const back = await server.resume(client);
    const [gap, header, entry] = ofEveryone(back);
    expect(gap).toEqual({
      path: '$gap',
      data: { room: '*', why: 'trimmed', from: [epoch, 2], to: [epoch, 4] },
    });
    expect(header).toMatchObject({ data: { from: 4, count: 1 } });
    expect(entry).toMatchObject({ data: 'five' });
    expect(sockets.stats().gaps).toBe(1);
  });

  it('is too old', async () => {
    const { server, client, say, epoch } = await start({ maxAgeMs: 1_000 });
    client.cut();
    say('one', 'two');
    server.clock.advance(3_000);
    const back = await server.resume(client);
    expect(gapsOf(back)).toEqual([{ room: '*', why: 'trimmed', from: [epoch, 0], to: [epoch, 1] }]);
  });

  it('was given up from the inbox', async () => {
    const { server, client, socket } = await start({ maxBytes: 1 });
    client.cut();
    for (const text of ['one', 'two', 'three']) socket.send('chat', text);
    const back = await server.resume(client);
    const { id } = socket;
    expect(gapsOf(back)).toEqual([{ room: '$inbox', why: 'trimmed', from: [id, 0], to: [id, 2] }]);
  });

  it.each<[string, (epoch: string) => Cursor, string, string[]]>([
    ['of another log', () => ['another', 2], 'epoch', ['one', 'two', 'three']],
    ['beyond the end of the log', (epoch) => [epoch, 9], 'fork', ['one', 'two', 'three']],
  ])('is said of a position %s', async (_what, cursorOf, why, texts) => {
    const { server, client, say, epoch } = await start();
    say('one', 'two', 'three');
    client.cut();
    const from = cursorOf(epoch);
    const back = await server.resume(client, { streams: { '*': from } });
    const frames = ofEveryone(back);
    expect(frames[0]).toEqual({ path: '$gap', data: { room: '*', why, from, to: [epoch, 0] } });
    expect(frames.flatMap(({ path, data }) => (path === 'chat' ? [data] : []))).toEqual(texts);
  });

  it('is what was said before the client came', async () => {
    const { server, say, epoch } = await start();
    say('one', 'two');
    const late = await server.connect();
    say('three');
    late.cut();
    const back = await server.resume(late, { streams: { '*': [epoch, 0] } });
    const frames = ofEveryone(back);
    expect(frames[0]).toEqual({
      path: '$gap',
      data: { room: '*', why: 'denied', from: [epoch, 0], to: [epoch, 2] },
    });
    expect(frames.flatMap(({ path, data }) => (path === 'chat' ? [data] : []))).toEqual(['three']);
  });
});

describe('the inbox', () => {
  it('keeps what was not acknowledged', async () => {
    const { server, sockets, client, socket } = await start();
    for (const text of ['one', 'two', 'six']) socket.send('chat', text);
    const held = sockets.stats().logBytes;
    // an acknowledgement that is late takes nothing back
    for (const inbox of [2, 1]) client.say({ path: '$ack', data: { inbox } });
    expect(sockets.stats().logBytes).toBe(held / 3);
    client.cut();
    const back = await server.resume(client, { streams: {} });
    expect(back.takeAll().slice(0, 3)).toEqual([
      { path: '$stream', data: { room: '$inbox', epoch: socket.id, from: 2, count: 1 } },
      chat('six', 3),
      { path: '$live', data: { room: '$inbox', at: 3 } },
    ]);
  });

  it.each([undefined, null, 'x', { inbox: -1 }, { inbox: 9 }, { inbox: '2' }, { inbox: 1.5 }, { done: [] }])(
    'keeps all for the acknowledgement %j',
    async (data) => {
      const { server, client, socket } = await start();
      for (const text of ['one', 'two']) socket.send('chat', text);
      client.say({ path: '$ack', data });
      client.cut();
      const back = await server.resume(client, { streams: {} });
      expect(back.takeData('chat')).toEqual(['one', 'two']);
    },
  );

  it('goes with its session', async () => {
    const { sockets, client, socket } = await start();
    socket.send('chat', 'one');
    expect(sockets.stats().logBytes).toBeGreaterThan(0);
    client.transport.end(1000);
    expect(sockets.stats().logBytes).toBe(0);
  });

  it('holds what a handler was refused for good: word of a numbered event is not lost', async () => {
    const { server, client } = await start();
    client.say({ path: 'nope', data: 'x', seq: 1 });
    client.cut();
    const back = await server.resume(client);
    expect(back.takeAll()[1]).toMatchObject({
      path: '$error',
      data: { code: 'unknown_path', path: 'nope' },
      at: 1,
    });
  });
});

describe('a client that noticed a hole', () => {
  it.each(['*', '$inbox', 'lobby'])('is read %s again from where it stands', async (room) => {
    const { sockets, client, socket } = await start();
    socket.join('lobby');
    client.takeAll();
    for (const text of ['one', 'two', 'three']) {
      if (room === '*') sockets.sendToAll('chat', text);
      else if (room === '$inbox') socket.send('chat', text);
      else sockets.room('lobby').send('chat', text);
    }
    client.takeAll();
    const [epoch] = client.cursors.get(room)!;
    client.say({ path: '$join', data: { room, from: [epoch, 1] }, id: 1 });
    const label = room === '$inbox' ? undefined : room;
    expect(client.takeAll()).toEqual([
      { path: '$join', data: { room }, id: 1 },
      { path: '$stream', data: { room, epoch, from: 1, count: 2 } },
      chat('two', 2, label),
      chat('three', 3, label),
      { path: '$live', data: { room, at: 3 } },
    ]);
  });

  it('is read nothing of a room from before it was in', async () => {
    const { server, sockets, client, socket } = await start();
    await server.connect();
    [...sockets.clients()][1]!.join('lobby');
    sockets.room('lobby').send('chat', 'before');
    socket.join('lobby');
    sockets.room('lobby').send('chat', 'after');
    client.takeAll();
    const [epoch] = client.cursors.get('lobby')!;
    client.say({ path: '$join', data: { room: 'lobby', from: [epoch, 0] }, id: 1 });
    const frames = client.takeAll();
    expect(frames[1]).toEqual({
      path: '$gap',
      data: { room: 'lobby', why: 'denied', from: [epoch, 0], to: [epoch, 1] },
    });
    expect(frames.flatMap(({ path, data }) => (path === 'chat' ? [data] : []))).toEqual(['after']);
  });
});
