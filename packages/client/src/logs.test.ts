// What the client makes of the entries of its logs, and how it acknowledges those of its inbox.
import { describe, expect, it } from 'vitest';
import { entry, startSession } from './test-session.fixture.js';
import { settle } from './test-socket.fixture.js';

describe('the logs', () => {
  it('are followed entry by entry, and what overlaps is dropped', async () => {
    const { first: socket, heard } = await startSession();
    entry(socket, '*', 11);
    entry(socket, '*', 11);
    socket.receive('$skip', undefined, { room: '*', at: 12, after: 11 });
    entry(socket, '*', 13);
    socket.receive('chat', 'volatile');
    entry(socket, 'attic', 1);
    expect(heard).toEqual([11, 13, 'volatile']);
  });

  it('are asked for again where entries are missing, and until then nothing of them is taken', async () => {
    const { first: socket, heard, gaps } = await startSession();
    entry(socket, '*', 13, 12);
    entry(socket, '*', 14);
    entry(socket, undefined, 1);
    expect(socket.takeSent()).toEqual([{ path: '$join', data: { room: '*', from: ['e', 10] }, id: 1 }]);
    socket.receive('$join', { room: '*' }, { id: 1 });
    socket.receive('$stream', { room: '*', epoch: 'e', from: 10, count: 4 });
    for (let at = 11; at <= 14; at++) entry(socket, '*', at);
    await settle();
    expect(heard).toEqual([1, 11, 12, 13, 14]);
    expect(gaps).toEqual([]);
  });

  it('are asked for again by the next entry where the answer never came', async () => {
    const { first: socket, advance } = await startSession();
    entry(socket, '*', 13);
    await advance(10_000);
    entry(socket, '*', 14);
    expect(socket.takeSent().map(({ path }) => path)).toEqual(['$join', '$cancel', '$join']);
  });

  it('tell a fork before what comes after it', async () => {
    const { first: socket, heard, gaps } = await startSession();
    entry(socket, '*', 11);
    entry(socket, '*', 12, 9);
    entry(socket, '*', 13);
    expect(gaps).toEqual([{ log: 'everyone', why: 'fork', from: ['e', 11], to: ['e', 9] }]);
    expect(heard).toEqual([11, 12, 13]);
  });

  it('are not moved back by a replay, and tell what it misses where the server did not', async () => {
    const { first, heard, gaps } = await startSession();
    const begin = (epoch: string, from: number): void =>
      first.receive('$stream', { room: '*', epoch, from, count: 0 });
    begin('e', 8);
    entry(first, '*', 9);
    entry(first, '*', 10);
    entry(first, '*', 11);
    begin('e', 20);
    entry(first, '*', 21);
    begin('f', 0);
    entry(first, '*', 1);
    expect(heard).toEqual([11, 21, 1]);
    expect(gaps).toEqual([
      { log: 'everyone', why: 'trimmed', from: ['e', 11], to: ['e', 20] },
      { log: 'everyone', why: 'epoch', from: ['e', 21], to: ['f', 0] },
    ]);
  });

  it('go on where a gap says so, and are forgotten where it names no place', async () => {
    const { client, first: socket, heard, gaps } = await startSession();
    socket.receive('$gap', { room: '*', why: 'lagged', from: ['e', 10], to: ['e', 20] });
    entry(socket, '*', 21);
    socket.receive('$stream', { room: 'server-side', epoch: 'r', from: 5, count: 0 });
    entry(socket, 'server-side', 6);
    socket.receive('$gap', { room: 'server-side', why: 'denied', from: ['r', 6] });
    entry(socket, 'server-side', 7);
    expect(heard).toEqual([21, ['server-side', 6]]);
    expect(gaps).toHaveLength(2);
    expect(gaps[1]).toEqual({ log: 'room', room: 'server-side', why: 'denied', from: ['r', 6] });
    expect(client.status.name).toBe('connected');
  });

  it('stand where they did until the listeners have run', async () => {
    const { greet, client, first: socket } = await startSession();
    client.on('chat', () => socket.drop());
    entry(socket, '*', 11);
    const { hello, next } = await greet();
    expect(hello).toMatchObject({ streams: { '*': ['e', 11] } });
    client.on('chat', () => client.close());
    next.welcome({ resumed: true });
    entry(next, '*', 12);
    const again = await greet();
    expect(again.hello).toEqual({});
  });

  it('carry what the server found wrong with an event, once', async () => {
    const { first: socket, errors } = await startSession();
    const wrong = { code: 'unknown_path', message: 'no such path', path: 'nope' };
    socket.receive('$error', wrong, { at: 1, after: 0 });
    socket.receive('$error', wrong, { at: 1, after: 0 });
    expect(errors).toEqual([{ code: 'unknown_path', path: 'nope' }]);
  });
});

describe('the inbox', () => {
  it('is acknowledged every 100 ms, or every 32 messages', async () => {
    const { first: socket, advance, clock } = await startSession();
    const before = clock.pending;
    entry(socket, undefined, 1);
    entry(socket, undefined, 2);
    await advance(99);
    expect(socket.takeSent()).toEqual([]);
    await advance(1);
    expect(socket.takeSent()).toEqual([{ path: '$ack', data: { inbox: 2 } }]);
    for (let at = 3; at <= 34; at++) entry(socket, undefined, at);
    expect(socket.takeSent()).toEqual([{ path: '$ack', data: { inbox: 34 } }]);
    entry(socket, '*', 11);
    await advance(1_000);
    expect(socket.takeSent()).toEqual([]);
    expect(clock.pending).toBe(before);
  });

  it('leaves no timer behind when the line breaks', async () => {
    const { client, first: socket, clock } = await startSession();
    entry(socket, undefined, 1);
    socket.drop();
    client.close();
    expect(clock.pending).toBe(0);
  });
});
