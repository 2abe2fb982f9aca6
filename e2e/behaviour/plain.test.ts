// A client without Wirepact, in the same rooms as one with it: it sees path and data, and what answers its ids.
import { describe, expect, test } from 'vitest';
import { startApp } from './start-app.js';
import { transports } from './transports.js';

describe.each(transports)('a plain client over $name', (transport) => {
  test('it hears rooms and broadcasts without a key more than path and data', async () => {
    const app = await startApp(transport, {
      server: {
        rooms: { authorize: () => true, member: () => 'somebody' },
        event: { onConnect: (socket) => socket.join('lobby') },
      },
    });
    const plain = await app.connectPlain();
    await app.client.join('lobby');
    const lobby = app.sockets.room('lobby');
    expect(lobby.size).toBe(2);
    lobby.send('output', 'a');
    app.sockets.sendToAll('count', { n: 1 });
    await app.settle();
    await app.advance(60_000);
    expect(plain.heard).toEqual([
      { path: 'output', data: 'a' },
      { path: 'count', data: { n: 1 } },
    ]);
    expect(app.sockets.countClients).toBe(2);
  });

  test('it asks with an id of its choice and is answered on it', async () => {
    const app = await startApp(transport, {
      server: {
        routes: {
          save: (_, { n }) => ({ n }),
          time: () => '12:00',
          async *tail(_, { n }) {
            for (let i = 0; i < n; i++) yield i;
          },
        },
      },
    });
    const plain = await app.connectPlain();
    for (const id of [7, 'seven', 0]) plain.send({ path: 'save', data: { n: 1 }, id });
    plain.send({ path: 'time', data: {} });
    plain.send({ path: 'time', data: null, id: 1 });
    plain.send({ path: 'tail', data: { n: 2 }, id: 2 });
    await app.settle();
    expect(plain.heard.slice(0, 5)).toEqual([
      ...[7, 'seven', 0].map((id) => ({ path: 'save', data: { n: 1 }, id })),
      { path: 'time', data: '12:00' },
      { path: 'time', data: '12:00', id: 1 },
    ]);
    expect(plain.heard.slice(5)).toEqual([
      { path: 'tail', data: 0, id: 2, more: true },
      { path: 'tail', data: 1, id: 2, more: true },
      { path: 'tail', id: 2, end: true },
    ]);
  });

  test('what it does wrong is told by $error or on its id, and never closed for', async () => {
    const app = await startApp(transport, { server: { routes: { save: (_, { n }) => ({ n }) } } });
    const plain = await app.connectPlain();
    const wrong = ['hello', '[1]', '{"data":1}', '"text"', 'null', '{"path":"__proto__"}'];
    for (const text of wrong) plain.socket.send(text);
    plain.send({ path: 'nowhere' });
    plain.send({ path: 'constructor', id: 1 });
    plain.send({ path: '$join', data: { room: 'lobby' } });
    plain.send({ path: 'save', data: { n: 'one' } });
    plain.send({ path: 'save', data: { n: 'one' }, id: 2 });
    plain.send({ path: 'save', data: { n: 3 }, id: 3 });
    await app.settle();
    const codes = (plain.heard as { path: string; data?: { code: string }; error?: { code: string } }[]).map(
      ({ path, data, error }) => `${path} ${error?.code ?? data?.code ?? 'fine'}`,
    );
    expect(codes).toEqual([
      ...Array.from({ length: 5 }, () => '$error bad_frame'),
      ...['$error unknown_path', '$error unknown_path', 'constructor unknown_path', '$error unknown_path'],
      ...['$error invalid_input', 'save invalid_input', 'save fine'],
    ]);
    expect(plain.socket.readyState).toBe(1);
  });

  test('it goes by closing, and is not counted any more', async () => {
    const app = await startApp(transport);
    const plain = await app.connectPlain();
    expect(app.sockets.countClients).toBe(2);
    plain.socket.close();
    await app.settle();
    expect(app.sockets.countClients).toBe(1);
  });
});
