import { ChannelError, SocketError } from '@wirepact/core';
import { describe, expect, it, vi } from 'vitest';
import type { RequestOptions } from './client.js';
import { plain } from './dialect.js';
import { settle, startClient } from './test-socket.fixture.js';

describe('request', () => {
  it('resolves to the data that comes with its id', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const first = client.request('time');
    const second = client.request('sum', [1, 2]);
    expect(socket.takeSent()).toEqual([
      { path: 'time', id: 1 },
      { path: 'sum', data: [1, 2], id: 2 },
    ]);
    socket.receive('sum', 3, { id: 2 });
    socket.receive('time', undefined, { id: 1 });
    expect(await second).toBe(3);
    expect(await first).toBeUndefined();
  });

  it('rejects with a SocketError also what is no JSON', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const circle: { itself?: unknown } = {};
    circle.itself = circle;
    for (const data of [10n, circle]) {
      const error: unknown = await client.request('chat', data).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SocketError);
      expect(error).toMatchObject({ code: 'internal', path: 'chat', cause: expect.any(TypeError) });
      expect(() => client.stream('tail', data)[Symbol.asyncIterator]()).toThrow(SocketError);
    }
    expect(socket.takeSent()).toEqual([]);
  });

  it('and send throw the same for it', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    expect(() => client.send('chat', 10n)).toThrow(
      expect.objectContaining({ code: 'internal', path: 'chat', cause: expect.any(TypeError) }) as Error,
    );
    expect(socket.takeSent()).toEqual([]);
  });

  it('rejects with the error that comes with its id', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const asked = client.request('chat', 'hi');
    socket.receive('chat', undefined, {
      id: 1,
      error: { code: 'MUTED', message: 'later', data: { until: 'noon' } },
    });
    const error: unknown = await asked.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ChannelError);
    expect(error).toMatchObject({ code: 'MUTED', message: 'later', data: { until: 'noon' }, path: 'chat' });
  });

  it('times out, tells the server to stop, and is deaf to a late answer', async () => {
    const { client, connected, advance, clock } = startClient({ dialect: plain, requestTimeoutMs: 500 });
    const socket = await connected();
    const asked = client.request('time');
    const rejected = expect(asked).rejects.toMatchObject({ code: 'timeout', retryable: true });
    await advance(500);
    await rejected;
    expect(clock.pending).toBe(0);
    const heard = vi.fn();
    client.on('time', heard);
    socket.receive('time', 'late', { id: 1 });
    expect(socket.takeSent()).toEqual([{ path: 'time', id: 1 }]);
    expect(heard).not.toHaveBeenCalled();
  });

  it('takes a timeout of undefined for none given', async () => {
    const { client, connected, advance } = startClient();
    await connected();
    // what plain JavaScript passes on, and types without exactOptionalPropertyTypes allow
    const loose = { timeoutMs: undefined } as unknown as RequestOptions;
    const rejected = expect(client.request('time', 1, loose)).rejects.toMatchObject({ code: 'timeout' });
    await advance(10_000);
    await rejected;
  });

  it('cancels on the server what its signal aborts', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const stop = new AbortController();
    const asked = client.request('time', undefined, { signal: stop.signal });
    stop.abort('enough');
    await expect(asked).rejects.toMatchObject({ code: 'aborted', cause: 'enough' });
    expect(socket.takeSent()).toEqual([
      { path: 'time', id: 1 },
      { path: '$cancel', data: 1 },
    ]);
  });

  it('sends nothing for a signal that is aborted already', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const asked = client.request('time', undefined, { signal: AbortSignal.abort() });
    await expect(asked).rejects.toMatchObject({ code: 'aborted' });
    expect(socket.takeSent()).toEqual([]);
  });

  it('waits for the connection, its own timeout running', async () => {
    const { client, connected, advance } = startClient({ autoConnect: false, requestTimeoutMs: 1_000 });
    const tooLong = client.request('time', undefined, { timeoutMs: 10 });
    const rejected = expect(tooLong).rejects.toMatchObject({ code: 'timeout' });
    const asked = client.request('time');
    await advance(10);
    await rejected;
    client.connect();
    const socket = await connected();
    expect(socket.takeSent()).toEqual([{ path: 'time', id: 1 }]);
    socket.receive('time', 'noon', { id: 1 });
    expect(await asked).toBe('noon');
  });

  it('rejects with unknown_outcome when its session is lost after it was written', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const asked = client.request('pay');
    socket.drop();
    void connected();
    await expect(asked).rejects.toMatchObject({ code: 'unknown_outcome', path: 'pay' });
  });

  it('is asked again in another session where the channel is idempotent, before what was asked later', async () => {
    const { client, connected } = startClient();
    const socket = await connected({ channels: { save: { idempotent: true } } });
    const saved = client.request('save', 'a');
    socket.takeSent();
    socket.drop();
    client.send('chat', 'later');
    const next = await connected({ channels: { save: { idempotent: true } } });
    expect(next.takeSent()).toEqual([
      { path: 'save', data: 'a', id: 1 },
      { path: 'chat', data: 'later', seq: 2 },
    ]);
    next.receive('save', 'done', { id: 1 });
    expect(await saved).toBe('done');
  });

  it('is not asked again once it was aborted', async () => {
    const { client, connected } = startClient();
    const socket = await connected({ channels: { save: { idempotent: true } } });
    const stop = new AbortController();
    const saved = client.request('save', 'a', { signal: stop.signal });
    socket.drop();
    stop.abort();
    await expect(saved).rejects.toMatchObject({ code: 'aborted' });
    expect((await connected()).takeSent()).toEqual([]);
  });

  it('waits again when the socket is closing already', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    socket.readyState = 2;
    const asked = client.request('time');
    socket.drop();
    const next = await connected();
    expect(next.takeSent()).toEqual([{ path: 'time', id: 1 }]);
    next.receive('time', 'noon', { id: 1 });
    expect(await asked).toBe('noon');
  });

  it('refuses what is larger than the server takes, counted in UTF-8', async () => {
    const { client, connected } = startClient();
    const limits = { maxMessageBytes: 60, maxInFlight: 64, maxRooms: 128 };
    const socket = await connected({ limits });
    client.send('chat', 'twenty characters...');
    expect(() => client.send('chat', '€€€€€€€€€€€€€€€')).toThrow(/message_too_large/);
    await expect(client.request('chat', 'x'.repeat(50))).rejects.toMatchObject({ code: 'message_too_large' });
    expect(socket.takeSent()).toHaveLength(1);
  });

  it('fails what turns out too large for the server once it is known', async () => {
    const { client, connected, errors } = startClient();
    client.send('chat', 'x'.repeat(100));
    const asked = client.request('chat', 'x'.repeat(100));
    const rejected = expect(asked).rejects.toMatchObject({ code: 'message_too_large' });
    const socket = await connected({ limits: { maxMessageBytes: 40, maxInFlight: 64, maxRooms: 128 } });
    await rejected;
    expect(errors).toMatchObject([{ code: 'message_too_large', path: 'chat' }]);
    expect(socket.takeSent()).toEqual([]);
  });

  it('leaves no timer and no listener on the signal behind', async () => {
    const { client, connected, clock } = startClient();
    const socket = await connected();
    const before = clock.pending;
    const stop = new AbortController();
    const removed = vi.spyOn(stop.signal, 'removeEventListener');
    const asked = client.request('time', undefined, { signal: stop.signal });
    expect(clock.pending).toBe(before + 1);
    socket.receive('time', 'noon', { id: 1 });
    await asked;
    expect(clock.pending).toBe(before);
    expect(removed).toHaveBeenCalledTimes(1);
    socket.takeSent();
    stop.abort();
    await settle();
    expect(socket.takeSent()).toEqual([]);
  });
});
