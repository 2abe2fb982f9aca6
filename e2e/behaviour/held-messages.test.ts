// Messages that are kept back because as many handlers run as may: they are handled in order, however many they are. What the
// handlers themselves wait for is not kept back.
import { safe } from '@wirepact/client';
import type { LimitOptions } from '@wirepact/server';
import { describe, expect, test } from 'vitest';
import { startApp } from './start-app.js';
import { everyTransport, transports } from './transports.js';

test.each(transports)(
  'thousands of messages wait for one handler over $name, and are all handled',
  async (transport) => {
    const handled: number[] = [];
    let finish = (): void => {};
    const limits = { maxInFlight: 1, messageBurst: 10_000, messagesPerSecond: 10_000 };
    const app = await startApp(transport, {
      server: {
        limits,
        routes: {
          save: (_socket, saved) => new Promise((resolve) => (finish = () => resolve(saved))),
          count: (_socket, { n }) => void handled.push(n),
        },
      },
      client: { outbox: { maxMessages: 10_000 } },
    });
    const saved = app.client.request('save', { n: 0 });
    for (let n = 1; n <= 5_000; n += 1) app.client.send('count', { n });
    await app.settle();
    expect(handled).toEqual([]);
    finish();
    expect(await saved).toEqual({ n: 0 });
    await app.advance(1_000);
    expect(handled).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
  },
);

describe.each(everyTransport)('what running handlers wait for comes to them over $name', (transport) => {
  /** As many requests as `count`, whose handlers wait until they are cancelled. */
  async function startWaiting(count: number, limits: LimitOptions) {
    const cancelled: number[] = [];
    const app = await startApp(transport, {
      server: {
        limits: { maxInFlight: 4, ...limits },
        routes: {
          save: (_socket, saved, { signal }) =>
            new Promise((resolve) => {
              signal.addEventListener('abort', () => {
                cancelled.push(saved.n);
                resolve(saved);
              });
            }),
          time: () => '12:00',
        },
      },
    });
    const abort = new AbortController();
    const numbers = Array.from({ length: count }, (_, n) => n);
    const requests = numbers.map((n) => safe(app.client.request('save', { n }, { signal: abort.signal })));
    await app.settle();
    return { app, abort, numbers, cancelled, requests };
  }

  test('a cancellation, though as many handlers run as may, and more requests wait before it', async () => {
    const { app, abort, numbers, cancelled, requests } = await startWaiting(20, {});
    abort.abort();
    for (const [error] of await Promise.all(requests)) expect(error).toMatchObject({ code: 'aborted' });
    expect(await app.client.request('time')).toBe('12:00');
    expect(cancelled).toEqual(numbers);
  });

  test('cancellations that come faster than the rates allow', async () => {
    const rates = { messageBurst: 10, messagesPerSecond: 10 };
    const { app, abort, numbers, cancelled } = await startWaiting(20, rates);
    abort.abort();
    const time = app.client.request('time', undefined, { timeoutMs: 60_000 });
    await app.advance(10_000);
    expect(await time).toBe('12:00');
    expect(cancelled).toEqual(numbers);
  });

  test('the answer to a question, though as many handlers ask as may run', async () => {
    const app = await startApp(transport, {
      server: {
        limits: { maxInFlight: 4 },
        routes: {
          save: async (socket, { n }) => ({ n: n + (await socket.request('price', { item: 'tea' })) }),
        },
      },
    });
    app.client.handle('price', () => 100);
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    const saved = await Promise.all(numbers.map((n) => app.client.request('save', { n })));
    expect(saved).toEqual(numbers.map((n) => ({ n: n + 100 })));
  });

  test('a grant to a stream, though as many handlers run as may', async () => {
    let finish = (): void => {};
    const app = await startApp(transport, {
      server: {
        limits: { maxInFlight: 1 },
        routes: {
          save: (_socket, saved) => new Promise((resolve) => (finish = () => resolve(saved))),
          async *tail(_socket, { n }) {
            for (let item = 0; item < n; item += 1) yield item;
          },
        },
      },
    });
    const items = app.client.stream('tail', { n: 100 })[Symbol.asyncIterator]();
    expect(await items.next()).toEqual({ done: false, value: 0 });
    const saved = app.client.request('save', { n: 1 });
    for (let item = 1; item < 100; item += 1)
      expect(await items.next()).toEqual({ done: false, value: item });
    expect(await items.next()).toEqual({ done: true, value: undefined });
    finish();
    expect(await saved).toEqual({ n: 1 });
  });
});
