// Members that read too slowly: they cost a position and no bytes, and are fed from the log once there is room.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { LogOptions } from '../options.js';
import { createTestServer, settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({
  chat: { out: z.string() },
  typing: { out: z.string(), delivery: 'volatile' },
  count: { in: z.void(), stream: z.string() },
  idle: { in: z.void(), stream: z.string() },
  slow: { in: z.void(), reply: z.string() },
  ask: { out: z.string(), answer: z.void() },
});

const [resumeBytes, softBytes] = [2_000, 8_000];
/** Each is a quarter of what may wait before more is held back. */
const long = (n: number): string => `${n}`.padEnd(500, '.');
const numbers = (client: TestClient): number[] =>
  client.takeData('chat').map((text) => parseInt(String(text)));

async function start(logs: LogOptions = {}, connect: 'connect' | 'connectPlain' = 'connect') {
  const answers: (() => void)[] = [];
  const server = createTestServer(channels, {
    logs,
    backpressure: { resumeBytes, softBytes },
    routes: {
      async *count() {
        await Promise.resolve();
        for (let n = 1; ; n += 1) yield long(n);
      },
      async *idle() {
        yield await new Promise<string>(() => undefined);
      },
      slow: () => new Promise((resolve) => answers.push(() => resolve(long(answers.length)))),
    },
  });
  const client = await server[connect]();
  const { transport } = client;
  const lobby = server.sockets.room('lobby');
  [...server.sockets.clients()][0]!.join('lobby');
  client.takeAll();
  let n = 0;
  const say = (times: number): void => {
    for (let time = 0; time < times; time += 1) lobby.send('chat', long((n += 1)));
  };
  const answerAll = (): void => answers.forEach((answer) => answer());
  return { server, client, transport, lobby, say, answerAll, stats: () => server.sockets.stats() };
}

describe('a client that lags in a log which is never done', () => {
  /** Whatever it takes, as much again is said in the room. How many frames it got by each path. */
  async function takeTurns(client: TestClient, say: (times: number) => void, turns: number, drains = [1, 0]) {
    const counts: Record<string, number> = {};
    const { transport } = client;
    const [atOnce = 1, later = 0] = drains;
    for (let turn = 0; turn < turns; turn += 1) {
      say(8);
      transport.drain(0);
      // what was sent in pieces may be taken in pieces
      for (let drain = 1; drain < atOnce; drain += 1) transport.drain(transport.bufferedBytes);
      await settle();
      for (let drain = 0; drain < later; drain += 1) transport.drain(transport.bufferedBytes);
      await settle();
      for (const { path, n } of client.takeAll()) {
        counts[path] = (counts[path] ?? 0) + 1;
        if (path === 'count') client.say({ path: '$more', data: { id: 1, n: n! + 16 } });
      }
    }
    return counts;
  }

  it.each([
    [1, 0],
    [2, 0],
    [3, 0],
    [1, 1],
    [2, 2],
  ])(
    'is sent a stream as well, and the stream holds up no log (%i at once, %i once the room is full)',
    async (...drains) => {
      const { client, transport, say } = await start();
      transport.isHolding = true;
      client.say({ path: 'count', id: 1 });
      transport.bufferedBytes = softBytes;
      say(8);
      const counts = await takeTurns(client, say, 40, drains);
      expect(counts['count']).toBeGreaterThan(40);
      expect(counts['chat']).toBeGreaterThan(40);
    },
  );

  it('is read to where a stream that waits has nothing to send', async () => {
    const { client, transport, say } = await start();
    transport.isHolding = true;
    transport.bufferedBytes = softBytes;
    say(1);
    client.say({ path: 'idle', id: 1 });
    await settle();
    transport.drain(0);
    await settle();
    expect(numbers(client)).toEqual([1]);
  });

  it('is sent the answers that it missed as well, and is asked again', async () => {
    const { server, client, say, answerAll } = await start();
    for (const id of [1, 2, 3, 4, 5, 6]) client.say({ path: 'slow', id });
    const [socket] = server.sockets.clients();
    for (let n = 1; n <= 6; n += 1) socket!.request('ask', long(n)).catch(() => undefined);
    client.cut();
    answerAll();
    say(8);
    await settle();
    const back = await server.connectSilent();
    back.transport.isHolding = true;
    const { session, token } = client.welcome;
    const open = Object.fromEntries([1, 2, 3, 4, 5, 6].map((id) => [id, 0]));
    back.say({ path: '$hello', data: { session, token, streams: Object.fromEntries(client.cursors), open } });
    const counts = await takeTurns(back, say, 20);
    expect(counts).toMatchObject({ slow: 6, ask: 6 });
    await server.sockets.close();
  });
});

describe('a member for whom too much waits', () => {
  it('is read to from one log, though another one is never done', async () => {
    const { server, client, transport, say } = await start();
    const [socket] = server.sockets.clients();
    transport.isHolding = true;
    transport.bufferedBytes = softBytes;
    say(1);
    socket!.send('chat', 'for you alone');
    const got: unknown[] = [];
    for (let drain = 0; drain < 2; drain += 1) {
      // as much again as was taken
      say(8);
      transport.drain(0);
      got.push(...client.takeData('chat'));
    }
    expect(got).toContain('for you alone');
  });

  it('costs no more bytes, and is read to in small helpings when it has taken what waited', async () => {
    const { client, transport, say, stats } = await start();
    transport.isHolding = true;
    transport.bufferedBytes = softBytes;
    say(20);
    expect([client.takeAll(), transport.bufferedBytes, stats().lagged]).toEqual([[], softBytes, 1]);
    transport.drain(resumeBytes);
    expect(numbers(client)).toEqual([]);
    transport.drain(resumeBytes - 1);
    expect(numbers(client)).toEqual([1]);
    transport.drain(0);
    expect(numbers(client)).toEqual([2, 3, 4, 5]);
    for (let n = 0; n < 4; n += 1) transport.drain(0);
    // it has caught up, and is sent what comes
    say(1);
    expect(numbers(client)).toEqual(Array.from({ length: 16 }, (_, index) => index + 6));
    expect(stats()).toMatchObject({ lagged: 1, gaps: 0, slowClosed: 0, dropped: { gone: 0 } });
  });

  it('gets everything once and in order, whenever the network takes how much', async () => {
    const { client, transport, say } = await start();
    transport.isHolding = true;
    for (let turn = 0; turn < 60; turn += 1) {
      say(3);
      transport.drain(Math.max(0, transport.bufferedBytes - (turn % 5) * 700));
    }
    for (let turn = 0; turn < 60; turn += 1) transport.drain(0);
    expect(numbers(client)).toEqual(Array.from({ length: 180 }, (_, index) => index + 1));
    expect(client.cursors.get('lobby')?.[1]).toBe(180);
  });

  it('holds up nobody else', async () => {
    const { server, transport, say } = await start();
    const other = await server.connect();
    [...server.sockets.clients()][1]!.join('lobby');
    transport.bufferedBytes = softBytes;
    say(3);
    expect(numbers(other)).toEqual([1, 2, 3]);
  });

  it('lags in one room, and then in another', async () => {
    const { server, client, transport, say, stats } = await start();
    [...server.sockets.clients()][0]!.join('hall');
    client.takeAll();
    transport.bufferedBytes = softBytes;
    say(2);
    server.sockets.room('hall').send('chat', '3');
    server.sockets.room('hall').send('chat', '4');
    expect(stats().lagged).toBe(2);
    transport.drain(0);
    expect(numbers(client)).toEqual([1, 2, 3, 4]);
  });

  it('is read its own messages in the same way, and never more waits than the soft bound and a frame', async () => {
    const { server, client, transport, stats } = await start();
    const [socket] = server.sockets.clients();
    transport.isHolding = true;
    for (let n = 1; n <= 1_000; n += 1) socket!.send('chat', long(n));
    const frameBytes = Buffer.byteLength(transport.sent[0]!);
    expect(transport.bufferedBytes).toBeLessThan(softBytes + frameBytes);
    for (let turn = 0; turn < 1_000; turn += 1) transport.drain(0);
    expect(numbers(client)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
    expect(stats()).toMatchObject({ lagged: 1, gaps: 0, slowClosed: 0 });
  });

  it('is answered all the same, up to the hard bound, and goes on where it stood when it is back', async () => {
    const { server, client, transport } = await start();
    const [socket] = server.sockets.clients();
    transport.bufferedBytes = softBytes;
    socket!.send('chat', '1');
    expect(await client.ask({ path: '$join', data: { room: '' }, id: 1 })).toMatchObject([{ id: 1 }]);
    transport.bufferedBytes = 1_048_576;
    await client.ask({ path: '$join', data: { room: '' }, id: 2 });
    expect(transport.closedWith?.code).toBe(4508);
    expect(numbers(await server.resume(client))).toEqual([1]);
    expect(server.sockets.stats()).toMatchObject({ slowClosed: 1, suspensions: 1 });
  });

  it('and returns goes on where it stood', async () => {
    const { server, client, transport, say } = await start();
    say(1);
    transport.bufferedBytes = softBytes;
    say(2);
    expect(numbers(client)).toEqual([1]);
    client.cut();
    say(1);
    expect(numbers(await server.resume(client))).toEqual([2, 3, 4]);
  });

  it('and leaves the room hears of what it does not get when it was removed, and of no more', async () => {
    const { server, client, transport, say } = await start();
    transport.bufferedBytes = softBytes;
    say(2);
    const [socket] = server.sockets.clients();
    const [epoch] = client.cursors.get('lobby')!;
    socket!.leave('lobby');
    transport.drain(0);
    expect(client.takeAll()).toEqual([
      { path: '$gap', data: { room: 'lobby', why: 'denied', from: [epoch, 0] } },
      { path: '$leave', data: { room: 'lobby', why: 'removed' } },
    ]);
  });
});

describe('a log that moved on without a member', () => {
  it('is told as a gap before the next entry, and the member stands behind it', async () => {
    const { client, transport, say, stats } = await start({ maxBytes: 1_500 });
    transport.bufferedBytes = softBytes;
    say(10);
    const [epoch] = client.cursors.get('lobby')!;
    transport.drain(0);
    const frames = client.takeAll();
    expect(frames.map(({ path, after, at }) => [path, after, at])).toEqual([
      ['$gap', undefined, undefined],
      ['chat', 8, 9],
      ['chat', 9, 10],
    ]);
    expect(frames[0]!.data).toEqual({ room: 'lobby', why: 'lagged', from: [epoch, 0], to: [epoch, 8] });
    expect(stats()).toMatchObject({ gaps: 1, lagged: 1 });
  });

  it('closes a plain client with 4508, which cannot be told', async () => {
    const { transport, client, say, stats } = await start({ maxBytes: 1_500 }, 'connectPlain');
    transport.bufferedBytes = softBytes;
    say(10);
    transport.drain(0);
    await settle();
    expect([transport.closedWith?.code, client.takeAll()]).toEqual([4508, []]);
    expect(stats()).toMatchObject({ slowClosed: 1, gaps: 0, clients: 0 });
  });
});

it('a plain member that lags is read to from the log, and sees nothing of it', async () => {
  const { client, transport, say } = await start({}, 'connectPlain');
  transport.bufferedBytes = softBytes;
  say(3);
  expect(client.takeAll()).toEqual([]);
  transport.drain(0);
  expect(client.takeAll()).toEqual([1, 2, 3].map((n) => ({ path: 'chat', data: long(n) })));
});
