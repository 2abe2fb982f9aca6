// Questions of the client and their answers, of which each gets exactly one.
import { ChannelError, SocketError } from '@wirepact/core';
import { safe } from '@wirepact/client';
import { describe, expect, test, vi } from 'vitest';
import type { ServerOptions } from './app.js';
import { startApp } from './start-app.js';
import { everyTransport } from './transports.js';

type Routes = NonNullable<ServerOptions['routes']>;

describe.each(everyTransport)('requests over $name', (transport) => {
  const startWith = (routes: Routes): ReturnType<typeof startApp> =>
    startApp(transport, { server: { routes } });

  test('the answer is the reply, the out of a channel without one, or nothing where the reply is void', async () => {
    const app = await startWith({
      chat: (socket, { text }) => ({ id: `${socket.context.user}:${text}` }),
      time: async () => '12:00',
      forget: () => undefined,
    });
    expect(await app.client.request('chat', { text: 'hi' })).toEqual({ id: 'guest:hi' });
    expect(await app.client.request('time')).toBe('12:00');
    expect(await app.client.request('forget', { n: 1 })).toBeUndefined();
  });

  test('answers find their questions whatever the order', async () => {
    const answers: (() => void)[] = [];
    const app = await startWith({
      save: (_, { n }) => new Promise((resolve) => answers.push(() => resolve({ n }))),
    });
    const replies = Promise.all([1, 2, 3].map((n) => app.client.request('save', { n })));
    await app.settle();
    for (const answer of answers.reverse()) answer();
    expect(await replies).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  test('an answer is no event: nobody but the asker hears it', async () => {
    const app = await startWith({ time: () => '12:00' });
    const heard = vi.fn();
    app.client.onAny(heard);
    await app.client.request('time');
    expect(heard).not.toHaveBeenCalled();
  });

  test('a request without an answer in time rejects with timeout and aborts its handler; a late answer is ignored', async () => {
    const aborted = vi.fn();
    let answer = (_: string): void => {};
    const app = await startWith({
      time: (_, __, { signal }) => {
        signal.addEventListener('abort', aborted);
        return new Promise((resolve) => (answer = resolve));
      },
    });
    const short = safe(app.client.request('time', undefined, { timeoutMs: 2_000 }));
    await app.advance(1_500);
    expect(aborted).not.toHaveBeenCalled();
    await app.advance(500);
    expect((await short)[0]).toMatchObject({ code: 'timeout', path: 'time', retryable: true });
    expect(aborted).toHaveBeenCalledOnce();
    answer('12:00');
    await app.settle();
    expect(app.client.status.name).toBe('connected');
  });

  test('requestTimeoutMs of the client holds where the request names none', async () => {
    const app = await startApp(transport, {
      client: { requestTimeoutMs: 700 },
      server: { routes: { time: () => new Promise<string>(() => {}) } },
    });
    const asked = safe(app.client.request('time'));
    await app.advance(700);
    expect((await asked)[0]?.code).toBe('timeout');
  });

  test('an aborted request rejects with its reason as the cause, and aborts its handler', async () => {
    const aborted = vi.fn();
    const app = await startWith({
      time: (_, __, { signal }) => {
        signal.addEventListener('abort', aborted);
        return new Promise<string>(() => {});
      },
    });
    const stop = new AbortController();
    const asked = safe(app.client.request('time', undefined, { signal: stop.signal }));
    await app.settle();
    stop.abort('enough');
    expect((await asked)[0]).toMatchObject({ code: 'aborted', cause: 'enough' });
    await app.settle();
    expect(aborted).toHaveBeenCalledOnce();
    const never = app.client.request('time', undefined, { signal: AbortSignal.abort() });
    await expect(never).rejects.toMatchObject({ code: 'aborted' });
  });

  test('an error that the channel declares arrives with its code and its data', async () => {
    const app = await startWith({
      chat(_, { text }, { fail }) {
        if (text === 'spam') throw fail('MUTED', { until: 5 });
        throw fail('BANNED');
      },
    });
    const [muted] = await safe(app.client.request('chat', { text: 'spam' }));
    expect(muted).toMatchObject({ name: 'ChannelError', code: 'MUTED', data: { until: 5 }, path: 'chat' });
    const [banned] = await safe(app.client.request('chat', { text: 'hi' }));
    expect(banned).toMatchObject({ code: 'BANNED', data: undefined });
  });

  test('of an error that is not declared only internal is told, and the server hears what it was', async () => {
    const secret = new Error('the password is 1234');
    const undeclared = new ChannelError('NOT_MINE', { secret: 1 });
    const thrown = [secret, undeclared];
    const app = await startWith({
      save() {
        throw thrown.shift() ?? new Error();
      },
    });
    for (const _ of [1, 2]) {
      const [error] = await safe(app.client.request('save', { n: 1 }));
      expect(error).toMatchObject({ code: 'internal', data: undefined });
      expect(JSON.stringify([error?.message, error?.stack])).not.toMatch(/1234|NOT_MINE|secret/);
    }
    expect(app.takeServerErrors()).toEqual([secret, undeclared]);
  });

  test('an answer that does not fit is internal to the asker, and invalid_output to the server', async () => {
    const app = await startWith({ save: () => ({ n: 'one' }) as never });
    await expect(app.client.request('save', { n: 1 })).rejects.toMatchObject({ code: 'internal' });
    expect(app.takeServerErrors()).toMatchObject([{ code: 'invalid_output', path: 'save' }]);
  });

  test('data that does not fit is invalid_input with the issues, and the handler does not run', async () => {
    const chat = vi.fn(() => ({ id: 'm1' }));
    const app = await startWith({ chat });
    const [error] = await safe(app.client.request('chat', { text: '' }));
    expect(error).toMatchObject({ code: 'invalid_input', data: { issues: [{ path: ['text'] }] } });
    expect(chat).not.toHaveBeenCalled();
  });

  test('nothing where an answer is due is no_reply, and a path that nobody takes is unknown_path', async () => {
    const app = await startWith({ time: () => undefined });
    await expect(app.client.request('time')).rejects.toMatchObject({ code: 'no_reply' });
    await expect(app.client.request('save', { n: 1 })).rejects.toMatchObject({ code: 'unknown_path' });
  });

  test('a handler may say who the caller is with the codes of the library', async () => {
    const app = await startWith({
      time() {
        throw new SocketError('forbidden', '[forbidden] not on Sundays');
      },
    });
    const [error] = await safe(app.client.request('time'));
    expect(error).toMatchObject({ code: 'forbidden', message: '[forbidden] not on Sundays' });
  });

  test('middleware runs around the route and may refuse', async () => {
    const app = await startWith({ save: (_, { n }) => ({ n }) });
    const seen: string[] = [];
    app.sockets.use(async (_, message, next) => {
      seen.push(`before ${message.path}`);
      await next();
      seen.push(`after ${message.path}`);
    });
    const remove = app.sockets.use(() => {
      throw new SocketError('unauthenticated');
    });
    await expect(app.client.request('save', { n: 1 })).rejects.toMatchObject({ code: 'unauthenticated' });
    remove();
    expect(await app.client.request('save', { n: 2 })).toEqual({ n: 2 });
    expect(seen).toEqual(['before save', 'before save', 'after save']);
  });

  test('no more than maxInFlight handlers of one client run at a time, and all are answered in the end', async () => {
    const waiting: (() => void)[] = [];
    let started = 0;
    const app = await startApp(transport, {
      server: {
        limits: { maxInFlight: 8 },
        routes: {
          save(_, { n }) {
            started += 1;
            return new Promise((resolve) => waiting.push(() => resolve({ n })));
          },
          time: () => '12:00',
        },
      },
    });
    const other = await app.connect();
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    const replies = Promise.all(numbers.map((n) => app.client.request('save', { n })));
    await app.settle();
    expect(started).toBe(8);
    expect(await other.request('time')).toBe('12:00');
    while (started < 30 || waiting.length > 0) {
      for (const answer of waiting.splice(0)) answer();
      await app.settle();
      expect(waiting.length).toBeLessThanOrEqual(8);
    }
    expect(await replies).toEqual(numbers.map((n) => ({ n })));
  });

  test('every message has an id of its own', async () => {
    const ids = new Set<string>();
    const app = await startWith({
      save(_, { n }, { messageId }) {
        ids.add(messageId);
        return { n };
      },
    });
    await Promise.all([1, 2, 3].map((n) => app.client.request('save', { n })));
    expect(ids.size).toBe(3);
  });
});
