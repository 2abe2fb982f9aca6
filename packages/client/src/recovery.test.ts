// One session over several connections: what the client says of itself, and what becomes of the messages in between.
import { describe, expect, it } from 'vitest';
import { entry, startSession } from './test-session.fixture.js';
import { settle, startClient, type TestSocket } from './test-socket.fixture.js';

/** Brings a client into a room whose log stands at `from`. */
async function enter(socket: TestSocket, room: string, from: number): Promise<void> {
  const [asked] = socket.takeSent();
  socket.receive('$join', { room }, { id: asked?.id as number });
  socket.receive('$stream', { room, epoch: 'r', from, count: 0 });
  socket.receive('$live', { room, at: from });
  await settle();
}

describe('a session', () => {
  it('tells who it is and where it stands, with the newest token', async () => {
    const { greet, client, first: socket } = await startSession();
    void client.join('lobby');
    await enter(socket, 'lobby', 40);
    entry(socket, undefined, 1);
    entry(socket, '*', 11);
    entry(socket, 'lobby', 41);
    const asked = client.request('time');
    socket.drop();
    const { hello, next } = await greet();
    expect(hello).toEqual({
      session: 's_1',
      token: 't_1',
      streams: { $inbox: ['s_1', 1], '*': ['e', 11], lobby: ['r', 41] },
      open: { 2: 0 },
    });
    next.welcome({ resumed: true, token: 't_2' });
    expect(client.status).toMatchObject({ name: 'connected', resumed: true, sessionId: 's_1' });
    expect(next.takeSent()).toEqual([{ path: 'time', id: 2 }]);
    next.receive('time', 'noon', { id: 2 });
    expect(await asked).toBe('noon');
    next.drop();
    const again = await greet();
    expect(again.hello).toMatchObject({ token: 't_2', open: {} });
  });

  it('begins anew where the server says so', async () => {
    const { client, first: socket, connected, heard, gaps } = await startSession();
    socket.drop();
    const next = await connected({ session: 's_2', resumed: false, streams: { '*': ['f', 3] } });
    expect(client.status).toMatchObject({ resumed: false, sessionId: 's_2' });
    next.receive('$gap', { room: '*', why: 'epoch', from: ['e', 10], to: ['f', 3] });
    next.receive('$gap', { room: '$inbox', why: 'lost', from: ['s_1', 0], to: ['s_2', 0] });
    entry(next, '*', 4);
    entry(next, undefined, 1);
    expect(heard).toEqual([4, 1]);
    expect(gaps).toEqual([
      { log: 'everyone', why: 'epoch', from: ['e', 10], to: ['f', 3] },
      { log: 'inbox', why: 'lost', from: ['s_1', 0], to: ['s_2', 0] },
    ]);
  });

  it('is over for a client that closes, and for one that was told so by a goodbye', async () => {
    for (const end of ['close', 'goodbye']) {
      const { greet, client, first: socket } = await startSession();
      if (end === 'close') client.close();
      else {
        socket.receive('$goodbye', { why: 'restart', returnWithinMs: 1_000, final: true });
        socket.drop(1012);
      }
      const { hello } = await greet();
      expect(hello, end).toEqual({});
      client.close();
    }
  });

  it('is not over where the line broke before the close that belongs to a final goodbye', async () => {
    for (const code of [1006, 4000]) {
      const { client, first, greet } = await startSession();
      first.receive('$goodbye', { why: 'restart', returnWithinMs: 1_000, final: true });
      first.drop(code);
      expect((await greet()).hello).toMatchObject({ session: 's_1' });
      client.close();
    }
  });

  it('that is lost is missed also where the line breaks before the server could say so', async () => {
    const { first, connected, gaps, greet } = await startSession();
    first.receive('$stream', { room: 'hall', epoch: 'r', from: 7, count: 0 });
    first.drop();
    const next = await connected({ session: 's_2', streams: { '*': ['e', 30] } });
    next.receive('$gap', { room: '$inbox', why: 'lost', from: ['s_1', 0], to: ['s_2', 0] });
    next.drop();
    expect(gaps).toEqual([
      { log: 'inbox', why: 'lost', from: ['s_1', 0], to: ['s_2', 0] },
      { log: 'everyone', why: 'lost', from: ['e', 10], to: ['e', 30] },
      { log: 'room', room: 'hall', why: 'lost', from: ['r', 7] },
    ]);
    const { hello, next: again } = await greet();
    expect(hello).toMatchObject({ streams: { $inbox: ['s_2', 0], '*': ['e', 30] } });
    again.welcome({ session: 's_2', resumed: true });
    again.drop();
    expect(gaps).toHaveLength(3);
  });

  it('goes on after a goodbye that is not final', async () => {
    const { greet, first: socket } = await startSession();
    socket.receive('$goodbye', { why: 'restart', returnWithinMs: 1_000 });
    socket.drop(1012);
    const { hello } = await greet();
    expect(hello).toMatchObject({ session: 's_1' });
  });
});

describe('after a goodbye', () => {
  it('nothing new is written, and what was running is answered, acknowledged and granted', async () => {
    const { client, first: socket, connected, advance } = await startSession();
    client.handle('price', () => 7);
    socket.receive('$goodbye', { why: 'restart', returnWithinMs: 1_000 });
    client.send('chat', 'later');
    const asked = client.request('time');
    const joining = client.join('lobby');
    expect(socket.takeSent()).toEqual([]);
    socket.receive('$ping');
    socket.receive('price', 4, { id: 's1' });
    entry(socket, undefined, 1);
    await advance(100);
    expect(socket.takeSent()).toEqual([
      { path: '$pong' },
      { path: 'price', data: 7, id: 's1' },
      { path: '$ack', data: { inbox: 1 } },
    ]);
    socket.drop(1012);
    const next = await connected({ resumed: true });
    expect(next.takeSent()).toEqual([
      { path: '$join', data: { room: 'lobby' }, id: 1 },
      { path: 'chat', data: 'later', seq: 2 },
      { path: 'time', id: 3 },
    ]);
    client.close();
    await expect(asked).rejects.toMatchObject({ code: 'closed' });
    await expect(joining).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('events', () => {
  it('that were not acknowledged are written again on resume, first and in order, with their numbers', async () => {
    const { client, first: socket, connected } = await startSession();
    client.send('chat', 'a');
    client.send('chat', 'b');
    client.send('chat', 'c');
    client.send('chat', 'd');
    socket.receive('$ack', { done: [[1, 1]] });
    socket.drop();
    client.send('chat', 'e');
    const next = await connected({
      resumed: true,
      done: [
        [1, 1],
        [3, 3],
      ],
    });
    expect(next.takeSent().map(({ data, seq }) => [data, seq])).toEqual([
      ['b', 2],
      ['d', 4],
      ['e', 5],
    ]);
  });

  it('may be lost with their session, and then onError says which', async () => {
    const { client, first: socket, connected, errors } = await startSession();
    client.send('chat', 'acknowledged');
    client.send('chat', 'written');
    client.send('save', 'idempotent');
    socket.receive('$ack', { done: [[1, 1]] });
    socket.drop();
    client.send('chat', 'waiting');
    expect(errors).toEqual([]);
    const next = await connected({ session: 's_2', channels: { save: { idempotent: true } } });
    expect(errors).toEqual([{ code: 'unknown_outcome', path: 'chat', data: 'written' }]);
    expect(next.takeSent()).toEqual([
      { path: 'save', data: 'idempotent', seq: 1 },
      { path: 'chat', data: 'waiting', seq: 2 },
    ]);
  });

  it('are reported once also where the report itself is sent', async () => {
    const { client, first: socket, connected, errors } = await startSession();
    client.onError(({ code }) => client.send('log', code));
    client.send('chat', 'written');
    socket.drop();
    const next = await connected({ session: 's_2' });
    expect(errors).toHaveLength(1);
    expect(next.takeSent()).toEqual([{ path: 'log', data: 'unknown_outcome', seq: 1 }]);
  });

  it('are reported when a closed door ends the session, and not when the application does', async () => {
    for (const [end, codes] of [
      [4403, ['unknown_outcome', 'closed']],
      ['close', []],
    ] as const) {
      const { client, first: socket, errors } = await startSession();
      client.send('chat', 'written');
      if (end === 'close') client.close();
      else {
        socket.readyState = 2;
        client.send('chat', 'waiting');
        socket.drop(end);
      }
      expect(errors.map(({ code }) => code)).toEqual(codes);
      client.close();
    }
  });

  it.each([
    ['written', 'unknown_outcome'],
    ['waiting', 'closed'],
    ['too old', 'closed'],
  ] as const)(
    'that were %s when a door closed may be sent again by whoever connects on that',
    async (what, code) => {
      const { client, first: socket, errors, connected, sleep } = await startSession();
      if (what !== 'written') socket.readyState = 2;
      client.send('chat', 'a');
      if (what === 'too old') sleep(60_000);
      client.onError(() => {
        client.connect();
        client.send('chat', 'b');
      });
      socket.drop(4403);
      expect(errors).toEqual([{ code, path: 'chat', data: 'a' }]);
      const next = await connected({ resumed: true, done: [[1, 1]] });
      expect(next.takeSent()).toMatchObject([{ path: 'chat', data: 'b' }]);
      expect(errors).toHaveLength(1);
    },
  );

  it('are sent also by whoever connects anew because of what was missed when a door closed', async () => {
    const { client, first, connected, errors } = await startSession();
    first.drop();
    const next = await connected({ session: 's_2', streams: { '*': ['e', 30] } });
    const stop = client.onGap(() => {
      stop();
      client.connect();
      client.send('chat', 'b');
    });
    next.drop(4403);
    expect(errors).toEqual([]);
    expect((await connected({ resumed: true })).takeSent()).toMatchObject([{ path: 'chat', data: 'b' }]);
  });

  it('are reported where the next address is none, and those after them are new to a session that is found again', async () => {
    const urls = ['ws://server.test/ws', 'no address', 'ws://server.test/ws'];
    const { client, connected, errors, advance } = startClient({ url: () => urls.shift() ?? '' });
    const socket = await connected();
    client.send('chat', 'written');
    socket.drop();
    client.send('chat', 'waiting');
    await advance(1_000);
    expect(client.status).toMatchObject({ name: 'closed', error: { code: 'internal' } });
    expect(errors).toEqual([
      { code: 'unknown_outcome', path: 'chat', data: 'written' },
      { code: 'closed', path: 'chat', data: 'waiting' },
    ]);
    const next = await connected({ resumed: true, done: [[1, 1]] });
    client.send('chat', 'anew');
    expect(next.takeSent()).toEqual([{ path: 'chat', data: 'anew', seq: 2 }]);
  });

  it('go on with their numbers where a client that gave up comes back to its session', async () => {
    const { client, connected, errors } = startClient({ reconnect: { maxAttempts: 1 } });
    const socket = await connected();
    client.send('chat', 'a');
    client.send('chat', 'b');
    socket.receive('$ack', { done: [[1, 1]] });
    socket.drop();
    expect(client.status).toMatchObject({ name: 'closed' });
    expect(errors).toEqual([{ code: 'unknown_outcome', path: 'chat', data: 'b' }]);
    const next = await connected({ resumed: true, done: [[1, 2]] });
    client.send('chat', 'c');
    expect(next.takeSent()).toEqual([{ path: 'chat', data: 'c', seq: 3 }]);
    next.drop();
    const another = await connected({ session: 's_2' });
    client.send('chat', 'd');
    expect(another.takeSent()).toEqual([{ path: 'chat', data: 'd', seq: 1 }]);
  });

  it('count against the outbox until they are acknowledged, and never expire', async () => {
    const { client, connected, errors, advance } = startClient({ outbox: { maxMessages: 2 } });
    const socket = await connected();
    client.send('chat', 'a');
    client.send('chat', 'b');
    expect(() => client.send('chat', 'c')).toThrow(/outbox_full/);
    const asked = client.request('time');
    socket.receive('$ack', { done: [[1, 1]] });
    client.send('chat', 'd');
    expect(() => client.send('chat', 'e')).toThrow(/outbox_full/);
    socket.drop();
    socket.takeSent();
    const failed = expect(asked).rejects.toMatchObject({ code: 'timeout' });
    for (let seconds = 0; seconds < 70; seconds += 10) await advance(10_000);
    await failed;
    expect(errors).toEqual([]);
    const next = await connected({ resumed: true });
    expect(next.takeSent().map(({ data, path }) => [path, data])).toEqual([
      ['$cancel', 3],
      ['chat', 'b'],
      ['chat', 'd'],
    ]);
  });

  it('that are latest or volatile have no number', async () => {
    const { client, connected } = startClient();
    const channels = { mood: { delivery: 'latest' }, typing: { delivery: 'volatile' } };
    const socket = await connected({ channels });
    client.send('mood', 1);
    client.send('typing', 1);
    expect(socket.takeSent()).toEqual([
      { path: 'mood', data: 1 },
      { path: 'typing', data: 1 },
    ]);
    socket.drop();
    client.send('mood', 2);
    client.send('mood', 3);
    const next = await connected({ resumed: true, channels });
    expect(next.takeSent()).toEqual([{ path: 'mood', data: 3 }]);
  });
});

describe('requests', () => {
  it('wait over a break, and are not asked again where they are done', async () => {
    const { client, first: socket, connected } = await startSession();
    const first = client.request('a');
    const second = client.request('b');
    socket.drop();
    const next = await connected({ resumed: true, done: [[1, 1]] });
    expect(next.takeSent()).toEqual([{ path: 'b', id: 2 }]);
    next.receive('a', 'A', { id: 1 });
    next.receive('b', 'B', { id: 2 });
    expect(await Promise.all([first, second])).toEqual(['A', 'B']);
  });

  it('that are given up while away are cancelled once back, and not sent where they never were', async () => {
    const { client, first: socket, connected, advance } = await startSession();
    const written = expect(client.request('a')).rejects.toMatchObject({ code: 'timeout' });
    socket.readyState = 2;
    const stop = new AbortController();
    const unwritten = expect(client.request('b', undefined, { signal: stop.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    stop.abort();
    socket.drop();
    await advance(10_000);
    await Promise.all([written, unwritten]);
    const next = await connected({ resumed: true });
    expect(next.takeSent()).toEqual([{ path: '$cancel', data: 1 }]);
    next.drop();
    expect((await connected({ resumed: true })).takeSent()).toEqual([]);
  });

  it('are not reported as open once they were answered, and their outcome may be unknown to the server', async () => {
    const { client, first: socket, connected } = await startSession();
    const asked = client.request('a');
    socket.drop();
    const next = await connected({ resumed: true });
    next.receive('$error', undefined, { id: 1, error: { code: 'unknown_outcome', message: 'evicted' } });
    await expect(asked).rejects.toMatchObject({ code: 'unknown_outcome', path: 'a' });
  });
});
