// What members are told about each other if the application returns something that cannot be sent, or very much.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RoomOptions } from '../options.js';
import { createTestServer, settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({ output: { out: z.string() } });

type Member = NonNullable<RoomOptions<typeof channels, undefined>['member']>;

const start = (member: Member) => createTestServer(channels, { rooms: { authorize: () => true, member } });
const pathsOf = (client: TestClient): string[] => client.take().map(({ path }) => path);

describe('what is known of a member', () => {
  it('is null where the application gives a promise, and what becomes of that ends nothing', async () => {
    const server = start((async () => {
      throw new Error('the database is down');
    }) as never);
    const clients = [await server.connect(), await server.connect()] as const;
    for (const client of clients) client.say({ path: '$join', data: { room: 'lobby' }, id: 1 });
    await settle();
    expect(clients[1].take()[0]).toEqual({
      path: '$members',
      data: {
        room: 'lobby',
        members: Object.fromEntries(clients.map(({ welcome }) => [welcome.session, null])),
      },
    });
    expect(server.errors).toEqual([expect.any(TypeError)]);
    expect(String(server.errors[0])).toContain('rooms.member');
  });
});

describe('a list of members that is more than may wait for a client', () => {
  const info = 'x'.repeat(150_000);
  /** A room, or several, with 1.2 MB of what is known of their members. */
  async function startFull(rooms: readonly string[], asked?: () => void) {
    const server = start(() => {
      asked?.();
      return info;
    });
    for (let count = 0; count < 8; count += 1) {
      const client = await server.connect();
      for (const room of rooms) client.say({ path: '$join', data: { room }, id: 1 });
    }
    await settle();
    return server;
  }

  it('is sent, and its reader stays, also when it comes back', async () => {
    const server = await startFull(['lobby']);
    const client = await server.connect();
    client.transport.isHolding = true;
    client.say({ path: '$join', data: { room: 'lobby' }, id: 1 });
    await settle();
    server.sockets.room('lobby').send('output', 'hello');
    expect(client.transport.closedWith).toBeUndefined();
    expect(client.transport.bufferedBytes).toBeGreaterThan(1_048_576);
    client.transport.drain();
    expect(pathsOf(client)).toEqual(['$members', '$join', 'output']);

    client.cut();
    const silent = await server.connectSilent();
    silent.transport.isHolding = true;
    const { session, token } = client.welcome;
    silent.say({ path: '$hello', data: { session, token, streams: Object.fromEntries(client.cursors) } });
    await settle();
    expect(silent.transport.closedWith).toBeUndefined();
    expect(pathsOf(silent)).toEqual(['$welcome', '$members']);
  });

  it('waits for the one before it, so that not all of them wait in memory', async () => {
    const server = await startFull(['lobby', 'hall']);
    const client = await server.connect();
    client.transport.isHolding = true;
    for (const [id, room] of ['lobby', 'hall'].entries()) client.say({ path: '$join', data: { room }, id });
    await settle();
    expect(pathsOf(client)).toEqual(['$members', '$join']);
    client.transport.drain(1_100_000);
    await settle();
    expect(pathsOf(client)).toEqual([]);
    client.transport.drain();
    await settle();
    expect(pathsOf(client)).toEqual(['$members', '$join']);
    expect(client.transport.closedWith).toBeUndefined();
  });

  it('is made again when there is room for it, not whenever there is some for one before it', async () => {
    const rooms = Array.from({ length: 6 }, (_, index) => `room ${index}`);
    let asked = 0;
    const server = await startFull(rooms, () => void (asked += 1));
    const client = await server.connect();
    client.transport.isHolding = true;
    asked = 0;
    for (const [id, room] of rooms.entries()) client.say({ path: '$join', data: { room }, id });
    await settle();
    const told = client.take();
    for (let turn = 1; turn < rooms.length; turn += 1) {
      client.transport.drain();
      await settle();
      told.push(...client.take());
    }
    expect(told.filter(({ path }) => path === '$join').map(({ id }) => id)).toEqual([...rooms.keys()]);
    // who asks is told of; and of the 9 in a list, once for nothing and once to send it
    expect(asked).toBeLessThan((1 + 2 * 9) * rooms.length);
    expect(client.transport.closedWith).toBeUndefined();
  });

  it('is no leave to let other things wait', async () => {
    const server = await startFull(['lobby']);
    const client = await server.connect();
    client.transport.isHolding = true;
    client.say({ path: '$join', data: { room: 'lobby' }, id: 1 });
    await settle();
    for (let count = 0; count < 12; count += 1)
      client.say({ path: '$leave', data: { room: info }, id: count });
    expect(client.transport.closedWith?.code).toBe(4508);
  });
});
