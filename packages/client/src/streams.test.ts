import { describe, expect, it } from 'vitest';
import { plain } from './dialect.js';
import { settle, startClient, type TestSocket } from './test-socket.fixture.js';

const feed = (socket: TestSocket, from: number, to: number, data?: unknown): void => {
  for (let n = from; n <= to; n++) socket.receive('tail', data ?? n, { id: 1, more: true, n });
};

async function startStream(options: { idempotent?: boolean; plain?: boolean } = {}) {
  const started = startClient(options.plain ? { dialect: plain } : {});
  const socket = await started.connected(
    options.idempotent ? { channels: { tail: { idempotent: true } } } : {},
  );
  const stop = new AbortController();
  const stream = started.client.stream('tail', 'query', { signal: stop.signal });
  const reader = stream[Symbol.asyncIterator]();
  return { ...started, socket, stream, reader, stop };
}

describe('stream', () => {
  it('yields the items in order, and ends', async () => {
    const { reader, socket } = await startStream();
    expect(socket.takeSent()).toEqual([{ path: 'tail', data: 'query', id: 1 }]);
    const first = reader.next();
    feed(socket, 1, 2);
    socket.receive('tail', undefined, { id: 1, end: true });
    expect(await first).toEqual({ done: false, value: 1 });
    expect(await reader.next()).toEqual({ done: false, value: 2 });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(socket.takeSent()).toEqual([]);
  });

  it('grants 16 items beyond what was taken, each time eight were', async () => {
    const { reader, socket } = await startStream();
    socket.takeSent();
    feed(socket, 1, 16);
    for (let taken = 1; taken <= 7; taken++) await reader.next();
    expect(socket.takeSent()).toEqual([]);
    await reader.next();
    expect(socket.takeSent()).toEqual([{ path: '$more', data: { id: 1, n: 24 } }]);
    for (let taken = 9; taken <= 16; taken++) await reader.next();
    expect(socket.takeSent()).toEqual([{ path: '$more', data: { id: 1, n: 32 } }]);
  });

  it('grants earlier when the items are large', async () => {
    const { reader, socket } = await startStream();
    socket.takeSent();
    feed(socket, 1, 2, 'x'.repeat(20_000));
    await reader.next();
    expect(socket.takeSent()).toEqual([]);
    await reader.next();
    expect(socket.takeSent()).toEqual([{ path: '$more', data: { id: 1, n: 18 } }]);
    feed(socket, 3, 4, 'x'.repeat(20_000));
    await reader.next();
    expect(socket.takeSent()).toEqual([]);
    await reader.next();
    expect(socket.takeSent()).toEqual([{ path: '$more', data: { id: 1, n: 20 } }]);
  });

  it('tells a plain server nothing', async () => {
    const { reader, socket } = await startStream({ plain: true });
    for (let item = 1; item <= 20; item++) socket.receive('tail', item, { id: 1, more: true });
    for (let taken = 1; taken <= 20; taken++) await reader.next();
    await reader.return?.();
    expect(socket.takeSent()).toEqual([{ path: 'tail', data: 'query', id: 1 }]);
  });

  it('cancels when the loop is left', async () => {
    const { stream, socket, reader } = await startStream();
    await reader.return?.();
    socket.takeSent();
    const looped = (async () => {
      for await (const item of stream) if (item === 'enough') break;
    })();
    await settle();
    socket.receive('tail', 'enough', { id: 2, more: true, n: 1 });
    await looped;
    expect(socket.takeSent()).toEqual([
      { path: 'tail', data: 'query', id: 2 },
      { path: '$cancel', data: 2 },
    ]);
  });

  it('is left at once while an item is awaited', async () => {
    const { reader, socket } = await startStream();
    socket.takeSent();
    const awaited = reader.next();
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    expect(await awaited).toEqual({ done: true, value: undefined });
    expect(socket.takeSent()).toEqual([{ path: '$cancel', data: 1 }]);
  });

  it('ends with aborted, without the items that wait, and cancels', async () => {
    const { reader, socket, stop } = await startStream();
    socket.takeSent();
    feed(socket, 1, 3);
    await reader.next();
    stop.abort();
    await expect(reader.next()).rejects.toMatchObject({ code: 'aborted' });
    expect(await reader.next()).toMatchObject({ done: true });
    expect(socket.takeSent()).toEqual([{ path: '$cancel', data: 1 }]);
  });

  it('yields what came before an error, and then throws it', async () => {
    const { reader, socket } = await startStream();
    feed(socket, 1, 1);
    socket.receive('tail', undefined, { id: 1, error: { code: 'GONE', message: 'gone' } });
    expect(await reader.next()).toEqual({ done: false, value: 1 });
    await expect(reader.next()).rejects.toMatchObject({ code: 'GONE' });
  });

  it('has no timeout of its own', async () => {
    const { reader, socket, advance } = await startStream({ plain: true });
    const awaited = reader.next();
    await advance(3_600_000);
    feed(socket, 1, 1);
    expect(await awaited).toEqual({ done: false, value: 1 });
  });

  it('goes on over a break in its session, without an item twice, and with what was granted', async () => {
    const { reader, socket, connected } = await startStream();
    feed(socket, 1, 3);
    await reader.next();
    socket.drop();
    expect(await reader.next()).toEqual({ done: false, value: 2 });
    const next = await connected({ resumed: true });
    expect(next.takeSent()).toEqual([{ path: 'tail', data: 'query', id: 1 }]);
    feed(next, 2, 4);
    next.receive('tail', undefined, { id: 1, end: true });
    expect(await reader.next()).toEqual({ done: false, value: 3 });
    expect(await reader.next()).toEqual({ done: false, value: 4 });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it('says how many items came, and grants again what was granted while away', async () => {
    const { reader, socket, client, advance, sockets } = await startStream();
    feed(socket, 1, 16);
    socket.drop();
    for (let taken = 1; taken <= 8; taken++) await reader.next();
    client.connect();
    await advance(0);
    const next = sockets[1] as TestSocket;
    next.open();
    expect(next.takeSent()).toMatchObject([{ path: '$hello', data: { open: { 1: 16 } } }]);
    next.welcome({ resumed: true });
    expect(next.takeSent()).toEqual([
      { path: 'tail', data: 'query', id: 1 },
      { path: '$more', data: { id: 1, n: 24 } },
    ]);
  });

  it('tells the server to stop once back when it was left while away', async () => {
    const { reader, socket, connected } = await startStream();
    socket.drop();
    await reader.return?.();
    const next = await connected({ resumed: true });
    expect(next.takeSent()).toEqual([{ path: '$cancel', data: 1 }]);
  });

  it('ends with unknown_outcome when its session is lost', async () => {
    const { reader, socket, connected } = await startStream();
    socket.drop();
    void connected();
    await expect(reader.next()).rejects.toMatchObject({ code: 'unknown_outcome' });
  });

  it('starts again in another session on an idempotent channel, if nobody took an item', async () => {
    const { reader, socket, connected } = await startStream({ idempotent: true });
    feed(socket, 1, 2);
    socket.drop();
    const next = await connected({ channels: { tail: { idempotent: true } } });
    expect(next.takeSent()).toEqual([{ path: 'tail', data: 'query', id: 1 }]);
    feed(next, 1, 1, 'anew');
    expect(await reader.next()).toEqual({ done: false, value: 'anew' });
  });

  it('does not start again once an item was taken', async () => {
    const { reader, socket, connected } = await startStream({ idempotent: true });
    feed(socket, 1, 2);
    await reader.next();
    socket.drop();
    await connected({ channels: { tail: { idempotent: true } } });
    expect(await reader.next()).toEqual({ done: false, value: 2 });
    await expect(reader.next()).rejects.toMatchObject({ code: 'unknown_outcome' });
  });

  it('rejects with closed when the client closes', async () => {
    const { reader, client, clock } = await startStream();
    const awaited = expect(reader.next()).rejects.toMatchObject({ code: 'closed' });
    client.close();
    await awaited;
    expect(clock.pending).toBe(0);
  });
});
