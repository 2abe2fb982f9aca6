// Who a client is: asked for every attempt, and again while connected.
import { SocketError } from '@wirepact/core';
import { describe, expect, test } from 'vitest';
import type { ServerOptions } from './app.js';
import { prepareApp, startApp } from './start-app.js';
import { transports } from './transports.js';

const refusing: ServerOptions['authenticate'] = ({ token }) => {
  if (token === undefined || token.startsWith('stale')) throw new SocketError('unauthenticated');
  if (token === 'banned') throw new SocketError('forbidden');
  return { user: token };
};

describe.each(transports)('tokens over $name', (transport) => {
  test('getToken is asked for every attempt, and the server sees what it gave', async () => {
    let asked = 0;
    const app = await startApp(transport, { client: { getToken: () => `user ${++asked} ü` } });
    expect(Array.from(app.sockets.clients(), ({ context }) => context.user)).toEqual(['user 1 ü']);
    await app.cutAndReturn();
    // another user is another session; the first one's waits
    expect(Array.from(app.sockets.clients(), ({ context }) => context.user)).toEqual([
      'user 1 ü',
      'user 2 ü',
    ]);
    expect(app.client.status).toMatchObject({ name: 'connected', resumed: false });
    const { socket } = app;
    expect(JSON.stringify(socket.handshake)).not.toContain('wirepact.auth');
  });

  test('a url that is a function is asked for every attempt', async () => {
    const app = await prepareApp(transport);
    let asked = 0;
    const url = async (): Promise<string> => `${app.network.url}?attempt=${++asked}`;
    await app.connect({ url });
    await app.cutAndReturn();
    expect(Array.from(app.sockets.clients(), ({ handshake }) => handshake.url)).toEqual(['/?attempt=2']);
  });

  test('a refused token is asked for once more, and the next one lets the client in', async () => {
    const tokens = ['stale', 'ann'];
    const app = await startApp(transport, {
      server: { authenticate: refusing },
      client: { getToken: () => tokens.shift() },
    });
    expect(Array.from(app.sockets.clients(), ({ context }) => context.user)).toEqual(['ann']);
    expect(app.network.upgrades).toBe(2);
  });

  test('a token that is refused twice is a closed door, and nobody ever was here', async () => {
    const seen: string[] = [];
    let asked = 0;
    const app = await prepareApp(transport, {
      server: { authenticate: refusing, event: { onConnect: () => void seen.push('connect') } },
      client: { getToken: () => `stale ${++asked}` },
    });
    app.client.connect();
    await app.advance(0);
    expect(app.client.status).toMatchObject({
      name: 'closed',
      reason: { code: 4401 },
      error: { code: 'unauthenticated' },
    });
    await app.advance(60_000);
    expect([asked, app.network.upgrades, seen, app.sockets.stats().connected]).toEqual([2, 2, [], 0]);
    expect(app.sockets.stats().refused.identity).toBe(2);
  });

  test('who is forbidden stays out at once', async () => {
    const app = await prepareApp(transport, {
      server: { authenticate: refusing },
      client: { getToken: () => 'banned' },
    });
    app.client.connect();
    await app.advance(60_000);
    expect(app.client.status).toMatchObject({
      name: 'closed',
      reason: { code: 4403 },
      error: { code: 'forbidden' },
    });
    expect(app.network.upgrades).toBe(1);
  });

  test('an authenticate that breaks is no closed door: the client comes back', async () => {
    let isBroken = true;
    const app = await prepareApp(transport, {
      server: {
        authenticate() {
          if (isBroken) throw new Error('no database');
          return { user: 'ann' };
        },
      },
    });
    app.client.connect();
    await app.advance(0);
    expect(app.client.status).toMatchObject({ name: 'reconnecting', reason: { code: 4500 } });
    isBroken = false;
    await app.advance(5_000);
    expect(app.client.status.name).toBe('connected');
    expect(app.takeServerErrors()).toEqual([new Error('no database')]);
  });

  test('an authenticate that never answers turns the client away after a while, and it comes back', async () => {
    let asked = 0;
    const app = await prepareApp(transport, {
      server: {
        authenticate: () => (++asked === 1 ? new Promise(() => {}) : { user: 'ann' }),
      },
    });
    app.client.connect();
    await app.advance(0);
    await app.advance(4_900);
    expect(app.client.status).toEqual({ name: 'connecting', attempt: 1 });
    await app.advance(1_000);
    expect(app.client.status).toMatchObject({ name: 'reconnecting', reason: { code: 1013 } });
    await app.advance(5_000);
    expect(app.client.status.name).toBe('connected');
    expect(app.sockets.countClients).toBe(1);
  });

  test('a getToken that throws is reported, and the attempt repeated', async () => {
    let asked = 0;
    const app = await prepareApp(transport, {
      client: {
        async getToken() {
          if (++asked === 1) throw new Error('no session');
          return 'ann';
        },
      },
    });
    app.client.connect();
    await app.advance(0);
    expect(app.takeClientErrors()).toMatchObject([{ error: { cause: new Error('no session') } }]);
    await app.advance(5_000);
    expect(app.client.status.name).toBe('connected');
  });

  test('a token that expires is renewed without a reconnect', async () => {
    let asked = 0;
    const app = await prepareApp(transport, {
      server: { userId: () => 'ann', expiresAt: () => app.clock.now() + 10_000 },
      client: { getToken: () => `token ${++asked}` },
    });
    app.client.connect();
    await app.advance(15_000);
    expect(Array.from(app.sockets.clients(), ({ context }) => context.user)).toEqual(['token 2']);
    await app.advance(10_000);
    expect(app.client.status).toMatchObject({ name: 'connected', sessionId: app.socket.id });
    expect(app.socket.context.user).toBe('token 3');
    expect(app.network.upgrades).toBe(1);
    expect(app.client.status.name).toBe('connected');
  });

  test('an expired token that is not renewed closes with 4401, and the client comes back with another', async () => {
    const expiries = [10_000, 1_000_000];
    let asked = 0;
    const app = await prepareApp(transport, {
      server: {
        userId: () => 'ann',
        expiresAt: () => app.clock.now() + (expiries.shift() ?? 0),
      },
      client: {
        // while connected it has none
        getToken: () => (++asked === 2 ? undefined : `token ${asked}`),
      },
    });
    app.client.connect();
    const codes: unknown[] = [];
    app.client.onStatus((status) => {
      if (status.name === 'reconnecting') codes.push(status.reason.code);
    });
    await app.advance(60_000);
    expect(codes).toEqual([4401]);
    expect(Array.from(app.sockets.clients(), ({ context }) => context.user)).toEqual(['token 3']);
  });

  test('a renewed token of somebody else closes with 4403', async () => {
    let asked = 0;
    const app = await prepareApp(transport, {
      server: { expiresAt: () => app.clock.now() + 10_000 },
      client: { getToken: () => `user ${++asked}` },
    });
    app.client.connect();
    await app.advance(20_000);
    expect(app.client.status).toMatchObject({ name: 'closed', reason: { code: 4403 } });
  });

  test('two clients of one user are two clients and one user', async () => {
    const app = await startApp(transport, { client: { getToken: () => 'ann' } });
    const second = await app.connect();
    expect([app.sockets.countClients, app.sockets.countUsers]).toEqual([2, 1]);
    second.close();
    await app.settle();
    expect([app.sockets.countClients, app.sockets.countUsers]).toEqual([1, 1]);
  });
});
