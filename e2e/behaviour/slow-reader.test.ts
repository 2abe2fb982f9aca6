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

  test('one who reads nothing of what is reliable is given up, and comes back', async () => {
    const app = await startApp(transport);
    app.network.stall(true);
    flood(app, 'output', 300);
    expect(app.sockets.stats().slowClosed).toBe(1);
    await app.settle();
    expect(app.sockets.countClients).toBe(0);
    app.network.stall(false);
    await app.settle();
    expect(app.client.status.name).toBe('reconnecting');
    await app.advance(2_000);
    expect(app.client.status.name).toBe('connected');
  });
});
