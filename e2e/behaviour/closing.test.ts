// The end, from either side: whatever is pending is settled, and nothing goes on.
import { createClient, safe } from '@wirepact/client';
import { describe, expect, test } from 'vitest';
import type { Channels } from './channels.js';
import { prepareApp, startApp } from './start-app.js';
import { transports } from './transports.js';

const never = (): Promise<never> => new Promise(() => {});

describe.each(transports)('closing over $name', (transport) => {
  test('close() settles everything that is pending on a connection', async () => {
    const app = await startApp(transport, {
      server: {
        rooms: { authorize: never },
        routes: {
          time: never,
          save: never,
          async *tail() {
            yield 1;
            await never();
          },
        },
      },
    });
    const reader = app.client.stream('tail', { n: 0 })[Symbol.asyncIterator]();
    await reader.next();
    const pending = [
      app.client.request('time'),
      app.client.request('save', { n: 1 }),
      app.client.join('lobby'),
      reader.next(),
    ].map((promise) => safe(promise as Promise<unknown>));
    await app.settle();
    app.client.close();
    app.client.close();
    for (const [error] of await Promise.all(pending)) expect(error).toMatchObject({ code: 'closed' });
    expect(app.client.status).toEqual({
      name: 'closed',
      reason: { code: 1000, reason: '' },
      error: undefined,
    });
    await app.settle();
    expect(app.sockets.countClients).toBe(0);
  });

  test('close() settles what waits while away, and stops trying', async () => {
    const app = await startApp(transport);
    await app.killServer();
    const asked = safe(app.client.request('time'));
    const joined = safe(app.client.join('lobby'));
    app.client.send('count', { n: 1 });
    app.client.close();
    expect((await asked)[0]).toMatchObject({ code: 'closed' });
    expect((await joined)[0]).toMatchObject({ code: 'closed' });
    expect(app.takeClientErrors()).toMatchObject([{ code: 'closed', path: 'count', data: { n: 1 } }]);
    expect(app.clock.pending).toBe(0);
    const { upgrades } = app.network;
    await app.advance(60_000);
    expect(app.network.upgrades).toBe(upgrades);
  });

  test.each(['idle', 'scheduled', 'preparing', 'opening'])('a client that is %s closes', async (stage) => {
    const app = await prepareApp(transport);
    if (stage !== 'idle') app.client.connect();
    if (stage !== 'scheduled') app.clock.advance(0);
    if (stage === 'opening') for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    expect(app.client.status.name).toBe(/idle|scheduled/.test(stage) ? 'idle' : 'connecting');
    app.client.close();
    await app.settle();
    expect(app.client.status.name).toBe('closed');
    expect(app.sockets.countClients).toBe(0);
  });

  test('a closed client takes nothing more, and connects again when asked to', async () => {
    const app = await startApp(transport, {
      server: { rooms: { authorize: () => true }, routes: { save: (_, { n }) => ({ n }) } },
    });
    await app.client.join('lobby');
    const heard: string[] = [];
    app.client.on('output', (text) => heard.push(text));
    app.client.close();
    expect(() => app.client.send('count', { n: 1 })).toThrow(
      expect.objectContaining({ code: 'closed', path: 'count' }) as Error,
    );
    await expect(app.client.request('save', { n: 1 })).rejects.toMatchObject({ code: 'closed' });
    await app.settle();
    app.client.connect();
    await app.advance(0);
    expect(await app.client.request('save', { n: 1 })).toEqual({ n: 1 });
    expect(app.sockets.room('lobby').size).toBe(1);
    app.sockets.sendToAll('output', 'again');
    await app.settle();
    expect(heard).toEqual(['again']);
  });

  test('what was sent right before a close arrives before it, from either side', async () => {
    const received: number[] = [];
    const app = await startApp(transport, {
      server: { routes: { count: (_, { n }) => void received.push(n) } },
    });
    const heard: string[] = [];
    const other = await app.connect();
    other.on('output', (text) => heard.push(text));
    app.client.send('count', { n: 1 });
    app.client.close();
    await app.settle();
    expect(received).toEqual([1]);
    app.socket.send('output', 'last words');
    app.socket.disconnect();
    await app.settle();
    expect(heard).toEqual(['last words']);
    expect(other.status.name).toBe('closed');
  });

  test('a client that is disposed of is closed', async () => {
    const app = await startApp(transport);
    {
      await using client = createClient<Channels>(app.clientOptions);
      client.connect();
      await app.advance(0);
      expect(app.sockets.countClients).toBe(2);
    }
    await app.settle();
    expect(app.sockets.countClients).toBe(1);
  });

  test('the server closes every client, lets nobody in any more, and leaves its listeners behind nowhere', async () => {
    const reasons: unknown[] = [];
    const app = await startApp(transport, {
      server: { event: { onDisconnect: (_, reason) => void reasons.push(reason) }, routes: { time: never } },
    });
    const asked = safe(app.client.request('time'));
    await app.settle();
    await app.sockets.close();
    await app.sockets.close();
    await app.settle();
    expect(reasons).toEqual([{ code: 1001, reason: 'the server is closing' }]);
    expect(app.client.status).toMatchObject({ name: 'reconnecting', reason: { code: 1001 } });
    await app.advance(60_000);
    expect((await asked)[0]).toMatchObject({ code: 'timeout' });
    expect(app.client.status.name).toBe('reconnecting');
    expect(app.sockets.countClients).toBe(0);
  });

  test('an application closes a client from inside its own listeners', async () => {
    const app = await startApp(transport, {
      server: { event: { onMessage: (socket) => socket.disconnect('enough', 4600) } },
    });
    app.client.onStatus(({ name }) => {
      if (name === 'closed') app.client.close();
    });
    app.client.send('count', { n: 1 });
    app.client.send('count', { n: 2 });
    await app.settle();
    expect(app.client.status).toMatchObject({ name: 'closed', reason: { code: 4600 } });
    // its handler had not finished, and the other was never read
    expect(app.takeClientErrors()).toMatchObject([
      { code: 'unknown_outcome', data: { n: 1 } },
      { code: 'unknown_outcome', data: { n: 2 } },
    ]);

    const other = await app.connect();
    other.on('output', () => other.close());
    app.sockets.sendToAll('output', 'a');
    app.sockets.sendToAll('output', 'b');
    await app.settle();
    expect(other.status.name).toBe('closed');
  });
});
