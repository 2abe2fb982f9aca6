// A program of Finch's guide, written for Wirepact and used by a page without any library; then what goes wrong there and
// must not here. Real sockets.
import { once } from 'node:events';
import { get, request, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { defineChannels, SocketError } from '@wirepact/core';
import { createManualClock } from '@wirepact/core/testing';
import { SocketManager, type SocketManagerOptions } from '@wirepact/server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { PlainPage, refusalOf } from './plain-page.js';

const channels = defineChannels({
  time: { in: z.void() },
  output: { out: z.string() },
  connected: { out: z.object({ message: z.string() }) },
  test: { in: z.void(), out: z.array(z.record(z.string(), z.unknown())) },
  fail: { in: z.string() },
});

type Options = SocketManagerOptions<typeof channels, unknown>;

async function listen(options: Options = {}) {
  const sockets = new SocketManager(channels, options);
  const listening = await sockets.listen({ port: 0, path: '/ws' });
  onTestFinished(async () => {
    await sockets.close();
    expect(sockets.stats()).toMatchObject({ clients: 0, users: 0, rooms: 0 });
  });
  return { sockets, ...listening };
}

/** The guide's program. */
async function listenToGuide(onMessage = vi.fn()) {
  const { sockets, ...listening } = await listen({
    event: {
      onConnect(socket) {
        sockets.sendToAll('output', `New user connected! count: ${sockets.countClients}`);
        socket.send('connected', { message: 'Connected.' });
      },
      onMessage,
      onDisconnect() {
        sockets.sendToAll('output', `User disconnected! count: ${sockets.countClients - 1}`);
      },
    },
    routes: {
      time: (socket) => socket.send('output', '12:00'),
      test: (socket) => [{ agent: socket.handshake.headers['user-agent'] }],
    },
  });
  return { sockets, onMessage, ...listening };
}

describe('what Finch’s users know', () => {
  it('greets, counts and says goodbye', async () => {
    const { url } = await listenToGuide();
    await using ann = await PlainPage.open(url);
    expect(await ann.say()).toEqual([
      { path: 'output', data: 'New user connected! count: 1' },
      { path: 'connected', data: { message: 'Connected.' } },
    ]);
    const bob = await PlainPage.open(url);
    expect(await ann.say()).toEqual([{ path: 'output', data: 'New user connected! count: 2' }]);
    await bob[Symbol.asyncDispose]();
    let heard: unknown[] = [];
    while (heard.length === 0) heard = await ann.say();
    expect(heard).toEqual([{ path: 'output', data: 'User disconnected! count: 1' }]);
  });

  it.each([
    ['{}', { path: 'time', data: {} }],
    ['null', { path: 'time', data: null }],
    ['nothing', { path: 'time' }],
    ['keys that nobody knows', { path: 'time', data: {}, status: 200, timestamp: 1, language: 'en' }],
  ])('takes %s for the data of a channel without data', async (_what, frame) => {
    const { url } = await listenToGuide();
    await using page = await PlainPage.open(url);
    await page.say();
    expect(await page.say(frame)).toEqual([{ path: 'output', data: '12:00' }]);
  });

  it('sends what a route returns to the caller, on the same path', async () => {
    const { url } = await listenToGuide();
    await using page = await PlainPage.open(url, { headers: { 'user-agent': 'finch' } });
    await page.say();
    expect(await page.say({ path: 'test' })).toEqual([{ path: 'test', data: [{ agent: 'finch' }] }]);
  });

  it('gives a message to its route instead of the root handler, which gets the rest', async () => {
    const { url, onMessage, sockets } = await listenToGuide();
    await using page = await PlainPage.open(url);
    await page.say({ path: 'time' }, { path: 'anything', data: 1 });
    expect(onMessage).toHaveBeenCalledExactlyOnceWith(expect.anything(), { path: 'anything', data: 1 });

    const remove = sockets.addRoute('fail', () => undefined);
    await page.say({ path: 'fail', data: 'x' });
    expect(onMessage).toHaveBeenCalledOnce();
    remove();
    await page.say({ path: 'fail', data: 'x' });
    expect(onMessage).toHaveBeenCalledTimes(2);
  });

  it('sends to all, to all but one, and to every socket of a user', async () => {
    const { url, sockets } = await listen({
      authenticate: ({ url }) => new URL(url, 'http://host').searchParams.get('user'),
      userId: String,
    });
    await using phone = await PlainPage.open(`${url}?user=ann`);
    await using laptop = await PlainPage.open(`${url}?user=ann`);
    await using bob = await PlainPage.open(`${url}?user=bob`);
    expect([sockets.countClients, sockets.countUsers]).toEqual([3, 2]);

    const [first] = sockets.clients();
    sockets.sendToAll('output', 'all');
    sockets.sendToAllExcept(first!, 'output', 'others');
    sockets.user('ann').send('output', 'ann');
    const texts = async (page: PlainPage) =>
      (await page.say()).map((frame) => (frame as { data: string }).data);
    expect(await texts(phone)).toEqual(['all', 'ann']);
    expect(await texts(laptop)).toEqual(['all', 'others', 'ann']);
    expect(await texts(bob)).toEqual(['all', 'others']);
  });

  it('tells an ordinary request that this is a WebSocket', async () => {
    const { port } = await listenToGuide();
    const [response] = (await once(get(`http://localhost:${port}/ws`), 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(426);
    expect(response.headers.upgrade).toBe('websocket');
    response.resume();
    await once(response, 'end');
  });
});

/** An async handler, as the type of its caller sees it. */
const rejectLater = (text: string) => () => Promise.reject(new Error(text)) as unknown as void;

describe('what goes wrong in Finch', () => {
  it('makes ids that nobody can guess, whatever key the handshakes carry', async () => {
    const { port, sockets } = await listen();
    const key = 'AAAAAAAAAAAAAAAAAAAAAA==';
    for (let i = 0; i < 2; i++) {
      const [, socket] = (await once(
        request(`http://localhost:${port}/ws`, {
          headers: {
            connection: 'Upgrade',
            upgrade: 'websocket',
            'sec-websocket-version': '13',
            'sec-websocket-key': key,
          },
        }).end(),
        'upgrade',
      )) as [IncomingMessage, Duplex];
      onTestFinished(() => void socket.destroy());
    }
    const ids = [...sockets.clients()].map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^s_[\w-]{22}$/);
  });

  it('tells onDisconnect when the server closes', async () => {
    const onDisconnect = vi.fn();
    const { url, sockets } = await listen({ event: { onDisconnect }, userId: () => 'ann' });
    await using one = await PlainPage.open(url);
    await using two = await PlainPage.open(url);
    const [first] = sockets.clients();

    first!.disconnect('enough', 4000);
    expect(onDisconnect).toHaveBeenCalledExactlyOnceWith(first, { code: 4000, reason: 'enough' });
    expect(await one.closed()).toBe(4000);
    sockets.user('ann').disconnect();
    expect(onDisconnect).toHaveBeenCalledTimes(2);
    await two.closed();
    expect(sockets.countClients).toBe(0);
  });

  it('breaks nothing when handlers throw, at once or later', async () => {
    const onError = vi.fn();
    const { url, sockets } = await listen({
      onError,
      event: {
        onConnect: () => {
          throw new Error('in onConnect');
        },
        onMessage: rejectLater('in onMessage'),
        onDisconnect: rejectLater('in onDisconnect'),
      },
      routes: {
        time: () => {
          throw new Error('secret');
        },
        fail: (_socket, code) => {
          if (code === 'forbidden') throw new SocketError(code);
          return rejectLater('secret')();
        },
      },
    });
    await using page = await PlainPage.open(url);
    const answers = await page.say(
      { path: 'time' },
      { path: 'fail', data: 'x' },
      { path: 'fail', data: 'forbidden' },
      { path: 'else' },
    );
    expect(answers).toHaveLength(4);
    expect(answers.map((frame) => (frame as { data: { code: string } }).data.code).sort()).toEqual([
      'forbidden',
      'internal',
      'internal',
      'internal',
    ]);
    expect(JSON.stringify(answers)).not.toContain('secret');

    const [socket] = sockets.clients();
    socket!.disconnect();
    await page.closed();
    const reported = onError.mock.calls.map(([error]) => (error as Error).message);
    expect(reported.sort()).toEqual(['in onConnect', 'in onDisconnect', 'in onMessage', 'secret', 'secret']);
    expect(sockets.countClients).toBe(0);
  });

  it.each([
    ['a bare string', 'hello'],
    ['a number', '5'],
    ['a list', '[{"path":"time"}]'],
    ['no path', '{"data":{}}'],
    ['bytes', Buffer.from('{"path":"time"}')],
  ])('answers malformed input and goes on: %s', async (_what, text) => {
    const onMessage = vi.fn();
    const { url } = await listenToGuide(onMessage);
    await using page = await PlainPage.open(url);
    await page.say();
    expect(await page.say(text, { path: 'time', data: {} })).toEqual([
      { path: '$error', data: { code: 'bad_frame', message: expect.stringMatching(/^\[bad_frame\] /) } },
      { path: 'output', data: '12:00' },
    ]);
    expect(onMessage).not.toHaveBeenCalled();
  });

  it('refuses pages of a foreign origin, before anybody hears of them', async () => {
    const { url, port, sockets } = await listenToGuide();
    expect(await refusalOf(url, { origin: 'https://elsewhere.example' })).toBe(403);
    expect(await refusalOf(url, { origin: `http://localhost:${port}.elsewhere.example` })).toBe(403);
    expect(sockets.stats()).toMatchObject({ connected: 0 });
    expect(await refusalOf(url, { origin: `http://localhost:${port}` })).toBeUndefined();
  });

  it('notices a line that is dead', async () => {
    const clock = createManualClock();
    const onDisconnect = vi.fn();
    const { url, sockets } = await listen({ clock, event: { onDisconnect } });
    await using silent = await PlainPage.open(url, { autoPong: false });
    await using alive = await PlainPage.open(url);
    const [first, second] = sockets.clients();

    const pinged = [silent, alive].map(({ socket }) => once(socket, 'ping'));
    for (let passedMs = 0; passedMs < 26_000; passedMs += 1_000) clock.advance(1_000);
    await Promise.all(pinged);
    await alive.say();
    for (let passedMs = 0; passedMs < 11_000; passedMs += 1_000) clock.advance(1_000);
    expect(onDisconnect).toHaveBeenCalledExactlyOnceWith(first, expect.objectContaining({ code: 1006 }));
    expect(await silent.closed()).toBe(1006);
    expect(second!.connected).toBe(true);
  });

  it('bounds what a client may send', async () => {
    const { url } = await listen({
      limits: { maxMessageBytes: 2_000, maxJsonDepth: 4, maxJsonKeys: 20 },
      routes: { fail: () => undefined },
    });
    await using page = await PlainPage.open(url);
    const refused = await page.say(
      { path: 'time', data: [[[[[[]]]]]] },
      { path: 'time', data: Array.from({ length: 21 }, () => 0) },
    );
    expect(refused).toMatchObject([{ data: { code: 'bad_frame' } }, { data: { code: 'bad_frame' } }]);
    page.socket.send(JSON.stringify({ path: 'fail', data: 'x'.repeat(2_000) }));
    expect(await page.closed()).toBe(1009);
  });
});
