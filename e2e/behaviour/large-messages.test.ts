// A message that is larger than what may wait for a client: its reader takes it as any other, and is closed for nothing.
import { describe, expect, test } from 'vitest';
import { startApp } from './start-app.js';
import { transports } from './transports.js';

/** More than `backpressure.hardBytes`, less than `limits.maxOutgoingBytes`. */
const large = 'x'.repeat(1_500_000);

const rooms = { authorize: () => true, history: () => true };

describe.each(transports)('a message larger than may wait, over $name', (transport) => {
  test.each(['a room', 'the inbox', 'everyone'] as const)(
    'reaches a client that returns, as the newest of %s',
    async (log) => {
      const app = await startApp(transport, { server: { rooms } });
      const heard: number[] = [];
      app.client.on('output', ({ length }) => heard.push(length));
      await app.client.join('lobby');
      await app.cut();
      if (log === 'a room') app.sockets.room('lobby').send('output', large);
      else if (log === 'the inbox') app.socket.send('output', large);
      else app.sockets.sendToAll('output', large);
      await app.advance(3_000);
      expect(heard).toEqual([large.length]);
      expect(app.client.status).toMatchObject({ name: 'connected', resumed: true });
      expect(app.sockets.stats()).toMatchObject({ slowClosed: 0, resumed: 1, gaps: 0 });
    },
  );

  test('reaches a client that joins a room and may read what was said there', async () => {
    const app = await startApp(transport, { server: { rooms } });
    const heard: number[] = [];
    app.socket.join('lobby');
    app.sockets.room('lobby').send('output', large);
    const other = await app.connect();
    const lobby = await other.join('lobby');
    lobby.on('output', ({ length }) => heard.push(length));
    await app.settle();
    expect(heard).toEqual([large.length]);
    expect(app.sockets.stats().slowClosed).toBe(0);
  });

  test('may come before other messages and an answer in the same turn', async () => {
    const heard: number[] = [];
    const app = await startApp(transport, {
      server: {
        routes: {
          save(socket, saved) {
            socket.send('output', 'x'.repeat(70_000));
            socket.send('output', large);
            socket.send('output', 'after');
            return saved;
          },
        },
      },
    });
    app.client.on('output', ({ length }) => heard.push(length));
    expect(await app.client.request('save', { n: 1 })).toEqual({ n: 1 });
    await app.settle();
    expect(heard).toEqual([70_000, large.length, 'after'.length]);
    expect(app.sockets.stats()).toMatchObject({ slowClosed: 0, suspensions: 0 });
  });
});
