// A server that takes its leave: nobody is cut off in the middle of a word, and nobody comes back at once with all others.
import { safe } from '@wirepact/client';
import { describe, expect, test } from 'vitest';
import { startApp } from './start-app.js';
import { everyTransport } from './transports.js';

describe.each(everyTransport)('draining over $name', (transport) => {
  test('lets a handler that runs answer, and closes with 1012 after that', async () => {
    let finish = (_reply: { n: number }): void => {};
    const app = await startApp(transport, {
      server: { routes: { save: () => new Promise((resolve) => (finish = resolve)) } },
    });
    const saved = app.client.request('save', { n: 1 });
    await app.settle();
    const drained = app.drain();
    await app.settle();
    expect(app.client.status.name).toBe('connected');
    finish({ n: 2 });
    expect(await saved).toEqual({ n: 2 });
    await app.settle();
    expect(app.client.status).toMatchObject({ name: 'reconnecting', reason: { code: 1012 } });
    await drained;
  });

  test('aborts a handler that outlasts the grace, and leaves it to another process where there is one', async () => {
    let signalled = false;
    const app = await startApp(transport, {
      server: {
        routes: {
          time: (_socket, _data, { signal }) =>
            new Promise((resolve) => {
              if (signalled) resolve('by another process');
              signal.addEventListener('abort', () => {
                signalled = true;
                resolve('');
              });
            }),
        },
      },
    });
    const asked = safe(app.client.request('time', undefined, { timeoutMs: 60_000 }));
    await app.settle();
    const drained = app.drain({ graceMs: 3_000 });
    await app.advance(2_999);
    expect({ signalled, status: app.client.status.name }).toEqual({ signalled: false, status: 'connected' });
    await app.advance(1);
    expect(signalled).toBe(true);
    await drained;
    if (app.isJoined) {
      await app.startServer();
      await app.advance(6_000);
      expect(await asked).toEqual([undefined, 'by another process']);
    } else expect((await asked)[0]).toMatchObject({ code: 'unknown_outcome' });
  });

  test('does not wait for streams', async () => {
    const app = await startApp(transport, {
      server: {
        routes: {
          async *tail(_socket, _data, { signal }) {
            yield 1;
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          },
        },
      },
    });
    const reader = app.client.stream('tail', { n: 0 })[Symbol.asyncIterator]();
    await reader.next();
    const lost = expect(reader.next()).rejects.toMatchObject({ code: 'unknown_outcome' });
    await app.drain();
    // the process that it goes to cannot go on with it
    if (app.isJoined) await app.startServer();
    if (app.isJoined) await app.advance(6_000);
    await lost;
  });

  test('spreads the return of its clients over the window', async () => {
    let chance = 0;
    const app = await startApp(transport, { random: () => chance });
    const second = await app.connect();
    app.network.stop();
    const drained = app.drain({ spreadMs: 8_000 });
    chance = 0.75;
    await app.settle();
    await drained;
    const now = app.clock.now();
    for (const client of [app.client, second]) {
      expect(client.status).toMatchObject({ name: 'reconnecting', nextAttemptAt: now + 6_000 });
    }
    await app.startServer();
    await app.advance(5_999);
    expect(app.everywhere.countClients).toBe(0);
    await app.advance(1);
    expect(app.everywhere.countClients).toBe(2);
  });

  test('refuses whoever comes meanwhile, and leaves nothing behind', async () => {
    const gone: unknown[] = [];
    const app = await startApp(transport, {
      server: {
        routes: { time: () => new Promise(() => {}) },
        event: { onDisconnect: (_socket, { code }) => gone.push(code) },
      },
    });
    const asked = safe(app.client.request('time'));
    const plain = await app.connectPlain();
    plain.send({ path: 'time', id: 1 });
    await app.settle();
    const drained = app.drain({ graceMs: 1_000 });
    await app.settle();
    const late = await app.connect();
    expect(late.status.name).toBe('reconnecting');
    late.close();
    await app.advance(1_000);
    await drained;
    // where processes are joined, a client that can return is not gone
    expect(gone).toEqual(app.isJoined ? [1012] : [1012, 1012]);
    expect(app.everywhere.countClients).toBe(0);
    app.client.close();
    await asked;
    expect(plain.heard).toEqual([]);
  });
});
