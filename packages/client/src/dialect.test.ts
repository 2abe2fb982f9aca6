// The typed client against servers that are not of its kind: an endpoint in another dialect, and servers written by hand as
// Vania's and Finch's behave. Real sockets; the client's time stands still.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { defineChannels, type SocketError } from '@wirepact/core';
import { createManualClock } from '@wirepact/core/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';
import { eventPayload, plain } from './dialect.js';
import { SocketManager } from '../../server/src/index.js';
import { createClient, type ClientOptions, type ClientStatus } from './index.js';
import { until } from './until.fixture.js';

const channels = defineChannels({
  connected: { out: z.object({ session_id: z.string() }) },
  message: { in: z.string(), out: z.string() },
  add: { in: z.array(z.number()), reply: z.number() },
  count: { in: z.number(), stream: z.number() },
  time: { in: z.void(), out: z.string() },
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function connect(url: string, options: Partial<ClientOptions<typeof channels>>) {
  const clock = createManualClock();
  const client = createClient({ url, channels, clock, ...options });
  const errors: SocketError[] = [];
  client.onError((error) => errors.push(error));
  cleanups.push(() => {
    client.close();
    expect(clock.pending).toBe(0);
  });
  client.connect();
  clock.advance(0);
  const hasStatus = (name: ClientStatus['name']) => until(() => client.status.name === name);
  return { client, clock, errors, hasStatus };
}

describe('event-payload, to an endpoint of ours', () => {
  async function start() {
    const sockets = new SocketManager(channels, {
      dialect: 'event-payload',
      rooms: { authorize: (_socket, room) => room !== 'vault' },
      routes: {
        add: (_socket, numbers) => numbers.reduce((sum, each) => sum + each, 0),
        count: async function* (_socket, to) {
          for (let n = 1; n <= to; n++) yield await Promise.resolve(n);
        },
      },
    });
    const { url } = await sockets.listen({ port: 0, path: '/ws' });
    cleanups.push(() => sockets.close());
    const joined = (size: number) => until(() => sockets.room('lobby').size === size);
    return { sockets, joined, ...connect(url, { dialect: eventPayload }), url };
  }

  it('hears the greeting, events, and the rooms they were sent to', async () => {
    const { client, sockets, joined, errors } = await start();
    const [greeted, heard, heardInRoom] = [vi.fn(), vi.fn(), vi.fn()];
    client.on('connected', greeted);
    client.on('message', heard);
    const lobby = await client.join('lobby');
    lobby.on('message', heardInRoom);
    await joined(1);
    sockets.sendToAll('message', 'to all');
    sockets.room('lobby').send('message', 'to the lobby');
    expect(await client.request('add', [])).toBe(0);

    const [socket] = sockets.clients();
    expect(greeted).toHaveBeenCalledExactlyOnceWith({ session_id: socket?.id }, {});
    expect(heard.mock.calls).toEqual([
      ['to all', {}],
      ['to the lobby', { room: 'lobby' }],
    ]);
    expect(heardInRoom).toHaveBeenCalledExactlyOnceWith('to the lobby', { room: 'lobby' });
    await lobby.leave();
    await joined(0);
    expect(errors).toEqual([]);
  });

  it('asks, and reads many answers', async () => {
    const { client } = await start();
    expect(await client.request('add', [1, 2])).toBe(3);
    await expect(client.request('add', ['1'] as never)).rejects.toMatchObject({ code: 'invalid_input' });
    const items: number[] = [];
    for await (const item of client.stream('count', 3)) items.push(item);
    expect(items).toEqual([1, 2, 3]);
  });

  it('says afterwards that a room was refused', async () => {
    const { client, sockets, errors } = await start();
    const removed = vi.fn();
    const vault = await client.join('vault');
    vault.onRemoved(removed);
    await until(() => errors.length > 0);
    expect(removed).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'denied' }));
    expect(errors).toMatchObject([{ code: 'denied' }]);
    expect(sockets.room('vault').size).toBe(0);
  });

  it('reads what was wrong with an event', async () => {
    const { client, errors } = await start();
    client.send('time');
    await until(() => errors.length > 0);
    expect(errors).toMatchObject([{ code: 'unknown_path', path: 'time' }]);
  });

  it('joins its rooms again after a reconnect', async () => {
    const { client, sockets, joined, hasStatus, clock } = await start();
    await client.join('lobby');
    await joined(1);
    for (const socket of sockets.clients()) socket.disconnect('back soon', 4000);
    await hasStatus('reconnecting');
    clock.advance(20_000);
    await hasStatus('connected');
    await joined(1);
  });
});

/** Runs a server of bare sockets; `receive` gets every message as JSON. */
async function startByHand(
  greet: (socket: WebSocket) => void,
  receive: (socket: WebSocket, message: Record<string, unknown>) => void,
) {
  const server = new WebSocketServer({ port: 0 });
  await once(server, 'listening');
  const received: unknown[] = [];
  server.on('connection', (socket) => {
    greet(socket);
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Record<string, unknown>;
      received.push(message);
      receive(socket, message);
    });
  });
  cleanups.push(async () => {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  return { received, server, url: `ws://localhost:${(server.address() as AddressInfo).port}` };
}

describe('event-payload, to a server of Vania’s kind', () => {
  async function start() {
    const rooms = new Map<string, Set<WebSocket>>();
    const emit = (socket: WebSocket, event: string, payload: unknown): void =>
      socket.send(JSON.stringify({ event, payload }));
    const server = await startByHand(
      (socket) => emit(socket, 'connected', { session_id: 'ws:1' }),
      (socket, { event, payload, room }) => {
        const members = rooms.get(String(room)) ?? new Set();
        if (event === 'joinRoom') rooms.set(String(room), members.add(socket));
        else if (event === 'leftRoom') members.delete(socket);
        else if (event === 'message' && payload === 'bad') emit(socket, 'error', { message: 'refused' });
        else if (event === 'message')
          for (const member of rooms.get('lobby') ?? []) emit(member, 'message', payload);
      },
    );
    return { ...server, ...connect(server.url, { dialect: eventPayload }) };
  }

  it('joins, talks and leaves', async () => {
    const { client, received, errors } = await start();
    const heard = vi.fn();
    client.on('message', heard);
    const lobby = await client.join('lobby');
    client.send('message', 'hi');
    await until(() => heard.mock.calls.length > 0);
    expect(heard).toHaveBeenCalledExactlyOnceWith('hi', {});

    await lobby.leave();
    client.send('message', 'nobody hears');
    client.send('message', 'bad');
    await until(() => errors.length > 0);
    expect(errors).toMatchObject([{ code: 'internal', message: 'refused' }]);
    expect(heard).toHaveBeenCalledOnce();
    expect(received).toEqual([
      { event: 'joinRoom', room: 'lobby', id: 1 },
      { event: 'message', payload: 'hi' },
      { event: 'leftRoom', room: 'lobby', id: 2 },
      { event: 'message', payload: 'nobody hears' },
      { event: 'message', payload: 'bad' },
    ]);
  });

  it('stays in a room though nothing ever answered the join', async () => {
    const { client, clock, errors } = await start();
    const [heard, removed] = [vi.fn(), vi.fn()];
    client.on('message', heard);
    const lobby = await client.join('lobby');
    lobby.onRemoved(removed);
    clock.advance(60_000);
    client.send('message', 'still here');
    await until(() => heard.mock.calls.length > 0);
    expect(heard).toHaveBeenCalledOnce();
    expect(removed).not.toHaveBeenCalled();
    expect(errors).toEqual([]);
  });

  it('ends a request that nobody answers as timeout', async () => {
    const { client, clock, hasStatus } = await start();
    await hasStatus('connected');
    const asked = expect(client.request('add', [1])).rejects.toMatchObject({ code: 'timeout' });
    clock.advance(10_000);
    await asked;
  });

  it('joins its rooms again after a reconnect', async () => {
    const { client, clock, received, server, hasStatus } = await start();
    await client.join('lobby');
    await until(() => received.length === 1);
    for (const socket of server.clients) socket.terminate();
    await hasStatus('reconnecting');
    clock.advance(20_000);
    await until(() => received.length === 2);
    expect(received[1]).toMatchObject({ event: 'joinRoom', room: 'lobby' });
  });
});

describe('plain, to a server of Finch’s kind', () => {
  const more = { status: 200, timestamp: 1_700_000_000, language: 'en', client: 'k3y==' };

  async function start() {
    const server = await startByHand(
      (socket) => {
        socket.send('welcome, in no JSON');
        socket.send(JSON.stringify({ path: 'message', data: 'hello', ...more }));
      },
      (socket, { path }) => {
        if (path === 'time') socket.send(JSON.stringify({ path: 'time', data: '12:00', ...more }));
      },
    );
    return { ...server, ...connect(server.url, { dialect: plain }) };
  }

  it('hears and sends, minding neither keys that it does not know nor text that is no JSON', async () => {
    const { client, received, errors, server } = await start();
    const [message, time] = [vi.fn(), vi.fn()];
    client.on('message', message);
    client.on('time', time);
    client.send('time');
    await until(() => time.mock.calls.length > 0);
    expect(time).toHaveBeenCalledExactlyOnceWith('12:00', {});
    expect(message).toHaveBeenCalledExactlyOnceWith('hello', {});
    expect(received).toEqual([{ path: 'time' }]);
    expect(errors).toMatchObject([{ code: 'bad_frame' }]);
    expect(client.status.name).toBe('connected');
    // it offers nothing that such a server could not choose
    expect([...server.clients].map(({ protocol }) => protocol)).toEqual(['']);
  });

  it('hears messages that carry an id or a position of their own, and answers none', async () => {
    const server = await startByHand(
      (socket) => {
        for (const more of [{ id: 'm_1' }, { id: 7 }, { id: 0 }, { id: -1 }, { at: 1_700_000_000 }])
          socket.send(JSON.stringify({ path: 'message', data: 'hi', ...more }));
      },
      (socket, { path, id }) => socket.send(JSON.stringify({ path, id, data: 3 })),
    );
    const { client, errors } = connect(server.url, { dialect: plain });
    const heard = vi.fn();
    client.onAny(heard);
    expect(await client.request('add', [1, 2])).toBe(3);
    expect(heard.mock.calls).toEqual(Array(5).fill([{ path: 'message', data: 'hi' }]));
    expect(server.received).toEqual([{ path: 'add', data: [1, 2], id: 1 }]);
    expect(errors).toEqual([]);
  });

  it('says that it has no rooms', async () => {
    const { client } = await start();
    await expect(client.join('lobby')).rejects.toMatchObject({ code: 'unsupported' });
  });
});
