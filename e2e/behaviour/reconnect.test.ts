// What a broken line means, and which closes are a closed door.
import { safe } from '@wirepact/client';
import { describe, expect, test } from 'vitest';
import { startApp } from './start-app.js';
import { everyTransport } from './transports.js';

describe.each(everyTransport)('after a loss over $name', (transport) => {
  test('the client is back after a cut, and its listeners and handlers with it', async () => {
    const app = await startApp(transport);
    const heard: string[] = [];
    app.client.on('output', (text) => heard.push(text));
    app.client.handle('price', () => 3);
    await app.cut();
    expect(app.client.status).toMatchObject({ name: 'reconnecting', reason: { code: 1006 } });
    await app.advance(2_000);
    expect(app.client.status).toMatchObject({ name: 'connected', resumed: true });
    expect(app.everywhere.countClients).toBe(1);
    app.sockets.sendToAll('output', 'again');
    await app.settle();
    expect(heard).toEqual(['again']);
    const { socket } = app;
    expect(await socket.request('price', { item: 'tea' })).toBe(3);
  });

  test('the client is back after the server was restarted, in its rooms, and what it asked meanwhile is answered', async () => {
    const app = await startApp(transport, {
      server: { rooms: { authorize: () => true }, routes: { save: (_, { n }) => ({ n }) } },
    });
    await app.client.join('lobby');
    await app.stopServer();
    const saved = app.client.request('save', { n: 1 });
    await app.advance(3_000);
    await app.startServer();
    await app.advance(5_000);
    expect(await saved).toEqual({ n: 1 });
    expect(app.everywhere.sizeOf('lobby')).toBe(1);
  });

  test('many cuts in a row are survived', async () => {
    const app = await startApp(transport, { server: { routes: { save: (_, { n }) => ({ n }) } } });
    for (let n = 0; n < 10; n++) {
      await app.cutAndReturn();
      expect(await app.client.request('save', { n })).toEqual({ n });
    }
    expect(app.network.upgrades).toBe(11);
  });

  test.each([1000, 4600, 4999])('a client that is closed with %i stays closed', async (code) => {
    const app = await startApp(transport);
    const { socket } = app;
    socket.disconnect('that is all', code);
    await app.settle();
    expect(app.client.status).toMatchObject({ name: 'closed', reason: { code, reason: 'that is all' } });
    await app.advance(120_000);
    expect(app.network.upgrades).toBe(1);
    expect((await safe(app.client.request('time')))[0]).toMatchObject({ code: 'closed' });
  });

  test.each([4000, 4399])('a client that is closed with %i comes back', async (code) => {
    const app = await startApp(transport);
    const { socket } = app;
    socket.disconnect('come again', code);
    await app.settle();
    expect(app.client.status).toMatchObject({
      name: 'reconnecting',
      reason: { code, reason: 'come again' },
    });
    await app.advance(2_000);
    expect(app.client.status.name).toBe('connected');
  });

  test('the server closes with codes of the application only, and cuts a reason that is too long', async () => {
    const app = await startApp(transport);
    const { socket } = app;
    for (const code of [999, 1006, 3000, 4401, 5000]) {
      expect(() => socket.disconnect('', code)).toThrow(TypeError);
    }
    socket.disconnect('ü'.repeat(100), 4600);
    await app.settle();
    expect(app.client.status).toMatchObject({ name: 'closed', reason: { reason: 'ü'.repeat(61) } });
  });

  test('a request that was written when the server was lost is unknown_outcome, and asked again of one that knows its session', async () => {
    const received: number[] = [];
    const app = await startApp(transport, {
      server: {
        routes: {
          forget(_, { n }) {
            received.push(n);
            return received.length === 1 ? new Promise<void>(() => {}) : undefined;
          },
        },
      },
    });
    const forgotten = safe(app.client.request('forget', { n: 1 }));
    await app.settle();
    await app.killServer();
    await app.startServer();
    await app.advance(2_000);
    if (app.isJoined) {
      expect(await forgotten).toEqual([undefined, undefined]);
      expect(received).toEqual([1, 1]);
    } else {
      expect((await forgotten)[0]).toMatchObject({ code: 'unknown_outcome', path: 'forget' });
      expect(received).toEqual([1]);
    }
  });

  test('an idempotent request that was written when the server was lost is asked again and answered', async () => {
    const received: number[] = [];
    const app = await startApp(transport, {
      server: {
        routes: {
          save(_, { n }) {
            received.push(n);
            return received.length === 1 ? new Promise(() => {}) : { n };
          },
        },
      },
    });
    const saved = app.client.request('save', { n: 1 });
    await app.settle();
    await app.killServer();
    await app.startServer();
    await app.advance(2_000);
    expect(await saved).toEqual({ n: 1 });
    expect(received).toEqual([1, 1]);
  });

  test('an idempotent request still ends after its own time', async () => {
    const app = await startApp(transport, {
      server: { routes: { save: () => new Promise(() => {}) } },
    });
    const saved = safe(app.client.request('save', { n: 1 }, { timeoutMs: 3_000 }));
    await app.cutAndReturn();
    await app.advance(1_000);
    expect((await saved)[0]).toMatchObject({ code: 'timeout' });
  });

  test('an idempotent request that is aborted while away is not asked again', async () => {
    const received: number[] = [];
    const app = await startApp(transport, {
      server: {
        routes: {
          save(_, { n }) {
            received.push(n);
            return new Promise(() => {});
          },
        },
      },
    });
    const stop = new AbortController();
    const saved = safe(app.client.request('save', { n: 1 }, { signal: stop.signal }));
    await app.settle();
    await app.cut();
    stop.abort();
    expect((await saved)[0]).toMatchObject({ code: 'aborted' });
    await app.advance(2_000);
    expect(app.client.status.name).toBe('connected');
    expect(received).toEqual([1]);
  });

  test('an idempotent stream that nobody has read from starts anew; one that was read from does not', async () => {
    let runs = 0;
    const app = await startApp(transport, {
      server: {
        routes: {
          async *lines(_, __, { signal }) {
            yield `run ${++runs}`;
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          },
        },
      },
    });
    const read = app.client.stream('lines', { n: 1 })[Symbol.asyncIterator]();
    expect((await read.next()).value).toBe('run 1');
    const unread = app.client.stream('lines', { n: 0 })[Symbol.asyncIterator]();
    await app.settle();
    const lost = expect(read.next()).rejects.toMatchObject({ code: 'unknown_outcome' });
    await app.killServer();
    await app.startServer();
    await app.advance(2_000);
    await lost;
    // where its session is still known, the other one is not begun again at all
    expect((await unread.next()).value).toBe(`run ${runs}`);
    expect(runs).toBeLessThanOrEqual(3);
    await unread.return?.();
  });

  test('a message that was written when the line broke is not written again', async () => {
    const received: number[] = [];
    const app = await startApp(transport, {
      server: { routes: { count: (_, { n }) => void received.push(n) } },
    });
    app.client.send('count', { n: 1 });
    await app.settle();
    await app.cutAndReturn();
    expect(received).toEqual([1]);
  });

  test('the handler of a client that does not return hears it from its signal', async () => {
    let aborted = 0;
    const app = await startApp(transport, {
      server: {
        routes: {
          time: (_, __, { signal }) => new Promise(() => signal.addEventListener('abort', () => aborted++)),
        },
      },
    });
    const asked = safe(app.client.request('time', undefined, { timeoutMs: 1e9 }));
    await app.settle();
    app.network.stop();
    await app.cut();
    await app.advance(119_000);
    expect(aborted).toBe(0);
    await app.advance(2_000);
    expect(aborted).toBe(1);
    app.client.close();
    expect((await asked)[0]).toMatchObject({ code: 'closed' });
  });
});
