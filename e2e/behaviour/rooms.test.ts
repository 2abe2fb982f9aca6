// Rooms that clients join, when the server allows it, and leave.
import { SocketError } from '@wirepact/core';
import { safe } from '@wirepact/client';
import { describe, expect, test } from 'vitest';
import type { App, ServerOptions } from './app.js';
import { startApp } from './start-app.js';
import { everyTransport } from './transports.js';

type RoomOptions = NonNullable<ServerOptions['rooms']>;

describe.each(everyTransport)('rooms over $name', (transport) => {
  const startWith = (rooms: RoomOptions = { authorize: () => true }): Promise<App> =>
    startApp(transport, { server: { rooms } });

  test('a client joins where authorize says so, at once or later, and nowhere else', async () => {
    const app = await startWith({
      authorize(socket, room) {
        expect(socket.context.user).toBe('guest');
        if (room === 'broken') throw new Error('no database');
        if (room === 'banned') throw new SocketError('denied', '[denied] you were banned');
        return room === 'slow' ? Promise.resolve(true) : room === 'lobby';
      },
    });
    expect((await app.client.join('lobby')).name).toBe('lobby');
    await app.client.join('slow');
    expect((await safe(app.client.join('secret')))[0]).toMatchObject({ code: 'denied' });
    expect((await safe(app.client.join('banned')))[0]?.message).toContain('you were banned');
    expect((await safe(app.client.join('broken')))[0]).toMatchObject({ code: 'denied' });
    expect(app.takeServerErrors()).toEqual([new Error('no database')]);
    const { socket } = app;
    expect([...socket.rooms]).toEqual(['lobby', 'slow']);
  });

  test('without authorize nobody joins, and a name that is none is invalid_input', async () => {
    const app = await startApp(transport);
    expect((await safe(app.client.join('lobby')))[0]).toMatchObject({ code: 'denied' });
    const other = await startWith();
    for (const name of ['', '*', '$inbox', 'a\nb', 'x'.repeat(256)]) {
      expect((await safe(other.client.join(name)))[0], name).toMatchObject({ code: 'invalid_input' });
    }
  });

  test('a handle hears its own room only, and on hears which room it was', async () => {
    const app = await startWith();
    const heard: unknown[] = [];
    const lobby = await app.client.join('lobby');
    await app.client.join('attic');
    lobby.on('output', (text, info) => heard.push(['lobby', text, info]));
    app.client.on('output', (text, info) => heard.push(['any', text, info]));
    app.sockets.room('lobby').send('output', 'a');
    await app.spread();
    app.sockets.room('attic').send('output', 'b');
    await app.spread();
    app.sockets.sendToAll('output', 'c');
    await app.settle();
    expect(heard).toEqual([
      ['lobby', 'a', { room: 'lobby' }],
      ['any', 'a', { room: 'lobby' }],
      ['any', 'b', { room: 'attic' }],
      ['any', 'c', {}],
    ]);
  });

  test('a room is left with its last handle, and each handle takes its own listeners along', async () => {
    const app = await startWith();
    const [first, second] = await Promise.all([app.client.join('lobby'), app.client.join('lobby')]);
    const heard: string[] = [];
    first.on('output', (text) => heard.push(`first ${text}`));
    second.on('output', (text) => heard.push(`second ${text}`));
    await first.leave();
    await first.leave();
    expect(app.everywhere.sizeOf('lobby')).toBe(1);
    app.sockets.room('lobby').send('output', 'a');
    await app.settle();
    expect(heard).toEqual(['second a']);
    await second.leave();
    expect(app.everywhere.sizeOf('lobby')).toBe(0);
    const again = await app.client.join('lobby');
    expect(app.everywhere.sizeOf('lobby')).toBe(1);
    await again[Symbol.asyncDispose]();
    expect(app.everywhere.sizeOf('lobby')).toBe(0);
  });

  test('leaving before the join is decided leaves nobody inside', async () => {
    let decide = (_: boolean): void => {};
    const app = await startWith({ authorize: () => new Promise((resolve) => (decide = resolve)) });
    const stop = new AbortController();
    const joined = safe(app.client.join('lobby', { signal: stop.signal }));
    await app.settle();
    stop.abort();
    expect((await joined)[0]).toMatchObject({ code: 'aborted' });
    decide(true);
    await app.settle();
    expect(app.everywhere.sizeOf('lobby')).toBe(0);
  });

  test('who leaves and joins again in one breath is in, however long the permission takes', async () => {
    const decisions: ((isAllowed: boolean) => void)[] = [];
    const app = await startWith({ authorize: () => new Promise((resolve) => decisions.push(resolve)) });
    const first = app.client.join('lobby');
    await app.settle();
    decisions.shift()?.(true);
    const left = (await first).leave();
    const again = app.client.join('lobby');
    await app.settle();
    decisions.shift()?.(true);
    await left;
    expect((await again).name).toBe('lobby');
    expect(app.everywhere.sizeOf('lobby')).toBe(1);
  });

  test('a client is in its rooms again after a restart, however long the permission takes', async () => {
    const decisions: ((isAllowed: boolean) => void)[] = [];
    let isSlow = false;
    const app = await startWith({
      authorize: () => !isSlow || new Promise((resolve) => decisions.push(resolve)),
    });
    const lobby = await app.client.join('lobby');
    const told: string[] = [];
    lobby.onRemoved(({ code }) => told.push(code));
    lobby.on('output', (text) => told.push(text));
    isSlow = true;
    await app.stopServer();
    await app.startServer();
    await app.advance(27_000);
    for (const decide of decisions) decide(true);
    await app.settle();
    app.sockets.room('lobby').send('output', 'a');
    await app.settle();
    expect(told).toEqual(['a']);
    expect(app.everywhere.sizeOf('lobby')).toBe(1);
    // where the processes are joined, the session outlives them, and nobody has to ask
    const said = app.takeClientErrors().map(({ code }) => code);
    expect(said).toEqual(app.isJoined ? [] : ['timeout', 'timeout']);
  });

  test('a first join that is not decided in time leaves nobody inside', async () => {
    const decisions: ((isAllowed: boolean) => void)[] = [];
    const app = await startWith({ authorize: () => new Promise((resolve) => decisions.push(resolve)) });
    const joining = safe(app.client.join('lobby'));
    await app.advance(10_000);
    expect((await joining)[0]).toMatchObject({ code: 'timeout' });
    for (const decide of decisions) decide(true);
    await app.settle();
    expect(app.everywhere.sizeOf('lobby')).toBe(0);
  });

  test('a join that is asked for while away is decided when the connection is there', async () => {
    const app = await startWith();
    await app.cut();
    const joining = app.client.join('lobby');
    await app.advance(2_000);
    expect((await joining).name).toBe('lobby');
    expect(app.everywhere.sizeOf('lobby')).toBe(1);
  });

  test('members are those whom the server tells of, and change as they come and go', async () => {
    const app = await startWith({
      authorize: () => true,
      member: (socket) => ({ name: socket.context.user }),
    });
    const lobby = await app.client.join('lobby');
    await app.settle();
    const changes: unknown[] = [];
    lobby.onMembers((members) => changes.push(members.map(({ info }) => info)));
    expect(lobby.members.map(({ info }) => info)).toEqual([{ name: 'guest' }]);
    const ann = await app.connect({ getToken: () => 'ann' });
    const hers = await ann.join('lobby');
    await app.settle();
    expect(hers.members.map(({ info }) => info)).toEqual([{ name: 'guest' }, { name: 'ann' }]);
    await hers.leave();
    await ann.join('lobby');
    ann.close();
    await app.settle();
    expect(changes).toEqual([
      [{ name: 'guest' }, { name: 'ann' }],
      [{ name: 'guest' }],
      [{ name: 'guest' }, { name: 'ann' }],
      [{ name: 'guest' }],
    ]);
  });

  test('without member nothing is told of who is there', async () => {
    const app = await startWith();
    const lobby = await app.client.join('lobby');
    await (await app.connect()).join('lobby');
    await app.settle();
    expect(lobby.members).toEqual([]);
  });

  test('the server puts a client into a room and takes it out again', async () => {
    const app = await startWith();
    const { socket } = app;
    const heard: unknown[] = [];
    app.client.on('output', (text, { room }) => heard.push([text, room]));
    socket.join('lobby');
    socket.join('lobby');
    app.sockets.room('lobby').send('output', 'a');
    await app.spread();
    socket.leave('lobby');
    app.sockets.room('lobby').send('output', 'b');
    await app.settle();
    expect(heard).toEqual([['a', 'lobby']]);
    expect(() => socket.join('$inbox')).toThrow(TypeError);
  });

  test('a client that the server took out is told, and does not come back by itself', async () => {
    const app = await startWith();
    const lobby = await app.client.join('lobby');
    const removed: string[] = [];
    lobby.onRemoved(({ code }) => removed.push(code));
    const { socket } = app;
    socket.leave('lobby');
    await app.settle();
    expect(removed).toEqual(['denied']);
    await app.cutAndReturn();
    expect(app.client.status.name).toBe('connected');
    expect(app.everywhere.sizeOf('lobby')).toBe(0);
    // who wants to may ask again
    await app.client.join('lobby');
    expect(app.everywhere.sizeOf('lobby')).toBe(1);
  });

  test('after a reconnect the client is in its rooms again, with the same handles', async () => {
    const app = await startWith({ authorize: () => true, member: () => 'somebody' });
    const lobby = await app.client.join('lobby');
    const left = await app.client.join('attic');
    await left.leave();
    const heard: string[] = [];
    lobby.on('output', (text) => heard.push(text));
    await app.cutAndReturn();
    expect(app.everywhere.sizeOf('lobby')).toBe(1);
    expect(app.everywhere.sizeOf('attic')).toBe(0);
    app.sockets.room('lobby').send('output', 'a');
    await app.settle();
    expect(heard).toEqual(['a']);
    expect(lobby.members).toHaveLength(1);
  });

  test('a room that is denied on the return is a gap, and its handles hear of it', async () => {
    let isOpen = true;
    const app = await startWith({ authorize: () => isOpen });
    const lobby = await app.client.join('lobby');
    const removed: string[] = [];
    lobby.onGap(({ why }) => removed.push(`gap: ${why}`));
    lobby.onRemoved(({ code }) => removed.push(code));
    isOpen = false;
    await app.cutAndReturn();
    expect(removed).toEqual(['gap: denied', 'denied']);
    expect(app.everywhere.sizeOf('lobby')).toBe(0);
    expect(app.client.status.name).toBe('connected');
  });

  test('a client may be in maxRooms rooms', async () => {
    const app = await startApp(transport, {
      server: { rooms: { authorize: () => true }, limits: { maxRooms: 2 } },
    });
    const [first] = await Promise.all([app.client.join('a'), app.client.join('b')]);
    expect((await safe(app.client.join('c')))[0]).toMatchObject({ code: 'rate_limited' });
    await first.leave();
    expect((await app.client.join('c')).name).toBe('c');
  });
});
