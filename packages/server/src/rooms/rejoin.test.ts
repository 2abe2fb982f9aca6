// Rooms over several connections: `rooms.authorize` is asked again for a client that joined of its own accord, and until it has
// answered the client receives nothing.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer, settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({
  chat: { out: z.string() },
  cursor: { out: z.string(), delivery: 'latest' },
  typing: { out: z.string(), delivery: 'volatile' },
});

/** A server that decides about joins when it is told to. */
async function start() {
  const decide: ((allowed: boolean) => void)[] = [];
  const server = createTestServer(channels, {
    rooms: { authorize: () => new Promise<boolean>((resolve) => decide.push(resolve)) },
  });
  const lobby = server.sockets.room('lobby');
  const client = await server.connect();
  client.say({ path: '$join', data: { room: 'lobby' }, id: 1 });
  decide.shift()?.(true);
  await settle();
  lobby.send('chat', 'one');
  client.takeAll();
  const [epoch] = client.cursors.get('lobby')!;
  return { server, decide, lobby, client, socket: [...server.sockets.clients()][0]!, epoch };
}

/** What it was sent about the room. */
const ofLobby = (client: TestClient) =>
  client.takeAll().filter(({ room, data }) => (room ?? (data as { room?: string }).room) === 'lobby');
const chat = (data: string, at: number) => ({ path: 'chat', data, room: 'lobby', at, after: at - 1 });

describe('a client that joined by itself and returns', () => {
  it('reads what it missed once it is allowed again', async () => {
    const { server, decide, lobby, client, epoch } = await start();
    client.cut();
    lobby.send('chat', 'two');
    const back = await server.resume(client);
    lobby.send('chat', 'three');
    await settle();
    expect(ofLobby(back)).toEqual([]);
    decide[0]!(true);
    await settle();
    lobby.send('chat', 'four');
    expect(ofLobby(back)).toEqual([
      { path: '$stream', data: { room: 'lobby', epoch, from: 1, count: 2 } },
      chat('two', 2),
      chat('three', 3),
      { path: '$live', data: { room: 'lobby', at: 3 } },
      chat('four', 4),
    ]);
  });

  it('is sent nothing of the room while that is being decided, be it in a log or not', async () => {
    const { server, decide, lobby, client } = await start();
    const back = await server.resume(client);
    for (const channel of ['chat', 'cursor', 'typing'] as const) lobby.send(channel, 'secret');
    back.say({ path: '$join', data: { room: 'lobby', from: client.cursors.get('lobby') }, id: 2 });
    await settle();
    // it is told that it asked, and no more
    expect(ofLobby(back)).toEqual([{ path: '$join', data: { room: 'lobby' }, id: 2 }]);
    expect(server.sockets.stats().dropped.volatile).toBe(1);
    decide[0]!(true);
    await settle();
    expect(ofLobby(back).map(({ path, data }) => [path, data])).toEqual([
      ['$stream', expect.anything()],
      ['chat', 'secret'],
      ['$live', expect.anything()],
      ['cursor', 'secret'],
    ]);
  });

  it('is told what it may not read when it is refused, and is in no longer', async () => {
    const { server, decide, lobby, client, epoch } = await start();
    client.cut();
    lobby.send('chat', 'secret');
    const back = await server.resume(client);
    decide[0]!(false);
    await settle();
    expect(ofLobby(back)).toEqual([
      { path: '$gap', data: { room: 'lobby', why: 'denied', from: [epoch, 1] } },
      { path: '$leave', data: { room: 'lobby', why: 'removed' } },
    ]);
    expect(lobby.size).toBe(0);
    expect(server.sockets.stats()).toMatchObject({ rooms: 0, gaps: 1 });
    lobby.send('chat', 'more');
    expect(ofLobby(back)).toEqual([]);
  });

  it('and leaves before it is decided hears no more of it', async () => {
    const { server, decide, lobby, client } = await start();
    const back = await server.resume(client);
    await back.ask({ path: '$leave', data: { room: 'lobby' }, id: 2 });
    back.takeAll();
    decide[0]!(true);
    await settle();
    expect([ofLobby(back), lobby.size]).toEqual([[], 0]);
  });

  it('is told of what it does not get when the server removes it before that', async () => {
    const { server, lobby, client, socket, epoch } = await start();
    client.cut();
    lobby.send('chat', 'two');
    const back = await server.resume(client);
    socket.leave('lobby');
    expect(ofLobby(back)).toEqual([
      { path: '$gap', data: { room: 'lobby', why: 'denied', from: [epoch, 1] } },
      { path: '$leave', data: { room: 'lobby', why: 'removed' } },
    ]);
  });

  it.each([false, true])(
    'and was meanwhile taken out and put in by the server stays in, as if nobody had been asked (allowed: %s)',
    async (isAllowed) => {
      const { server, decide, lobby, client, socket } = await start();
      await server.connect();
      [...server.sockets.clients()][1]!.join('lobby');
      const back = await server.resume(client);
      socket.leave('lobby');
      socket.join('lobby');
      lobby.send('chat', 'two');
      expect(back.takeData('chat')).toEqual(['two']);
      decide[0]!(isAllowed);
      await settle();
      lobby.send('chat', 'three');
      expect([ofLobby(back), lobby.size]).toEqual([[chat('three', 3)], 2]);
    },
  );

  it('and is cut again is asked for by the last connection only', async () => {
    const { server, decide, lobby, client } = await start();
    const once = await server.resume(client);
    once.cut();
    lobby.send('chat', 'two');
    const twice = await server.resume(once);
    decide[0]!(false);
    await settle();
    expect(lobby.size).toBe(1);
    decide[1]!(true);
    await settle();
    expect(twice.takeData('chat')).toEqual(['two']);
  });
});

describe('a client that the server put into a room and that returns', () => {
  it('is in it still, and nobody is asked', async () => {
    const { server, decide, client, socket } = await start();
    socket.join('hall');
    client.takeAll();
    client.cut();
    server.sockets.room('hall').send('chat', 'two');
    const back = await server.resume(client);
    expect(back.takeData('chat')).toEqual(['two']);
    expect(decide).toHaveLength(1);
  });

  it('is in the rooms that it was put into while it was away, from then on', async () => {
    const { server, client, socket } = await start();
    const hall = server.sockets.room('hall');
    const other = await server.connect();
    [...server.sockets.clients()][1]!.join('hall');
    hall.send('chat', 'before');
    client.cut();
    socket.join('hall');
    hall.send('chat', 'after');
    const back = await server.resume(client);
    expect(back.takeData('chat')).toEqual(['after']);
    hall.send('chat', 'now');
    expect([back.takeData('chat'), other.takeData('chat')]).toEqual([['now'], ['before', 'after', 'now']]);
  });

  it('is told of the rooms that it was taken out of while it was away', async () => {
    const { server, client, socket } = await start();
    socket.join('hall');
    client.takeAll();
    const from = client.cursors.get('hall');
    client.cut();
    socket.leave('hall');
    const back = await server.resume(client);
    expect(back.takeAll().filter(({ path }) => path === '$gap' || path === '$leave')).toEqual([
      { path: '$gap', data: { room: 'hall', why: 'denied', from } },
      { path: '$leave', data: { room: 'hall', why: 'removed' } },
    ]);
  });

  it('misses, and is told of, what was said between being taken out and put in again', async () => {
    const { server, client, socket } = await start();
    const hall = server.sockets.room('hall');
    await server.connect();
    [...server.sockets.clients()][1]!.join('hall');
    socket.join('hall');
    client.takeAll();
    const [epoch] = client.cursors.get('hall')!;
    client.cut();
    socket.leave('hall');
    hall.send('chat', 'secret');
    socket.join('hall');
    hall.send('chat', 'open');
    const frames = (await server.resume(client)).takeAll();
    expect(frames).toContainEqual({
      path: '$gap',
      data: { room: 'hall', why: 'denied', from: [epoch, 0], to: [epoch, 1] },
    });
    expect(frames.flatMap(({ path, data }) => (path === 'chat' ? [data] : []))).toEqual(['open']);
  });
});
