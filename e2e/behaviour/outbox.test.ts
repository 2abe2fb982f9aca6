// What happens to messages while the connection is away: they wait, are replaced, or are dropped, and none in silence.
import { safe } from '@wirepact/client';
import { describe, expect, test } from 'vitest';
import type { App, Setup } from './app.js';
import { prepareApp, startApp } from './start-app.js';
import { everyTransport } from './transports.js';

describe.each(everyTransport)('while away over $name', (transport) => {
  /** An app whose client has just lost its line, and what its server receives from now on. */
  async function startAway(client: Setup['client'] = {}): Promise<{ app: App; received: unknown[] }> {
    const received: unknown[] = [];
    const app = await startApp(transport, {
      client,
      server: {
        event: { onMessage: (_, { path, data }) => void received.push([path, data]) },
        routes: {
          save(_, { n }) {
            received.push(['save', n]);
            return { n };
          },
        },
      },
    });
    await app.advance(1_000);
    await app.cut();
    return { app, received };
  }

  test('what is reliable waits, and arrives in order, requests among it', async () => {
    const { app, received } = await startAway();
    app.client.send('count', { n: 1 });
    const saved = app.client.request('save', { n: 2 });
    app.client.send('count', { n: 3 });
    expect(received).toEqual([]);
    await app.advance(2_000);
    expect(received).toEqual([
      ['count', { n: 1 }],
      ['save', 2],
      ['count', { n: 3 }],
    ]);
    expect(await saved).toEqual({ n: 2 });
  });

  test('what waits is before what is sent when the connection is back', async () => {
    const { app, received } = await startAway();
    app.client.send('count', { n: 1 });
    app.client.onStatus(({ name }) => {
      if (name === 'connected') app.client.send('count', { n: 2 });
    });
    await app.advance(2_000);
    expect(received).toEqual([
      ['count', { n: 1 }],
      ['count', { n: 2 }],
    ]);
  });

  test('what is sent from onError while the outbox empties comes after what waits', async () => {
    const { app, received } = await startAway();
    const text = 'x'.repeat(300_000);
    app.client.onError(() => app.client.send('count', { n: 2 }));
    app.client.send('chat', { text });
    app.client.send('count', { n: 1 });
    await app.advance(2_000);
    expect(app.takeClientErrors()).toMatchObject([{ code: 'message_too_large', data: { text } }]);
    expect(received).toEqual([
      ['count', { n: 1 }],
      ['count', { n: 2 }],
    ]);
  });

  test('of what is latest only the newest waits, for each key', async () => {
    const { app, received } = await startAway();
    app.client.send('cursor', { user: 'ann', x: 1 });
    app.client.send('cursor', { user: 'bob', x: 2 });
    app.client.send('cursor', { user: 'ann', x: 3 });
    app.client.send('volume', 4);
    app.client.send('volume', 5);
    await app.advance(2_000);
    expect(received).toEqual([
      ['cursor', { user: 'bob', x: 2 }],
      ['cursor', { user: 'ann', x: 3 }],
      ['volume', 5],
    ]);
  });

  test('what is volatile is dropped', async () => {
    const { app, received } = await startAway();
    app.client.send('typing', 'dropped');
    await app.advance(2_000);
    app.client.send('typing', 'sent');
    await app.settle();
    expect(received).toEqual([['typing', 'sent']]);
  });

  test('a full outbox throws outbox_full, rejects a request with it, and loses nothing that it holds', async () => {
    const { app, received } = await startAway({ outbox: { maxMessages: 2 } });
    app.client.send('count', { n: 1 });
    app.client.send('count', { n: 2 });
    expect(() => app.client.send('count', { n: 3 })).toThrow(
      expect.objectContaining({ code: 'outbox_full', path: 'count', retryable: true }) as Error,
    );
    expect((await safe(app.client.request('save', { n: 4 })))[0]).toMatchObject({ code: 'outbox_full' });
    app.client.send('typing', 'dropped all the same');
    await app.advance(2_000);
    expect(received).toEqual([
      ['count', { n: 1 }],
      ['count', { n: 2 }],
    ]);
    app.client.send('count', { n: 5 });
    await app.settle();
    expect(received).toHaveLength(3);
  });

  test('an outbox is full by bytes as well', async () => {
    const { app } = await startAway({ outbox: { maxBytes: 200 } });
    app.client.send('chat', { text: 'ü'.repeat(50) });
    expect(() => app.client.send('chat', { text: 'ü'.repeat(50) })).toThrow(/outbox_full/);
    app.client.close();
    expect(app.takeClientErrors()).toMatchObject([{ code: 'closed', path: 'chat' }]);
  });

  test('a newer latest still fits into a full outbox, in the place of the older', async () => {
    const { app, received } = await startAway({ outbox: { maxMessages: 1 } });
    app.client.send('volume', 1);
    app.client.send('volume', 2);
    await app.advance(2_000);
    expect(received).toEqual([['volume', 2]]);
  });

  test('what waited for too long comes out of onError as expired, and the rest is sent', async () => {
    const { app, received } = await startAway({ outbox: { maxAgeMs: 10_000 } });
    await app.stopServer();
    app.client.send('count', { n: 1 });
    await app.advance(8_000);
    app.client.send('count', { n: 2 });
    await app.advance(2_000);
    expect(app.takeClientErrors()).toMatchObject([{ code: 'expired', path: 'count', data: { n: 1 } }]);
    await app.startServer();
    app.client.connect();
    await app.settle();
    expect(received).toEqual([['count', { n: 2 }]]);
  });

  test('a request that waits keeps its own time, and is not asked once it is over', async () => {
    const { app, received } = await startAway();
    const stop = new AbortController();
    const late = safe(app.client.request('save', { n: 1 }, { timeoutMs: 50 }));
    const aborted = safe(app.client.request('save', { n: 2 }, { signal: stop.signal }));
    stop.abort();
    expect((await aborted)[0]).toMatchObject({ code: 'aborted' });
    await app.advance(50);
    expect((await late)[0]).toMatchObject({ code: 'timeout' });
    await app.advance(2_000);
    expect(received).toEqual([]);
  });

  test('what is larger than the server takes is refused here: the line stays, and the text never leaves', async () => {
    const app = await startApp(transport, {
      server: { limits: { maxMessageBytes: 1_000 }, routes: { chat: () => ({ id: 'm1' }) } },
    });
    const text = 'ü'.repeat(500);
    expect(() => app.client.send('chat', { text })).toThrow(/message_too_large/);
    expect((await safe(app.client.request('chat', { text })))[0]).toMatchObject({
      code: 'message_too_large',
      path: 'chat',
    });
    expect(await app.client.request('chat', { text: 'ü'.repeat(450) })).toEqual({ id: 'm1' });
    await app.cut();
    app.client.send('chat', { text });
    await app.advance(2_000);
    expect(app.takeClientErrors()).toMatchObject([
      { code: 'message_too_large', path: 'chat', data: { text } },
    ]);
    expect([app.client.status.name, app.network.upgrades]).toEqual(['connected', 2]);
  });

  test('what was sent before the first connection arrives after it', async () => {
    const received: number[] = [];
    const app = await prepareApp(transport, {
      server: { routes: { count: (_, { n }) => void received.push(n) } },
    });
    app.client.send('count', { n: 1 });
    app.client.send('count', { n: 2 });
    app.client.connect();
    await app.advance(0);
    expect(received).toEqual([1, 2]);
  });
});
