// What was sent to a room before a client came: who may read it, and from which position.
import { defineChannels } from '@wirepact/core';
import type { Cursor } from '@wirepact/core/internal';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { LogOptions, RoomOptions } from '../options.js';
import { startNodes } from '../cluster/cluster.fixture.js';
import { createTestServer, settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({
  chat: { out: z.string() },
  topic: { out: z.string(), delivery: 'latest' },
});

type History = RoomOptions<typeof channels, undefined>['history'];

/** A room in which one, two and three were said, and a topic was set, before anybody else came. */
async function start(history?: History, logs: LogOptions = {}) {
  const server = createTestServer(channels, {
    logs,
    rooms: { authorize: () => true, ...(history && { history }) },
  });
  await server.connect();
  [...server.sockets.clients()][0]!.join('lobby');
  const lobby = server.sockets.room('lobby');
  for (const text of ['one', 'two', 'three']) lobby.send('chat', text);
  lobby.send('topic', 'tea');
  server.clock.advance(1);
  await settle();
  server.errors.length = 0;
  const client = await server.connect();
  const join = async (from?: Cursor, who = client) => {
    who.say({ path: '$join', data: { room: 'lobby', ...(from && { from }) }, id: 1 });
    await settle();
    return summaryOf(who);
  };
  const [first] = await lobby.history();
  return { server, lobby, client, join, epoch: first!.position[0] };
}

/** What it was sent: of messages the data, of the protocol's own frames what they say. */
function summaryOf(client: TestClient): unknown[] {
  return client.takeAll().map(({ path, data }) => {
    if (!path.startsWith('$')) return data;
    const { from, count, at, why } = data as Record<string, unknown>;
    return path === '$join' ? '$join' : [path, why, from, count, at].filter((part) => part !== undefined);
  });
}

const nothing = ['$join', ['$stream', 3, 0], ['$live', 3]];
const everything = ['$join', ['$stream', 0, 3], 'one', 'two', 'three', ['$live', 3], 'tea'];

describe('who joins', () => {
  it('reads nothing of what was said before, where the application says nothing', async () => {
    const { join, epoch } = await start();
    expect(await join([epoch, 0])).toEqual(nothing);
  });

  it.each<[string, NonNullable<History>]>([
    ['true', () => true],
    ['a promise of true', async () => true],
  ])('reads all of it by %s, and the latest values', async (_what, history) => {
    const { join } = await start(history);
    expect(await join()).toEqual(everything);
  });

  it.each<[string, NonNullable<History>, number]>([
    ['false', () => false, 0],
    ['a promise of false', async () => false, 0],
    ['what is no boolean', (() => 'yes') as never, 0],
    [
      'an error',
      () => {
        throw new Error('in history');
      },
      1,
    ],
    ['a rejection', () => Promise.reject(new Error('in history')), 1],
  ])('reads nothing of it by %s', async (_what, history, faults) => {
    const { server, lobby, client, join, epoch } = await start(history);
    expect(await join([epoch, 1])).toEqual(nothing);
    expect(server.errors).toHaveLength(faults);
    lobby.send('chat', 'four');
    expect(summaryOf(client)).toEqual(['four']);
  });

  it('goes on from where it stands, where the log is the same', async () => {
    const { join, epoch } = await start(() => true);
    expect(await join([epoch, 2])).toEqual(['$join', ['$stream', 2, 1], 'three', ['$live', 3], 'tea']);
  });

  it('begins with the log where it stood in another one', async () => {
    const { join } = await start(() => true);
    expect(await join(['another', 2])).toEqual(everything);
  });

  it('is told what the log no longer holds of what it missed', async () => {
    const { server, join, epoch } = await start(() => true, { maxAgeMs: 1_000 });
    server.clock.advance(3_000);
    expect(await join([epoch, 1])).toEqual([
      '$join',
      ['$gap', 'trimmed', [epoch, 1]],
      ['$stream', 2, 1],
      'three',
      ['$live', 3],
      'tea',
    ]);
  });

  it('reads what is said while that is being decided after what was said before', async () => {
    let decide = (_allowed: boolean): void => {};
    const { lobby, client, join } = await start(() => new Promise((resolve) => (decide = resolve)));
    expect(await join()).toEqual(['$join']);
    lobby.send('chat', 'four');
    lobby.send('topic', 'milk');
    expect(summaryOf(client)).toEqual([]);
    decide(true);
    await settle();
    const said = ['one', 'two', 'three', 'four'];
    expect(summaryOf(client)).toEqual([['$stream', 0, 4], ...said, ['$live', 4], 'milk']);
  });

  it('reads what is said while that is being decided, also when it is refused the rest', async () => {
    let decide = (_allowed: boolean): void => {};
    const { lobby, client, join } = await start(() => new Promise((resolve) => (decide = resolve)));
    await join();
    lobby.send('chat', 'four');
    lobby.send('topic', 'milk');
    decide(false);
    await settle();
    expect(summaryOf(client)).toEqual([['$stream', 3, 1], 'four', ['$live', 4], 'milk']);
  });

  it('reads nothing when it has left before that is decided', async () => {
    let decide = (_allowed: boolean): void => {};
    const { client, join } = await start(() => new Promise((resolve) => (decide = resolve)));
    await join();
    client.say({ path: '$leave', data: { room: 'lobby' } });
    decide(true);
    await settle();
    expect(summaryOf(client)).toEqual([]);
  });

  it('reads all of it by the connection that it has when that is decided', async () => {
    const decide: ((allowed: boolean) => void)[] = [];
    const { lobby, server, client, join } = await start(() => new Promise((resolve) => decide.push(resolve)));
    expect(await join()).toEqual(['$join']);
    client.cut();
    const back = await server.resume(client);
    lobby.send('chat', 'four');
    await settle();
    expect(back.takeData('chat')).toEqual([]);
    for (const allow of decide) allow(true);
    await settle();
    expect(back.takeData('chat')).toEqual(['one', 'two', 'three', 'four']);
  });

  it('is not let read by what was decided before it left and came again', async () => {
    const decide: ((allowed: boolean) => void)[] = [];
    const { client, join } = await start(() => new Promise((resolve) => decide.push(resolve)));
    await join();
    const [, before] = decide;
    client.say({ path: '$leave', data: { room: 'lobby' } });
    await join();
    before!(true);
    await settle();
    expect(client.takeData('chat')).toEqual([]);
    decide.at(-1)!(false);
    await settle();
    expect(client.takeData('chat')).toEqual([]);
  });

  it('may read it again later, and when it returns', async () => {
    const { server, client, join, epoch } = await start(() => true);
    await join();
    expect(await join([epoch, 1])).toEqual(['$join', ['$stream', 1, 2], 'two', 'three', ['$live', 3], 'tea']);
    client.cut();
    const back = await server.resume(client, { streams: { lobby: [epoch, 0] } });
    await settle();
    expect(back.takeData('chat')).toEqual(['one', 'two', 'three']);
  });
});

describe('who joins one of several processes', () => {
  /** A room in which something was said, and a client of the first process that may read that when it is decided. */
  async function startNewcomer() {
    const decide: ((allowed: boolean) => void)[] = [];
    const history = () => new Promise<boolean>((resolve) => decide.push(resolve));
    const started = await startNodes(channels, { rooms: { authorize: () => true, history } });
    const lobby = started.nodes[0].sockets.room('lobby');
    await lobby.publish('chat', 'one');
    await lobby.publish('chat', 'two');
    const [first] = await lobby.history();
    const client = await started.nodes[0].connect();
    client.say({ path: '$join', data: { room: 'lobby' }, id: 1 });
    await settle();
    const allow = async (): Promise<void> => {
      for (const allowIt of decide) allowIt(true);
      await settle();
    };
    return { ...started, client, allow, epoch: first!.position[0] };
  }

  it('may go on to read it where its process dies meanwhile', async () => {
    const { allow, brokers, client, clock, engine, epoch, nodes } = await startNewcomer();
    await allow();
    engine.kill(brokers[0]);
    const resuming = nodes[1].resume(client, { streams: { lobby: [epoch, 0] } });
    await settle();
    clock.advance(1_000);
    const back = await resuming;
    await settle();
    const frames = back.takeAll();
    expect(frames.filter(({ path }) => path === '$gap')).toEqual([]);
    expect(frames.flatMap(({ path, data }) => (path === 'chat' ? [data] : []))).toEqual(['one', 'two']);
  });

  it('reads it where it has gone on before that is decided', async () => {
    const { allow, client, nodes } = await startNewcomer();
    const back = await nodes[1].resume(client);
    await settle();
    expect(back.takeData('chat')).toEqual([]);
    await allow();
    expect(back.takeData('chat')).toEqual(['one', 'two']);
  });
});

describe('the history of a room', () => {
  it('is kept while nobody is in it, for who comes', async () => {
    const { server, join } = await start(() => true);
    [...server.sockets.clients()][0]!.leave('lobby');
    expect(server.sockets.stats().rooms).toBe(0);
    expect(await join()).toEqual(everything);
  });

  it('is kept while nobody is in it also where nothing was said but what is latest', async () => {
    const { server, client } = await start(() => true);
    const [first] = server.sockets.clients();
    first!.join('hall');
    server.sockets.room('hall').send('topic', 'milk');
    first!.leave('hall');
    client.say({ path: '$join', data: { room: 'hall' }, id: 1 });
    await settle();
    expect(summaryOf(client)).toEqual(['$join', ['$stream', 0, 0], ['$live', 0], 'milk']);
  });

  it('goes back no further than the log may, also where nobody was connected meanwhile', async () => {
    const { server, lobby, join } = await start(() => true, { maxAgeMs: 1_000 });
    for (const socket of server.sockets.clients()) socket.disconnect();
    server.clock.advance(999);
    expect(server.clock.pending).toBe(0);
    lobby.send('chat', 'four');
    server.clock.advance(600);
    expect((await lobby.history()).map(({ data }) => data)).toEqual(['four']);
    server.clock.advance(401);
    expect(await lobby.history()).toEqual([]);
    for (const text of ['five', 'six']) {
      lobby.send('chat', text);
      server.clock.advance(600);
    }
    const read = await join(undefined, await server.connect());
    expect(read).toEqual(['$join', ['$stream', 1, 1], 'six', ['$live', 2]]);
  });

  it('ends with its last member where nobody may read it', async () => {
    const { server, lobby, join } = await start();
    [...server.sockets.clients()][0]!.leave('lobby');
    expect(await lobby.history()).toEqual([]);
    expect(await join()).toEqual(['$join', ['$stream', 0, 0], ['$live', 0]]);
  });

  it('is what the server reads, with where and when it was said', async () => {
    const { server, lobby, epoch } = await start();
    server.clock.advance(9);
    lobby.send('chat', 'four');
    const messages = await lobby.history();
    expect(messages.map(({ data }) => data)).toEqual(['one', 'two', 'three', 'four']);
    expect(messages.at(-1)).toEqual({ path: 'chat', data: 'four', position: [epoch, 4], sentAt: 10 });
  });

  it('is what was said, in whatever dialect the server speaks', async () => {
    const server = createTestServer(channels, {
      dialect: 'event-payload',
      rooms: { authorize: () => true, history: () => true },
    });
    const lobby = server.sockets.room('lobby');
    lobby.send('chat', 'one');
    expect(await lobby.history()).toMatchObject([{ path: 'chat', data: 'one' }]);
  });

  it('is read by its end, or after a position', async () => {
    const { lobby, epoch } = await start();
    const read = async (...options: Parameters<typeof lobby.history>) =>
      (await lobby.history(...options)).map(({ data }) => data);
    expect(await read({ limit: 2 })).toEqual(['two', 'three']);
    expect(await read({ after: [epoch, 1] })).toEqual(['two', 'three']);
    expect(await read({ after: [epoch, 0], limit: 2 })).toEqual(['one', 'two']);
    expect(await read({ after: ['another', 2], limit: 2 })).toEqual(['two', 'three']);
    expect(await read({ after: [epoch, 9] })).toEqual([]);
    expect(await read({ limit: 0 })).toEqual([]);
    expect(await read({ limit: Infinity })).toEqual(['one', 'two', 'three']);
    expect(await read({ after: [epoch, 1], limit: Infinity })).toEqual(['two', 'three']);
  });

  it.each([NaN, -1, 1.5, -Infinity])('is not read by the limit %d', async (limit) => {
    const { lobby } = await start();
    await expect(lobby.history({ limit })).rejects.toThrow(TypeError);
  });
});
