// Many answers to one question, produced as they are read.
import type { Client } from '@wirepact/client';
import { describe, expect, test, vi } from 'vitest';
import type { ServerOptions } from './app.js';
import { startApp } from './start-app.js';
import { everyTransport } from './transports.js';

type Tail = NonNullable<NonNullable<ServerOptions['routes']>['tail']>;

async function readAll<TItem>(stream: AsyncIterable<TItem>): Promise<TItem[]> {
  const items: TItem[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe.each(everyTransport)('streams over $name', (transport) => {
  const startWith = (tail: Tail): ReturnType<typeof startApp> =>
    startApp(transport, { server: { routes: { tail } } });

  async function* upTo(_: unknown, { n }: { readonly n: number }): AsyncGenerator<number> {
    for (let i = 0; i < n; i++) yield i;
  }

  test('10,000 items arrive whole and in order', async () => {
    const app = await startWith(upTo);
    const items = await readAll(app.client.stream('tail', { n: 10_000 }));
    expect(items).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
  });

  test('an empty stream ends at once, and two streams do not disturb each other', async () => {
    const app = await startWith(upTo);
    expect(await readAll(app.client.stream('tail', { n: 0 }))).toEqual([]);
    const [short, long] = [app.client.stream('tail', { n: 3 }), app.client.stream('tail', { n: 100 })];
    expect((await Promise.all([readAll(short), readAll(long)])).map(({ length }) => length)).toEqual([
      3, 100,
    ]);
  });

  test('the generator is never more than 16 items ahead of its reader', async () => {
    let made = 0;
    let isFinished = false;
    const app = await startWith(async function* () {
      try {
        for (;;) yield ++made;
      } finally {
        isFinished = true;
      }
    });
    let taken = 0;
    const leads: number[] = [];
    for await (const item of app.client.stream('tail', { n: 0 })) {
      taken = item;
      await app.settle();
      leads.push(made - taken);
      if (taken === 50) break;
    }
    expect(Math.max(...leads)).toBeLessThanOrEqual(16);
    expect(Math.max(...leads)).toBeGreaterThan(4);
    await app.settle();
    expect(isFinished).toBe(true);
  });

  test('large items are held back by their size', async () => {
    let made = 0;
    const app = await startApp(transport, {
      server: {
        routes: {
          async *lines() {
            for (;;) {
              made += 1;
              yield 'x'.repeat(10_000);
            }
          },
        },
      },
    });
    const reader = app.client.stream('lines', { n: 0 })[Symbol.asyncIterator]();
    await reader.next();
    await app.settle();
    expect(made).toBeGreaterThan(4);
    expect(made).toBeLessThanOrEqual(9);
    await reader.return?.();
  });

  test('leaving the loop runs the finally of the generator, and so does return() while an item is awaited', async () => {
    const finished = vi.fn();
    const app = await startWith(async function* (_, { n }, { signal }) {
      try {
        for (let i = 0; i < n; i++) yield i;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      } finally {
        finished();
      }
    });
    for await (const item of app.client.stream('tail', { n: 5 })) if (item === 2) break;
    await app.settle();
    expect(finished).toHaveBeenCalledTimes(1);

    const reader = app.client.stream('tail', { n: 0 })[Symbol.asyncIterator]();
    const awaited = reader.next();
    await app.settle();
    await reader.return?.();
    expect((await awaited).done).toBe(true);
    await app.settle();
    expect(finished).toHaveBeenCalledTimes(2);
  });

  test('an abort ends the loop with aborted and stops the generator', async () => {
    const finished = vi.fn();
    const app = await startWith(async function* (_, { n }) {
      try {
        for (let i = 0; i < n; i++) yield i;
      } finally {
        finished();
      }
    });
    const stop = new AbortController();
    const items: number[] = [];
    const read = async (): Promise<void> => {
      for await (const item of app.client.stream('tail', { n: 1_000 }, { signal: stop.signal })) {
        items.push(item);
        if (item === 3) stop.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'aborted' });
    expect(items).toEqual([0, 1, 2, 3]);
    await app.settle();
    expect(finished).toHaveBeenCalledOnce();
  });

  test('what a generator throws comes after the items that came before it', async () => {
    const app = await startWith(async function* (_, { n }, { fail }) {
      yield 1;
      if (n === 0) throw new Error('secret');
      throw fail('DRY', { after: 1 });
    });
    for (const [n, expected] of [
      [1, { code: 'DRY', data: { after: 1 } }],
      [0, { code: 'internal', data: undefined }],
    ] as const) {
      const items: number[] = [];
      const read = async (): Promise<void> => {
        for await (const item of app.client.stream('tail', { n })) items.push(item);
      };
      await expect(read()).rejects.toMatchObject(expected);
      expect(items).toEqual([1]);
    }
    expect(app.takeServerErrors()).toEqual([new Error('secret')]);
  });

  test('an item that does not fit is never sent, and ends the stream', async () => {
    const finished = vi.fn();
    const app = await startWith(async function* () {
      try {
        yield 1;
        yield 'two' as never;
      } finally {
        finished();
      }
    });
    await expect(readAll(app.client.stream('tail', { n: 0 }))).rejects.toMatchObject({ code: 'internal' });
    expect(app.takeServerErrors()).toMatchObject([{ code: 'invalid_output', path: 'tail' }]);
    expect(finished).toHaveBeenCalledOnce();
  });

  test('a stream that nobody reads by its id is id_required, and input that does not fit is invalid_input', async () => {
    const app = await startWith(upTo);
    // what the types of the contract forbid
    (app.client as unknown as Client).send('tail', { n: 1 });
    await app.settle();
    expect(app.takeClientErrors()).toMatchObject([{ code: 'id_required', path: 'tail' }]);
    const misfit = app.client.stream('tail', { n: 'one' } as never);
    await expect(readAll(misfit)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('when the server is lost the loop rejects with unknown_outcome and the generator stops', async () => {
    const finished = vi.fn();
    const app = await startWith(async function* (_, __, { signal }) {
      try {
        yield 1;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      } finally {
        finished();
      }
    });
    const reader = app.client.stream('tail', { n: 0 })[Symbol.asyncIterator]();
    expect((await reader.next()).value).toBe(1);
    const next = expect(reader.next()).rejects.toMatchObject({ code: 'unknown_outcome' });
    await app.killServer();
    await app.startServer();
    await app.advance(2_000);
    await next;
    expect(finished).toHaveBeenCalledOnce();
  });

  test('when the server closes for good the loop rejects, and when the client does it is closed', async () => {
    const app = await startWith(async function* (_, __, { signal }) {
      yield 1;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    const reader = app.client.stream('tail', { n: 0 })[Symbol.asyncIterator]();
    await reader.next();
    const next = expect(reader.next()).rejects.toMatchObject({ code: 'closed' });
    app.client.close();
    await next;
    await app.settle();

    const other = await app.connect();
    const otherReader = other.stream('tail', { n: 0 })[Symbol.asyncIterator]();
    await otherReader.next();
    const otherNext = expect(otherReader.next()).rejects.toMatchObject({ code: 'unknown_outcome' });
    for (const socket of app.everywhere.clients()) socket.disconnect();
    await otherNext;
  });
});
