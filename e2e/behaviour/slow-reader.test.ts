// A client that does not read: what waits for it in the server is bounded, and the others never feel it.
import { describe, expect, test } from 'vitest';
import type { App } from './app.js';
import { startApp } from './start-app.js';
import { transports } from './transports.js';

describe.each(transports)('a slow reader over $name', (transport) => {
  /** More than the kernel's buffers hold, so that it waits in the server. */
  const flood = (app: App, path: 'output' | 'typing', count: number): void => {
    for (let n = 0; n < count; n++) app.sockets.sendToAll(path, 'x'.repeat(60_000));
  };

  test('what is volatile is dropped and counted, and of what is latest the newest arrives', async () => {
    const app = await startApp(transport, {
      server: { backpressure: { softBytes: 100_000, hardBytes: 1e9 } },
    });
    const heard = { typing: 0, volume: [] as number[] };
    app.client.on('typing', () => heard.typing++);
    app.client.on('volume', (volume) => heard.volume.push(volume));
    app.network.stall(true);
    flood(app, 'output', 300);
    for (let n = 0; n < 100; n++) {
      app.sockets.sendToAll('typing', 'dropped');
      app.sockets.sendToAll('volume', n);
    }
    expect(app.sockets.stats().dropped).toMatchObject({ volatile: 100, replaced: 99 });
    app.network.stall(false);
    await app.settle();
    expect(heard).toEqual({ typing: 0, volume: [99] });
  });

  test('one who reads nothing of what is sent to all costs no bytes, and gets it all later', async () => {
    const app = await startApp(transport, { server: { logs: { maxBytes: 1e9 } } });
    let heard = 0;
    app.client.on('output', () => heard++);
    app.network.stall(true);
    flood(app, 'output', 300);
    expect(app.sockets.stats()).toMatchObject({ slowClosed: 0, lagged: 1 });
    app.network.stall(false);
    await app.settle();
    expect(heard).toBe(300);
    expect(app.sockets.stats().gaps).toBe(0);
  });

  test('one who reads so late that the log went on is told what it did not get', async () => {
    const app = await startApp(transport);
    const heard: unknown[] = [];
    app.client.on('count', ({ n }) => heard.push(n));
    app.client.onGap(({ log, why }) => heard.push(`${log}: ${why}`));
    app.network.stall(true);
    flood(app, 'output', 300);
    app.sockets.sendToAll('count', { n: 1 });
    app.network.stall(false);
    await app.settle();
    expect(heard).toEqual(['everyone: lagged', 1]);
  });

  test('one who takes nothing for ten seconds is given up, and comes back', async () => {
    const app = await startApp(transport, {
      server: { logs: { maxBytes: 1e9 } },
      client: { heartbeat: { timeoutMs: 1e9 } },
    });
    app.network.stall(true);
    flood(app, 'output', 300);
    await app.advance(9_000);
    expect(app.sockets.stats().slowClosed).toBe(0);
    await app.advance(3_000);
    expect(app.sockets.stats()).toMatchObject({ slowClosed: 1, suspended: 1 });
    app.network.stall(false);
    await app.advance(3_000);
    expect(app.client.status).toMatchObject({ name: 'connected', resumed: true });
  });

  test('what is sent to one alone costs no more, and is told where the log went on', async () => {
    const app = await startApp(transport);
    const heard: unknown[] = [];
    app.client.on('count', ({ n }) => heard.push(n));
    app.client.onGap(({ log, why }) => heard.push(`${log}: ${why}`));
    app.network.stall(true);
    for (let n = 0; n < 300; n++) app.socket.send('output', 'x'.repeat(60_000));
    app.socket.send('count', { n: 1 });
    const { logBytes, lagged, slowClosed } = app.sockets.stats();
    expect([logBytes <= 2 ** 20, lagged, slowClosed]).toEqual([true, 1, 0]);
    app.network.stall(false);
    await app.settle();
    expect(heard).toEqual(['inbox: lagged', 1]);
  });
});
