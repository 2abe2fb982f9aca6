// A client that asks to join without an `id` gets no answer to wait for: what it says next is handled once that is decided.
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { defineChannels } from '@wirepact/core';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { startNodes } from '../cluster/cluster.fixture.js';
import type { SocketManagerOptions } from '../options.js';
import { SocketManager } from '../socket-manager.js';
import { createTestServer, settle } from '../test-server.fixture.js';

const channels = defineChannels({
  say: { in: z.string(), out: z.string() },
  slow: { in: z.void(), reply: z.string() },
});

type Options = SocketManagerOptions<typeof channels, string | undefined>;

const join = { event: 'joinRoom', room: 'lobby' };
const leave = { event: 'leftRoom', room: 'lobby' };
const say = (payload: string) => ({ event: 'say', payload });
const heard = (payload: string) => ({ event: 'say', payload, room: 'lobby' });

/** Joins that are decided when the test says so. */
function decideLater() {
  const decide: ((isAllowed: boolean | Promise<boolean>) => void)[] = [];
  const authorize = () => new Promise<boolean>((resolve) => decide.push(resolve));
  return { decide, rooms: { authorize } };
}

describe('over a real socket', () => {
  const closing: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function open(options: Options) {
    const errors: unknown[] = [];
    const sockets: SocketManager<typeof channels, string | undefined> = new SocketManager(channels, {
      dialect: 'event-payload',
      onError: (error) => errors.push(error),
      routes: { say: (_socket, text) => void sockets.room('lobby').send('say', text) },
      ...options,
    });
    const { url } = await sockets.listen({ port: 0, path: '/ws' });
    const socket = new WebSocket(url);
    closing.push(async () => {
      socket.terminate();
      await sockets.close();
      expect(sockets.stats()).toMatchObject({ clients: 0, rooms: 0 });
    });
    const frames: unknown[] = [];
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString())));
    await once(socket, 'open');
    /** Sends, and gives what has come since the last call. A pong comes after all that was sent before it. */
    const tell = async (...messages: unknown[]): Promise<unknown[]> => {
      for (const message of messages) socket.send(JSON.stringify(message));
      for (let turn = 0; turn < 2; turn += 1) {
        socket.ping();
        await once(socket, 'pong');
        await setImmediate();
      }
      return frames.splice(0);
    };
    await tell();
    return { sockets, socket, tell, errors };
  }

  it('a message behind a join that is decided at once reaches the room with its sender in it', async () => {
    const { tell } = await open({ rooms: { authorize: () => true } });
    expect(await tell(join, say('hi'))).toEqual([heard('hi')]);
  });

  it('messages behind a join that takes time wait for it, in order', async () => {
    const { decide, rooms } = decideLater();
    const { tell } = await open({ rooms });
    expect(await tell(join, say('one'), { event: 'ping' }, say('two'))).toEqual([]);
    decide[0]!(true);
    expect(await tell(say('three'))).toEqual([heard('one'), { event: 'pong' }, heard('two'), heard('three')]);
  });

  it.each([
    ['refused', (): boolean => false, 0],
    ['failed', (): Promise<boolean> => Promise.reject(new Error('the database is down')), 1],
  ])('messages behind a join that is %s are handled after that was said', async (_how, answer, faults) => {
    const { decide, rooms } = decideLater();
    const { tell, errors } = await open({ rooms });
    expect(await tell(join, { event: 'ping' })).toEqual([]);
    decide[0]!(answer());
    expect(await tell()).toMatchObject([{ event: 'error', payload: { code: 'denied' } }, { event: 'pong' }]);
    expect(errors).toHaveLength(faults);
  });

  it('joins follow one another, and a leave right behind them takes effect', async () => {
    const { decide, rooms } = decideLater();
    const { tell, sockets } = await open({ rooms });
    await tell(join, { event: 'joinRoom', room: 'attic' }, leave, say('hi'));
    expect(decide).toHaveLength(1);
    decide[0]!(true);
    await tell();
    expect(decide).toHaveLength(2);
    decide[1]!(true);
    expect(await tell({ event: 'ping' })).toEqual([{ event: 'pong' }]);
    expect([...sockets.clients()].flatMap(({ rooms: its }) => [...its])).toEqual(['attic']);
  });

  it('who goes while it is being decided is heard to the end at once, and is not in afterwards', async () => {
    const { decide, rooms } = decideLater();
    const handled: unknown[] = [];
    const routes: Options['routes'] = { say: ({ rooms: its }, text) => void handled.push([text, ...its]) };
    const { tell, sockets, socket } = await open({ rooms, routes });
    await tell(join, say('hi'));
    socket.close();
    await once(socket, 'close');
    expect(handled).toEqual([['hi']]);
    decide[0]!(true);
    await setImmediate();
    expect([sockets.countClients, sockets.room('lobby').size]).toEqual([0, 0]);
  });

  it('who can wait for the answer is read on', async () => {
    const { decide, rooms } = decideLater();
    const { tell } = await open({ rooms });
    expect(await tell({ ...join, id: 1 }, { event: 'ping' })).toEqual([{ event: 'pong' }]);
    decide[0]!(true);
    expect(await tell()).toEqual([{ event: 'joinRoom', payload: { room: 'lobby' }, id: 1 }]);
  });
});

describe('reading', () => {
  it('goes on only when neither a join nor the handlers speak against it', async () => {
    const { decide, rooms } = decideLater();
    const finish: (() => void)[] = [];
    const server = createTestServer(channels, {
      dialect: 'event-payload',
      limits: { maxInFlight: 1 },
      rooms,
      routes: { slow: () => new Promise((resolve) => finish.push(() => resolve('done'))) },
    });
    const client = await server.connectPlain();
    const isPaused = async (): Promise<boolean> => {
      await settle();
      return client.transport.isPaused;
    };
    const tell = (frame: unknown): void => client.say(JSON.stringify(frame));

    tell({ event: 'slow', id: 1 });
    // had come with it
    tell(join);
    finish[0]!();
    expect(await isPaused()).toBe(true);
    decide[0]!(true);
    expect(await isPaused()).toBe(false);

    tell(join);
    expect(await isPaused()).toBe(false);
    tell({ event: 'joinRoom', room: 'attic' });
    tell({ event: 'slow', id: 2 });
    decide[1]!(true);
    expect(await isPaused()).toBe(true);
    finish[1]!();
    expect(await isPaused()).toBe(false);
  });

  it('does not go on where the connection is over', async () => {
    const { decide, rooms } = decideLater();
    const server = createTestServer(channels, { dialect: 'event-payload', rooms });
    const client = await server.connectPlain();
    client.say(JSON.stringify(join));
    client.transport.end(1006);
    decide[0]!(true);
    await settle();
    expect(client.transport.isPaused).toBe(true);
  });

  it('goes on by pings alone as long as a join is being decided', async () => {
    const { rooms } = decideLater();
    const server = createTestServer(channels, { dialect: 'event-payload', rooms });
    const client = await server.connectPlain();
    client.say(JSON.stringify(join));
    for (let s = 0; s < 120; s += 1) {
      server.clock.advance(1_000);
      // the network layer answers a ping, whatever the server reads
      if (client.transport.pings > 0) client.transport.receivedBytes += 6;
      client.transport.pings = 0;
    }
    expect(client.transport.closedWith).toBeUndefined();
    await server.sockets.close();
  });
});

describe('several processes', () => {
  it('a message behind a join reaches its sender too', async () => {
    const { nodes } = await startNodes(channels, {
      dialect: 'event-payload',
      routes: { say: (_socket, text) => void nodes[0].sockets.room('lobby').send('say', text) },
    });
    const client = await nodes[0].connectPlain();
    await settle();
    client.take();
    client.say(JSON.stringify(join));
    client.say(JSON.stringify(say('hi')));
    await settle();
    expect(client.take()).toEqual([heard('hi')]);
  });
});
