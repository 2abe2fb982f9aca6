// What Vania's pages rely on, and what goes wrong in Vania and must not here: real sockets, one test for each.
import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { defineChannels } from '@wirepact/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { z } from 'zod';
import { SocketManager, type SocketManagerOptions } from '../index.js';

const channels = defineChannels({
  message: { in: z.string(), out: z.string() },
  toLobby: { in: z.string() },
  add: { in: z.array(z.number()), reply: z.number() },
  count: { in: z.object({ to: z.number() }), stream: z.number() },
});

type Options = SocketManagerOptions<typeof channels, { readonly user: string }>;

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: Options = {}) {
  const sockets = new SocketManager(channels, { dialect: 'event-payload', ...options });
  const { url, port } = await sockets.listen({ port: 0, path: '/ws' });
  closing.push(async () => {
    await sockets.close();
    expect(sockets.stats()).toMatchObject({ clients: 0, users: 0, rooms: 0 });
  });
  return { sockets, url, port };
}

/** A page of Vania's: bare frames, and the greeting read. */
async function openPage(url: string, options: ClientOptions = {}) {
  const socket = new WebSocket(url, options);
  const heard: unknown[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())));
  closing.push(async () => {
    socket.terminate();
    if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
  });
  await once(socket, 'open');

  const settle = async (): Promise<void> => {
    // frames keep their order: all that was sent before a pong has arrived with it, and what had only begun by then
    // arrives before the second
    for (let turn = 0; turn < 2; turn += 1) {
      socket.ping();
      await once(socket, 'pong');
      await setImmediate();
    }
  };
  await settle();
  return {
    socket,
    greeting: heard.shift() as { payload: { session_id: string } },
    /** Sends, and gives what has come since the last call. */
    async say(...frames: readonly unknown[]): Promise<unknown[]> {
      for (const frame of frames)
        socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
      await settle();
      return heard.splice(0);
    },
  };
}

/** The status by which an upgrade was refused. */
async function refusalOf(url: string, options: ClientOptions = {}): Promise<number | undefined> {
  const socket = new WebSocket(url, options);
  socket.on('error', () => undefined);
  const status = await new Promise<number | undefined>((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('open', () => resolve(undefined));
  });
  socket.terminate();
  return status;
}

const openRooms: Options = { rooms: { authorize: () => true } };

describe('the frames of event-payload', () => {
  it('greets with a session id that nobody can guess', async () => {
    const { url, sockets } = await start();
    const { greeting } = await openPage(url);
    const other = await openPage(url);

    expect(greeting).toEqual({ event: 'connected', payload: { session_id: expect.any(String) } });
    expect(greeting.payload.session_id).toMatch(/^s_[\w-]{22}$/);
    expect(greeting.payload.session_id).not.toBe(other.greeting.payload.session_id);
    expect(sockets.client(greeting.payload.session_id)?.connected).toBe(true);
  });

  it('carries events both ways', async () => {
    const { url, sockets } = await start({
      routes: { message: (socket, text) => socket.broadcast('message', text.toUpperCase()) },
    });
    const [ann, bob] = [await openPage(url), await openPage(url)];

    expect(await ann.say({ event: 'message', payload: 'hi', sender: 'ann' })).toEqual([]);
    expect(await bob.say()).toEqual([{ event: 'message', payload: 'HI' }]);
    sockets.client(ann.greeting.payload.session_id)?.send('message', 'only you');
    expect(await ann.say()).toEqual([{ event: 'message', payload: 'only you' }]);
    expect(await bob.say()).toEqual([]);
  });

  it('answers ping by pong', async () => {
    const { url } = await start();
    const page = await openPage(url);
    expect(await page.say({ event: 'ping' })).toEqual([{ event: 'pong' }]);
  });

  it('tells what was wrong by the event "error", in words of its own', async () => {
    const { url } = await start({ routes: { message: () => undefined } });
    const page = await openPage(url);

    expect(await page.say({ event: 'message', payload: 5 }, { event: 'nope' })).toEqual([
      { event: 'error', payload: expect.objectContaining({ code: 'invalid_input', path: 'message' }) },
      { event: 'error', payload: expect.objectContaining({ code: 'unknown_path', path: 'nope' }) },
    ]);
  });

  it('answers who puts an id into a frame', async () => {
    const { url } = await start({
      routes: {
        add: (_socket, numbers) => numbers.reduce((sum, number) => sum + number, 0),
        count: async function* (_socket, { to }) {
          for (let i = 1; i <= to; i++) yield i;
        },
      },
    });
    const page = await openPage(url);

    expect(await page.say({ event: 'add', payload: [1, 2], id: 7 })).toEqual([
      { event: 'add', payload: 3, id: 7 },
    ]);
    page.socket.send(JSON.stringify({ event: 'count', payload: { to: 2 }, id: 8 }));
    const items: unknown[] = [];
    while (items.length < 3) items.push(...(await page.say()));
    expect(items).toEqual([
      { event: 'count', payload: 1, id: 8, more: true },
      { event: 'count', payload: 2, id: 8, more: true },
      { event: 'count', id: 8, end: true },
    ]);
  });

  it.each([
    ['joinRoom with a room', { event: 'joinRoom', room: 'lobby' }, { event: 'leftRoom', room: 'lobby' }],
    [
      'join-room with a payload',
      { event: 'join-room', payload: { room: 'lobby' } },
      { event: 'leave-room', payload: { room: 'lobby' } },
    ],
    ['a room with a number', { event: 'joinRoom', room: 7 }, { event: 'leftRoom', room: 7 }],
  ])('joins and leaves by %s', async (_how, join, leave) => {
    const { url, sockets } = await start(openRooms);
    const page = await openPage(url);
    const [socket] = sockets.clients();

    expect(await page.say(join)).toEqual([]);
    const [room] = socket!.rooms;
    expect(room).toBe(String('room' in join ? join.room : join.payload.room));
    sockets.room(room!).send('message', 'inside');
    expect(await page.say()).toEqual([{ event: 'message', payload: 'inside', room }]);

    expect(await page.say(leave)).toEqual([]);
    expect(sockets.room(room!).size).toBe(0);
    sockets.room(room!).send('message', 'outside');
    expect(await page.say()).toEqual([]);
  });

  it('refuses a contract whose channels it would take for frames of its own', () => {
    for (const contract of [
      defineChannels({ ping: { in: z.void() } }),
      defineChannels({ 'join-room': { in: z.string() } }),
      defineChannels({ error: { out: z.string() } }),
    ]) {
      expect(() => new SocketManager(contract, { dialect: 'event-payload' })).toThrow(
        /means something in the dialect "event-payload"/,
      );
      expect(() => new SocketManager(contract)).not.toThrow();
    }
    expect(() => new SocketManager(channels, { dialect: 'morse' as never })).toThrow(/no dialect "morse"/);
  });
});

describe('what goes wrong in Vania', () => {
  it('guards joins: nobody is let in whom the server did not allow', async () => {
    const closed = await start();
    const outsider = await openPage(closed.url);
    expect(await outsider.say({ event: 'joinRoom', room: 'lobby' })).toEqual([
      { event: 'error', payload: expect.objectContaining({ code: 'denied', path: 'joinRoom' }) },
    ]);
    expect(closed.sockets.room('lobby').size).toBe(0);

    const guarded = await start({
      authenticate: ({ url }) => ({ user: new URL(url, 'http://host').searchParams.get('user') ?? '' }),
      rooms: { authorize: async ({ context }, room) => room === `private_${context.user}` },
    });
    const ann = await openPage(`${guarded.url}?user=ann`);
    const answers = await ann.say(
      { event: 'joinRoom', room: 'private_ann' },
      { event: 'joinRoom', room: 'private_bob' },
    );
    expect(answers).toEqual([{ event: 'error', payload: expect.objectContaining({ code: 'denied' }) }]);
    expect(guarded.sockets.room('private_ann').size).toBe(1);
    expect(guarded.sockets.room('private_bob').size).toBe(0);
  });

  it('delivers once to who joined twice, and one leave is enough', async () => {
    const { url, sockets } = await start(openRooms);
    const page = await openPage(url);
    await page.say({ event: 'joinRoom', room: 'lobby' }, { event: 'join-room', payload: { room: 'lobby' } });

    sockets.room('lobby').send('message', 'once');
    expect(await page.say()).toHaveLength(1);
    await page.say({ event: 'leftRoom', room: 'lobby' });
    expect(sockets.room('lobby').size).toBe(0);
  });

  it('takes a client that is gone out of every room', async () => {
    const disconnected = vi.fn();
    const { url, sockets } = await start({ ...openRooms, event: { onDisconnect: disconnected } });
    const page = await openPage(url);
    await page.say(...['a', 'b', 'c'].map((room) => ({ event: 'joinRoom', room })));
    expect(sockets.stats().rooms).toBe(3);

    const gone = new Promise((resolve) => disconnected.mockImplementation(resolve));
    page.socket.terminate();
    await gone;
    expect(disconnected).toHaveBeenCalledOnce();
    expect(sockets.stats()).toMatchObject({ clients: 0, rooms: 0 });
  });

  it('upgrades no unknown URL', async () => {
    const { sockets, port } = await start();
    expect(await refusalOf(`ws://localhost:${port}/nope`)).toBe(404);
    expect(await refusalOf(`ws://localhost:${port}/ws/`)).toBe(404);
    expect(sockets.countClients).toBe(0);
  });

  it('sends nothing to a socket that was refused, nor counts it', async () => {
    const connected = vi.fn();
    const { url, sockets } = await start({
      authenticate: ({ headers }) => {
        if (headers.authorization === undefined) throw new Error('who is it?');
        return { user: 'ann' };
      },
      event: { onConnect: connected },
    });
    const stranger = new WebSocket(url);
    const heard = vi.fn();
    stranger.on('message', heard).on('error', () => undefined);
    const gone = new Promise((resolve) => stranger.on('close', resolve));
    const ann = await openPage(url, { headers: { authorization: 'yes' } });
    sockets.sendToAll('message', 'for members');

    await gone;
    expect(heard).not.toHaveBeenCalled();
    expect(connected).toHaveBeenCalledOnce();
    expect(sockets.countClients).toBe(1);
    expect(await ann.say()).toEqual([{ event: 'message', payload: 'for members' }]);
  });

  it.each(['disconnect', 'connect', 'connected', 'error', 'pong', 'onDisconnect', 'constructor'])(
    'lets no client start the lifecycle by an event "%s"',
    async (event) => {
      const [onConnect, onDisconnect] = [vi.fn(), vi.fn()];
      const { url, sockets } = await start({ event: { onConnect, onDisconnect } });
      const page = await openPage(url);

      expect(await page.say({ event, payload: {} })).toEqual([
        { event: 'error', payload: expect.objectContaining({ code: 'unknown_path', path: event }) },
      ]);
      expect(onConnect).toHaveBeenCalledOnce();
      expect(onDisconnect).not.toHaveBeenCalled();
      expect(sockets.countClients).toBe(1);
    },
  );

  it('hands such events to the root onMessage like any other', async () => {
    const onMessage = vi.fn();
    const { url } = await start({ event: { onMessage } });
    const page = await openPage(url);
    await page.say({ event: 'disconnect', payload: 1 });
    expect(onMessage).toHaveBeenCalledExactlyOnceWith(expect.anything(), { path: 'disconnect', data: 1 });
  });

  it.each([
    ['no JSON', 'hello'],
    ['half of a JSON', '{"event":'],
    ['no object', '[]'],
    ['null', 'null'],
    ['no event', '{"payload":1}'],
    ['an event that is no string', '{"event":{}}'],
    ['a path of the protocol’s own', '{"event":"$join","payload":{"room":"lobby"}}'],
    ['an id that is none', '{"event":"message","payload":"x","id":[]}'],
    ['a forbidden key', '{"event":"message","payload":{"__proto__":{"admin":true}}}'],
    ['too deep', `{"event":"message","payload":${'['.repeat(500)}${']'.repeat(500)}}`],
    ['binary', Buffer.from([1, 2, 3])],
  ])('answers a malformed frame and goes on: %s', async (_what, frame) => {
    const { url } = await start({ ...openRooms, routes: { message: (_socket, text) => text } });
    const page = await openPage(url);
    expect(await page.say(frame, { event: 'message', payload: 'still here' })).toEqual([
      { event: 'error', payload: expect.objectContaining({ code: 'bad_frame' }) },
      { event: 'message', payload: 'still here' },
    ]);
  });

  it('survives bytes that are no WebSocket frame', async () => {
    const { url, port, sockets } = await start({ routes: { message: (_socket, text) => text } });
    const page = await openPage(url);
    const tcp = connectTcp(port, 'localhost').on('error', () => undefined);
    tcp.write(
      'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await once(tcp, 'data');
    tcp.resume().write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    await once(tcp, 'close');

    expect(await page.say({ event: 'message', payload: 'alive' })).toHaveLength(1);
    expect(sockets.countClients).toBe(1);
  });

  it('matches the names of rooms exactly', async () => {
    const { url, sockets } = await start(openRooms);
    const [open, secret] = [await openPage(url), await openPage(url)];
    await open.say({ event: 'joinRoom', room: 'lobby' });
    await secret.say({ event: 'joinRoom', room: 'private_lobby' });

    sockets.room('lobby').send('message', 'for the lobby');
    sockets.room('private_lobby').send('message', 'for few');
    expect(await open.say()).toEqual([{ event: 'message', payload: 'for the lobby', room: 'lobby' }]);
    expect(await secret.say()).toEqual([{ event: 'message', payload: 'for few', room: 'private_lobby' }]);
  });

  it('knows several sockets of one user', async () => {
    const { url, sockets } = await start({
      authenticate: () => ({ user: 'ann' }),
      userId: ({ user }) => user,
    });
    const [phone, laptop] = [await openPage(url), await openPage(url)];
    expect([sockets.countClients, sockets.countUsers]).toEqual([2, 1]);
    sockets.user('ann').send('message', 'both');
    expect([await phone.say(), await laptop.say()].flat()).toHaveLength(2);

    phone.socket.close();
    while (sockets.countClients > 1) await setImmediate();
    expect(sockets.countUsers).toBe(1);
    sockets.user('ann').send('message', 'one');
    expect(await laptop.say()).toEqual([{ event: 'message', payload: 'one' }]);
  });

  it('bounds the rooms of one client and the size of a message', async () => {
    const { url, sockets } = await start({ ...openRooms, limits: { maxRooms: 2, maxMessageBytes: 1_000 } });
    const page = await openPage(url);
    const answers = await page.say(...['a', 'b', 'c'].map((room) => ({ event: 'joinRoom', room })));
    expect(answers).toEqual([
      { event: 'error', payload: expect.objectContaining({ code: 'rate_limited', path: 'joinRoom' }) },
    ]);
    expect(sockets.stats().rooms).toBe(2);

    page.socket.send(JSON.stringify({ event: 'message', payload: 'x'.repeat(1_000) }));
    expect((await once(page.socket, 'close'))[0]).toBe(1009);
  });

  it('refuses pages of a foreign origin before the upgrade', async () => {
    const { url, port, sockets } = await start();
    expect(await refusalOf(url, { origin: 'https://elsewhere.example' })).toBe(403);
    expect(sockets.countClients).toBe(0);
    const page = await openPage(url, { origin: `http://localhost:${port}` });
    expect(page.greeting).toMatchObject({ event: 'connected' });
  });
});
