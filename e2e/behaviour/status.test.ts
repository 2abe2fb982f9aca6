// What a client says of its connection, from its first use to its end.
import { createClient, type ClientStatus } from '@wirepact/client';
import { describe, expect, test } from 'vitest';
import type { Channels } from './channels.js';
import { prepareApp, startApp } from './start-app.js';
import { transports } from './transports.js';

/** What a status says, but for what differs from run to run. */
function summary(status: ClientStatus): string {
  if (status.name === 'connecting') return `connecting ${status.attempt}`;
  if (status.name === 'closed') return `closed ${status.reason.code} ${status.error?.code ?? 'on purpose'}`;
  if (status.name !== 'reconnecting') return status.name;
  const { attempt, nextAttemptAt, reason } = status;
  return `reconnecting ${attempt} ${nextAttemptAt === undefined ? 'now' : 'later'} after ${reason.code}`;
}

describe.each(transports)('the status over $name', (transport) => {
  test('it tells the whole story of a connection', async () => {
    const app = await prepareApp(transport);
    const story: string[] = [summary(app.client.status)];
    app.client.onStatus((status) => {
      story.push(summary(status));
      expect(app.client.status).toBe(status);
    });
    app.client.connect();
    await app.advance(0);
    await app.advance(5_000);
    await app.stopServer();
    await app.advance(1_500);
    await app.startServer();
    await app.advance(20_000);
    app.client.close();
    await app.settle();
    expect(story[0]).toBe('idle');
    expect(story.slice(1, 4)).toEqual(['connecting 1', 'connected', 'reconnecting 1 later after 1001']);
    expect(story.slice(4, 7)).toEqual([
      'reconnecting 1 now after 1001',
      'reconnecting 2 later after 1006',
      'reconnecting 2 now after 1006',
    ]);
    expect(story.slice(-2)).toEqual(['connected', 'closed 1000 on purpose']);
  });

  test('while away it says when the next attempt begins, and the attempts grow', async () => {
    const app = await startApp(transport, {
      client: { reconnect: { quickMs: 100, minDelayMs: 1_000, maxDelayMs: 3_000, factor: 2 } },
    });
    await app.advance(1_000);
    await app.killServer();
    const delays: unknown[] = [];
    for (let attempt = 1; attempt <= 5; attempt++) {
      const { status } = app.client;
      if (status.name !== 'reconnecting' || status.nextAttemptAt === undefined) throw new Error(status.name);
      const delay = status.nextAttemptAt - app.clock.now();
      delays.push([status.attempt, delay]);
      await app.advance(delay);
    }
    // half of each range, since chance is 0.5 here
    expect(delays).toEqual([
      [1, 50],
      [2, 500],
      [3, 1_000],
      [4, 1_500],
      [5, 1_500],
    ]);
  });

  test('connect() does not wait for the next attempt', async () => {
    const app = await startApp(transport);
    await app.cut();
    expect(app.client.status.name).toBe('reconnecting');
    app.client.connect();
    await app.settle();
    expect(app.client.status.name).toBe('connected');
  });

  test('after maxAttempts the client gives up, and connect() starts anew with its listeners', async () => {
    const app = await startApp(transport, { client: { reconnect: { maxAttempts: 2 } } });
    const heard: string[] = [];
    app.client.on('output', (text) => heard.push(text));
    await app.advance(1_000);
    await app.killServer();
    await app.advance(60_000);
    expect(summary(app.client.status)).toBe('closed 1006 closed');
    expect(app.clock.pending).toBe(0);

    await app.startServer();
    app.client.connect();
    await app.advance(0);
    expect(app.client.status.name).toBe('connected');
    app.sockets.sendToAll('output', 'again');
    await app.settle();
    expect(heard).toEqual(['again']);
  });

  test('a client connects with its first use, and only then', async () => {
    const app = await prepareApp(transport);
    const client = app.adopt(createClient<Channels>(app.clientOptions));
    client.onStatus(() => {});
    await app.advance(10_000);
    expect(client.status).toEqual({ name: 'idle' });
    expect(app.network.upgrades).toBe(0);
    client.send('count', { n: 1 });
    client.on('output', () => {});
    await app.advance(0);
    expect(client.status.name).toBe('connected');
    expect(app.network.upgrades).toBe(1);
    expect(app.takeClientErrors()).toMatchObject([{ code: 'unknown_path' }]);
  });

  test('with autoConnect off nothing but connect() connects', async () => {
    const app = await prepareApp(transport, { server: { routes: { save: (_, { n }) => ({ n }) } } });
    const saved = app.client.request('save', { n: 1 });
    app.client.on('output', () => {});
    app.client.send('typing', 'dropped');
    await app.advance(5_000);
    expect([app.client.status.name, app.network.upgrades]).toEqual(['idle', 0]);
    app.client.connect();
    app.client.connect();
    await app.advance(0);
    expect(await saved).toEqual({ n: 1 });
    expect(app.network.upgrades).toBe(1);
    // what is volatile does not wait, so nobody refused it
    expect(app.takeClientErrors()).toEqual([]);
  });

  test('the session it names is the one the server knows', async () => {
    const app = await startApp(transport);
    const { socket } = app;
    expect(app.client.status).toEqual({
      name: 'connected',
      sessionId: socket.id,
      since: app.clock.now(),
      resumed: false,
    });
  });

  test('a listener of the status that throws is reported, and the connection goes on', async () => {
    const app = await prepareApp(transport);
    app.client.onStatus(() => {
      throw new Error('broken listener');
    });
    app.client.connect();
    await app.advance(0);
    expect(app.client.status.name).toBe('connected');
    expect(app.takeClientErrors()).toMatchObject([{ code: 'internal' }, { code: 'internal' }]);
    app.client.close();
    await app.settle();
    app.takeClientErrors();
  });
});
