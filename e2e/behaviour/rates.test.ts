// A client that sends faster than the server reads: it waits, and loses nothing.
import { describe, expect, test } from 'vitest';
import { startApp } from './start-app.js';
import { transports } from './transports.js';

describe.each(transports)('over $name', (transport) => {
  test('an outbox that was full is read without a pause', async () => {
    const received: number[] = [];
    const app = await startApp(transport, {
      server: { routes: { count: (_, { n }) => void received.push(n) } },
    });
    await app.advance(1_000);
    await app.cut();
    for (let n = 0; n < 1_000; n += 1) app.client.send('count', { n });
    await app.advance(2_000);
    expect(received).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
    // the greeting is a message too
    expect(app.sockets.stats().limited.reading).toBeLessThanOrEqual(1);
  });

  test('what comes faster than the rates is read later, all of it, in order', async () => {
    const received: number[] = [];
    const app = await startApp(transport, {
      server: {
        limits: { messagesPerSecond: 10, messageBurst: 20 },
        routes: { count: (_, { n }) => void received.push(n) },
      },
    });
    for (let n = 0; n < 60; n += 1) app.client.send('count', { n });
    await app.advance(1_000);
    expect(received.length).toBeGreaterThan(19);
    expect(received.length).toBeLessThan(40);
    await app.advance(5_000);
    expect(received).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(app.client.status.name).toBe('connected');
  });
});
