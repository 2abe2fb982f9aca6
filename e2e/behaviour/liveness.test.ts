// Lines that look alive and are not: each end notices by itself that it hears nothing.
import { describe, expect, test } from 'vitest';
import { startApp } from './start-app.js';
import { transports } from './transports.js';

describe.each(transports)('a quiet line over $name', (transport) => {
  test('one that is alive stays for ten minutes without a message', async () => {
    const app = await startApp(transport);
    await app.advance(600_000);
    expect([app.client.status.name, app.network.upgrades]).toEqual(['connected', 1]);
    expect(app.sockets.stats().silentClosed).toBe(0);
  });

  test('a client that hears nothing any more gives the line up and makes another', async () => {
    const app = await startApp(transport, { server: { heartbeat: { intervalMs: 25_000, timeoutMs: 1e9 } } });
    app.network.stall(true);
    await app.advance(34_000);
    expect(app.client.status.name).toBe('connected');
    await app.advance(1_500);
    expect(app.client.status).toMatchObject({ name: 'reconnecting', reason: { code: 1006 } });
    app.network.stall(false);
    await app.advance(2_000);
    expect([app.client.status.name, app.network.upgrades]).toEqual(['connected', 2]);
    expect(app.sockets.countClients).toBe(1);
  });

  test('the client waits as long as it was told beyond the interval of the server', async () => {
    const app = await startApp(transport, {
      server: { heartbeat: { intervalMs: 5_000, timeoutMs: 1e9 } },
      client: { heartbeat: { timeoutMs: 1_000 } },
    });
    app.network.stall(true);
    await app.advance(5_500);
    expect(app.client.status.name).toBe('connected');
    await app.advance(1_000);
    expect(app.client.status.name).toBe('reconnecting');
  });

  test('a server that hears nothing any more gives the client up', async () => {
    const reasons: unknown[] = [];
    const app = await startApp(transport, {
      server: {
        rooms: { authorize: () => true },
        event: { onSuspend: (_, { code }) => void reasons.push(code) },
      },
      client: { heartbeat: { timeoutMs: 1e9 } },
    });
    await app.client.join('lobby');
    app.network.stall(true);
    await app.advance(34_000);
    expect(reasons).toEqual([]);
    await app.advance(5_000);
    expect(app.sockets.stats().silentClosed).toBe(1);
    expect(app.sockets.stats().suspended).toBe(1);
    expect(reasons).toEqual([1006]);
    app.network.stall(false);
    await app.advance(2_000);
    expect(app.client.status.name).toBe('connected');
    expect(app.sockets.room('lobby').size).toBe(1);
  });

  test('a plain client is pinged, and given up when it does not answer', async () => {
    const app = await startApp(transport);
    app.client.close();
    const plain = await app.connectPlain();
    await app.advance(100_000);
    expect(app.sockets.countClients).toBe(1);
    app.network.stall(true);
    await app.advance(40_000);
    expect(app.sockets.countClients).toBe(0);
    app.network.stall(false);
    await app.settle();
    expect(plain.heard).toEqual([]);
    expect(plain.socket.readyState).toBe(3);
  });

  test('a client that does not say hello is closed, and nobody ever was here', async () => {
    const app = await startApp(transport);
    const silent = new app.network.WebSocket(app.network.url, ['wirepact.v1']);
    const codes: number[] = [];
    silent.addEventListener('close', ({ code }) => codes.push(code));
    silent.addEventListener('error', () => {});
    await app.settle();
    expect(silent.protocol).toBe('wirepact.v1');
    expect(app.sockets.countClients).toBe(1);
    await app.advance(11_000);
    expect(codes).toEqual([4408]);
    expect(app.sockets.stats().connected).toBe(1);
  });

  test('a server that never welcomes is left, and tried again', async () => {
    const app = await startApp(transport);
    await app.cut();
    app.network.stall(true);
    app.client.connect();
    await app.advance(9_000);
    expect(app.client.status).toMatchObject({ name: 'reconnecting', nextAttemptAt: undefined });
    await app.advance(2_000);
    expect(app.client.status.name).toBe('reconnecting');
    app.network.stall(false);
    await app.advance(20_000);
    expect(app.client.status.name).toBe('connected');
    expect(app.sockets.countClients).toBe(1);
  });
});
