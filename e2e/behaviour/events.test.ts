// Messages that ask for no answer, both ways, and who hears them.
import { describe, expect, test } from 'vitest';
import { prepareApp, startApp } from './start-app.js';
import { everyTransport } from './transports.js';

describe.each(everyTransport)('events over $name', (transport) => {
  test('what a client sends reaches its route in order', async () => {
    const received: number[] = [];
    const app = await startApp(transport, {
      server: { routes: { count: (_, { n }) => void received.push(n) } },
    });
    app.client.send('count', { n: 1 });
    app.client.send('count', { n: 2 });
    await app.settle();
    expect(received).toEqual([1, 2]);
  });

  test('what the server sends reaches every listener of its path and no other', async () => {
    const app = await startApp(transport);
    const heard: unknown[] = [];
    app.client.on('output', (text) => heard.push(['first', text]));
    app.client.on('output', (text) => heard.push(['second', text]));
    app.client.on('greeting', ({ name }) => heard.push(name));
    app.sockets.sendToAll('output', 'a');
    await app.settle();
    expect(heard).toEqual([
      ['first', 'a'],
      ['second', 'a'],
    ]);
  });

  test('a channel without data takes no argument', async () => {
    const received: unknown[] = [];
    const app = await startApp(transport, {
      server: { routes: { time: (_, data) => void received.push(data) } },
    });
    app.client.send('time');
    await app.settle();
    expect(received).toEqual([undefined]);
  });

  test('what a route of a channel with out returns goes back as an event when nobody asked for an answer', async () => {
    const app = await startApp(transport, {
      server: { routes: { time: () => '12:00', chat: () => ({ id: 'm1' }) } },
    });
    const heard: unknown[] = [];
    app.client.onAny(({ path, data }) => heard.push([path, data]));
    app.client.send('time');
    // the answer of this one is its reply, which nobody waits for
    app.client.send('chat', { text: 'hi' });
    await app.settle();
    expect(heard).toEqual([['time', '12:00']]);
  });

  test('a listener is gone once it is taken back, its signal aborts, or it has heard its one message', async () => {
    const app = await startApp(transport);
    const heard: string[] = [];
    const stop = new AbortController();
    const off = app.client.on('output', (text) => heard.push(`on ${text}`));
    app.client.on('output', (text) => heard.push(`signal ${text}`), { signal: stop.signal });
    app.client.once('output', (text) => heard.push(`once ${text}`));
    app.client.on('output', (text) => heard.push(`aborted ${text}`), { signal: AbortSignal.abort() });
    app.sockets.sendToAll('output', 'a');
    await app.settle();
    off();
    off();
    stop.abort();
    app.sockets.sendToAll('output', 'b');
    await app.settle();
    expect(heard).toEqual(['on a', 'signal a', 'once a']);
  });

  test('onAny hears every path', async () => {
    const app = await startApp(transport);
    const heard: unknown[] = [];
    app.client.onAny((message) => heard.push(message));
    app.sockets.sendToAll('output', 'a');
    app.sockets.sendToAll('count', { n: 1 });
    await app.settle();
    expect(heard).toEqual([
      { path: 'output', data: 'a' },
      { path: 'count', data: { n: 1 } },
    ]);
  });

  test('a listener that throws is reported with the message, and the others still run', async () => {
    const app = await startApp(transport);
    const heard: string[] = [];
    app.client.on('output', () => {
      throw new Error('broken listener');
    });
    app.client.on('output', (text) => heard.push(text));
    app.sockets.sendToAll('output', 'a');
    app.sockets.sendToAll('output', 'b');
    await app.settle();
    expect(heard).toEqual(['a', 'b']);
    const errors = app.takeClientErrors();
    expect(errors).toMatchObject([
      { code: 'internal', path: 'output', data: 'a' },
      { code: 'internal', path: 'output', data: 'b' },
    ]);
    expect(errors[0]?.error.cause).toEqual(new Error('broken listener'));
  });

  test('a burst of 1,000 events arrives whole and in order, both ways', async () => {
    const received: number[] = [];
    const app = await startApp(transport, {
      server: { routes: { count: (_, { n }) => void received.push(n) } },
    });
    const heard: number[] = [];
    app.client.on('count', ({ n }) => heard.push(n));
    const numbers = Array.from({ length: 1_000 }, (_, n) => n);
    for (const n of numbers) {
      app.client.send('count', { n });
      app.sockets.sendToAll('count', { n });
    }
    await app.settle();
    expect(received).toEqual(numbers);
    expect(heard).toEqual(numbers);
  });

  test('what is registered together with the first use misses nothing that onConnect sends', async () => {
    const app = await prepareApp(transport, {
      client: { autoConnect: true },
      server: { event: { onConnect: (socket) => socket.send('output', 'welcome') } },
    });
    const heard: string[] = [];
    app.client.on('greeting', () => {});
    app.client.on('output', (text) => heard.push(text));
    expect(app.client.status.name).toBe('idle');
    await app.advance(0);
    expect(heard).toEqual(['welcome']);
  });

  test('what no route takes goes to onMessage, and is unknown_path without one', async () => {
    const received: unknown[] = [];
    const onMessage = (_: unknown, message: unknown): void => void received.push(message);
    const taking = await startApp(transport, { server: { event: { onMessage } } });
    taking.client.send('count', { n: 1 });
    await taking.settle();
    expect(received).toEqual([{ path: 'count', data: { n: 1 } }]);

    const refusing = await startApp(transport);
    refusing.client.send('count', { n: 1 });
    await refusing.settle();
    expect(refusing.takeClientErrors()).toMatchObject([{ code: 'unknown_path', path: 'count' }]);
  });

  test('an event that does not fit is refused to onError with the issues, and the connection goes on', async () => {
    const received: number[] = [];
    const app = await startApp(transport, {
      server: { routes: { count: (_, { n }) => void received.push(n) } },
    });
    app.client.send('count', { n: 'one' } as never);
    app.client.send('count', { n: 2 });
    await app.settle();
    expect(app.takeClientErrors()).toMatchObject([
      { code: 'invalid_input', path: 'count', error: { data: { issues: [{ path: ['n'] }] } } },
    ]);
    expect(received).toEqual([2]);
  });

  test('a route added later takes its path until it is removed', async () => {
    const app = await startApp(transport);
    const remove = app.sockets.addRoute('save', (_, { n }) => ({ n: n + 1 }));
    expect(() => app.sockets.addRoute('save', () => ({ n: 0 }))).toThrow(TypeError);
    expect(await app.client.request('save', { n: 1 })).toEqual({ n: 2 });
    remove();
    await expect(app.client.request('save', { n: 1 })).rejects.toMatchObject({ code: 'unknown_path' });
  });
});
