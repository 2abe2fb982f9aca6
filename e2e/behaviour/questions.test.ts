// Questions of the server, which a client's handle answers.
import { ChannelError } from '@wirepact/core';
import { safe } from '@wirepact/client';
import { describe, expect, test } from 'vitest';
import type { App, Setup } from './app.js';
import { startApp } from './start-app.js';
import { everyTransport } from './transports.js';

describe.each(everyTransport)('questions of the server over $name', (transport) => {
  const start = (setup?: Setup): Promise<App> => startApp(transport, setup);
  test('the answer of the handler comes back, whether it takes its time or not', async () => {
    const app = await start();
    const off = app.client.handle('price', ({ item }) => item.length);
    expect(await app.socket.request('price', { item: 'tea' })).toBe(3);
    off();
    app.client.handle('price', async () => 7);
    expect(await app.socket.request('price', { item: 'tea' })).toBe(7);
  });

  test('a path has one handler', async () => {
    const app = await start();
    app.client.handle('price', () => 1);
    expect(() => app.client.handle('price', () => 2)).toThrow(TypeError);
  });

  test('each client is asked by itself', async () => {
    const app = await start();
    const other = await app.connect();
    app.client.handle('price', () => 1);
    other.handle('price', () => 2);
    const answers = Array.from(app.everywhere.clients(), (socket) =>
      socket.request('price', { item: 'tea' }),
    );
    expect(await Promise.all(answers)).toEqual([1, 2]);
  });

  test('an error that the channel declares arrives with its code and its data', async () => {
    const app = await start();
    app.client.handle('price', ({ item }) => {
      throw new ChannelError('SOLD_OUT', { item });
    });
    const [error] = await safe(app.socket.request('price', { item: 'tea' }));
    expect(error).toMatchObject({ code: 'SOLD_OUT', data: { item: 'tea' } });
  });

  test('of anything else that a handler throws the server learns internal, and the client what it was', async () => {
    const app = await start();
    app.client.handle('price', () => {
      throw new Error('secret');
    });
    const [error] = await safe(app.socket.request('price', { item: 'tea' }));
    expect(error).toMatchObject({ code: 'internal' });
    expect(error?.message).not.toContain('secret');
    expect(app.takeClientErrors()).toMatchObject([{ path: 'price', error: { cause: new Error('secret') } }]);
  });

  test('a question that nobody handles is unknown_path', async () => {
    const app = await start();
    const [error] = await safe(app.socket.request('price', { item: 'tea' }));
    expect(error).toMatchObject({ code: 'unknown_path' });
  });

  test('an answer that does not fit the contract is invalid_message', async () => {
    const app = await start();
    app.client.handle('price', () => 'much' as never);
    const [error] = await safe(app.socket.request('price', { item: 'tea' }));
    expect(error).toMatchObject({ code: 'invalid_message', path: 'price' });
  });

  test('a question that does not fit the contract is never sent', async () => {
    const app = await start();
    app.client.handle('price', () => 1);
    const [error] = await safe(app.socket.request('price', { item: 7 } as never));
    expect(error).toMatchObject({ code: 'invalid_output' });
  });

  test('a question without an answer in time is timeout, and a late answer is ignored', async () => {
    const app = await start();
    let answer = (_: number): void => {};
    app.client.handle('price', () => new Promise((resolve) => (answer = resolve)));
    const asked = safe(app.socket.request('price', { item: 'tea' }, { timeoutMs: 1_000 }));
    await app.advance(1_000);
    expect((await asked)[0]).toMatchObject({ code: 'timeout', path: 'price' });
    answer(1);
    await app.settle();
    expect(app.client.status.name).toBe('connected');
  });

  test('a question is called off by its signal', async () => {
    const app = await start();
    app.client.handle('price', () => new Promise(() => {}));
    const stop = new AbortController();
    const asked = safe(app.socket.request('price', { item: 'tea' }, { signal: stop.signal }));
    await app.settle();
    stop.abort();
    expect((await asked)[0]).toMatchObject({ code: 'aborted' });
  });

  test('a client that goes before it answers leaves unknown_outcome, and one that is gone is closed', async () => {
    const app = await start();
    app.client.handle('price', () => new Promise(() => {}));
    const socket = app.socket;
    const asked = safe(socket.request('price', { item: 'tea' }));
    await app.settle();
    app.client.close();
    await app.settle();
    expect((await asked)[0]).toMatchObject({ code: 'unknown_outcome' });
    await expect(socket.request('price', { item: 'tea' })).rejects.toMatchObject({ code: 'closed' });
  });

  test('an answer that is ready on another connection arrives, and the handler runs once', async () => {
    const app = await start();
    let asks = 0;
    let answer = (_: number): void => {};
    app.client.handle('price', () => {
      asks += 1;
      return new Promise((resolve) => (answer = resolve));
    });
    const asked = safe(app.socket.request('price', { item: 'tea' }));
    await app.settle();
    await app.cutAndReturn();
    expect(app.client.status.name).toBe('connected');
    answer(7);
    // who asked is in the process that the client has left
    if (app.nodes.length > 1) expect((await asked)[0]).toMatchObject({ code: 'unknown_outcome' });
    else expect(await asked).toEqual([undefined, 7]);
    expect(asks).toBe(1);
  });

  test('a plain client cannot be asked', async () => {
    const app = await start();
    app.client.close();
    await app.settle();
    await app.connectPlain();
    const [error] = await safe(app.socket.request('price', { item: 'tea' }));
    expect(error).toMatchObject({ code: 'unsupported' });
  });
});
