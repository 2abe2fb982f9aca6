// What a client finds when it comes back to a server that is still there.
import { setImmediate as turn } from 'node:timers/promises';
import { safe, type Gap } from '@wirepact/client';
import { describe, expect, test } from 'vitest';
import type { App } from './app.js';
import { startApp } from './start-app.js';
import { everyTransport } from './transports.js';

/** What a client hears of gaps, in short. */
function gapsOf(app: App): string[] {
  const gaps: string[] = [];
  const tell = ({ log, room, why }: Gap): unknown => gaps.push(`${room ?? log}: ${why}`);
  app.client.onGap(tell);
  return gaps;
}

describe.each(everyTransport)('a client that returns over $name', (transport) => {
  test('is the same socket: it connected once, was suspended, resumed, and is gone when it closes', async () => {
    const events: string[] = [];
    const app = await startApp(transport, {
      server: {
        event: {
          onConnect: ({ id }) => void events.push(`connect ${id}`),
          onSuspend: ({ id, connected }, { code }) =>
            void events.push(`suspend ${id} ${code} ${String(connected)}`),
          onResume: ({ id, connected }) => void events.push(`resume ${id} ${String(connected)}`),
          onDisconnect: ({ id }, { code }) => void events.push(`disconnect ${id} ${code}`),
        },
      },
    });
    const { id } = app.socket;
    await app.cut();
    expect(app.everywhere.stats).toMatchObject({ clients: 1, suspended: 1 });
    await app.advance(2_000);
    expect(app.everywhere.stats).toMatchObject({ clients: 1, suspended: 0, connected: 1, resumed: 1 });
    expect(app.client.status).toMatchObject({ sessionId: id, resumed: true });
    app.client.close();
    await app.settle();
    expect(events).toEqual([
      `connect ${id}`,
      `suspend ${id} 1006 false`,
      `resume ${id} true`,
      `disconnect ${id} 1000`,
    ]);
  });

  test('hears what was sent meanwhile: to it, to all, to its rooms, and nothing that was not for it', async () => {
    const app = await startApp(transport, { server: { rooms: { authorize: () => true } } });
    const gaps = gapsOf(app);
    const heard: unknown[] = [];
    await app.client.join('lobby');
    app.client.on('output', (text, { room }) => heard.push(room === undefined ? text : `${room}: ${text}`));
    const { socket, sockets } = app;
    await app.settle();
    await app.cut();
    socket.send('output', 'to you');
    sockets.user('guest').send('output', 'to your user');
    sockets.sendToAll('output', 'to all');
    sockets.sendToAllExcept(socket, 'output', 'to the others');
    sockets.room('lobby').send('output', 'to the room');
    sockets.room('lobby').except(socket).send('output', 'to the rest of the room');
    sockets.room('attic').send('output', 'to another room');
    await app.spread();
    await app.advance(2_000);
    // streams keep an order each, and in one process that of all together
    const sent = ['to you', 'to your user', 'to all', 'lobby: to the room'];
    if (app.isJoined) heard.sort((one, other) => sent.indexOf(String(one)) - sent.indexOf(String(other)));
    expect(heard).toEqual(sent);
    sockets.room('lobby').send('output', 'and on');
    await app.settle();
    expect(heard.at(-1)).toBe('lobby: and on');
    expect(gaps).toEqual([]);
  });

  test('from more rooms than its greeting may name begins anew, and is told what it lost', async () => {
    const app = await startApp(transport, { server: { limits: { maxMessageBytes: 4_096 } } });
    const gaps = gapsOf(app);
    const rooms = Array.from({ length: 60 }, (_, index) => `${'r'.repeat(110)} ${index}`);
    for (const room of rooms) app.socket.join(room);
    await app.settle();
    await app.cut();
    for (const room of rooms) app.sockets.room(room).send('output', 'meanwhile');
    await app.spread();
    await app.advance(2_000);
    expect(app.client.status).toMatchObject({ name: 'connected', resumed: false });
    expect(gaps.sort()).toEqual(['everyone', 'inbox', ...rooms].map((log) => `${log}: lost`).sort());
  });

  test('has left, or is in, the rooms as it was told while away', async () => {
    const app = await startApp(transport, { server: { rooms: { authorize: () => true } } });
    const gaps = gapsOf(app);
    const removed: string[] = [];
    const heard: unknown[] = [];
    const lobby = await app.client.join('lobby');
    lobby.onRemoved(({ code }) => removed.push(code));
    const attic = await app.client.join('attic');
    app.client.on('output', (text, { room }) => heard.push([room, text]));
    const { socket, sockets } = app;
    // also where it stands in its rooms
    await app.settle();
    await app.cut();
    sockets.room('lobby').send('output', 'unheard');
    socket.leave('lobby');
    socket.join('cellar');
    sockets.room('cellar').send('output', 'heard');
    await attic.leave();
    await app.spread();
    await app.advance(2_000);
    expect([...app.socket.rooms]).toEqual(['cellar']);
    expect(heard).toEqual([['cellar', 'heard']]);
    expect(removed).toEqual(['denied']);
    expect(gaps).toEqual(['lobby: denied']);
  });

  test('gets the newest of what is latest, and nothing of what is volatile', async () => {
    const app = await startApp(transport);
    const heard: unknown[] = [];
    app.client.on('volume', (volume) => heard.push(volume));
    app.client.on('typing', (text) => heard.push(text));
    await app.cut();
    for (let volume = 1; volume <= 3; volume++) app.sockets.sendToAll('volume', volume);
    app.socket.send('volume', 4);
    app.sockets.sendToAll('typing', 'gone');
    await app.spread();
    await app.advance(2_000);
    expect(heard.sort()).toEqual([3, 4]);
    expect(app.sockets.stats().dropped.volatile).toBe(1);
  });

  test('gets the answer to what it asked, whenever it is ready, and the handler runs once', async () => {
    const runs: number[] = [];
    const answers: ((n: number) => void)[] = [];
    const app = await startApp(transport, {
      server: {
        routes: {
          save(_, { n }) {
            runs.push(n);
            return new Promise((resolve) => (answers[n] = () => resolve({ n })));
          },
        },
      },
    });
    const asked = [1, 2, 3].map((n) => app.client.request('save', { n }));
    await app.settle();
    answers[1]?.(1);
    await app.cut();
    answers[2]?.(2);
    await app.advance(2_000);
    answers[3]?.(3);
    expect(await Promise.all(asked)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(runs).toEqual([1, 2, 3]);
  });

  test('goes on with a stream where it was, and the generator runs once', async () => {
    let runs = 0;
    const app = await startApp(transport, {
      server: {
        routes: {
          async *tail(_, { n }) {
            runs++;
            for (let item = 1; item <= n; item++) yield item;
          },
        },
      },
    });
    const read: number[] = [];
    const [error] = await safe(
      (async () => {
        for await (const item of app.client.stream('tail', { n: 100 })) {
          read.push(item);
          if (item % 10 === 0) await app.cutAndReturn();
        }
      })(),
    );
    // the process that it returns to cannot go on with the generator of another
    const isElsewhere = app.nodes.length > 1;
    expect(error?.code).toBe(isElsewhere ? 'unknown_outcome' : undefined);
    if (!isElsewhere) expect(read).toHaveLength(100);
    expect(read).toEqual(Array.from(read, (_, index) => index + 1));
    expect(runs).toBe(1);
  });

  test('is recognised although the server has not noticed that it went', async () => {
    const reasons: number[] = [];
    const app = await startApp(transport, {
      server: { event: { onSuspend: (_, { code }) => void reasons.push(code) } },
    });
    const heard: string[] = [];
    app.client.on('output', (text) => heard.push(text));
    const { socket } = app;
    const other = await app.connect();
    // its page froze: it lets the line go by itself, and the server hears nothing of that for now
    app.network.stall(true);
    socket.send('output', 'into the void');
    await app.advance(36_000);
    expect(app.client.status.name).toBe('reconnecting');
    app.network.stall(false);
    await app.advance(2_000);
    expect(app.client.status).toMatchObject({ name: 'connected', resumed: true, sessionId: socket.id });
    expect(heard).toEqual(['into the void']);
    other.close();
  });

  test('after the session has ended is told so, and of what may be missing', async () => {
    const gone: number[] = [];
    const app = await startApp(transport, {
      server: {
        rooms: { authorize: () => turn().then(() => true) },
        session: { resumeForMs: 5_000 },
        event: { onDisconnect: (_, { code }) => void gone.push(code) },
        routes: { forget: () => new Promise(() => {}), save: (_, { n }) => ({ n }) },
      },
    });
    const gaps = gapsOf(app);
    const lobby = await app.client.join('lobby');
    const ofRoom: unknown[] = [];
    // whoever asks for the present state then misses nothing that is sent from then on
    lobby.onGap(({ why }) => ofRoom.push([why, app.everywhere.sizeOf('lobby')]));
    const { socket } = app;
    const forgotten = app.client.request('forget', { n: 1 }).catch(({ code }: { code: string }) => code);
    await app.settle();
    app.network.stop();
    await app.cut();
    app.sockets.sendToAll('output', 'missed');
    await app.advance(7_000);
    expect(gone).toEqual([1006]);
    await app.start();
    const saved = app.client.request('save', { n: 2 });
    await app.advance(5_000);
    expect(app.client.status).toMatchObject({ name: 'connected', resumed: false });
    expect(app.socket.id).not.toBe(socket.id);
    expect(gaps.sort()).toEqual(['everyone: lost', 'inbox: epoch', 'lobby: epoch']);
    expect(ofRoom).toEqual([['epoch', 1]]);
    expect(await forgotten).toBe('unknown_outcome');
    expect(await saved).toEqual({ n: 2 });
    expect(app.everywhere.sizeOf('lobby')).toBe(1);
  });

  test('after more than the log holds is told from where to where', async () => {
    const app = await startApp(transport, { server: { logs: { maxBytes: 1_000 } } });
    const heard: unknown[] = [];
    app.client.on('count', ({ n }) => heard.push(n));
    app.client.onGap(({ log, why, from, to }) => heard.push([log, why, from[1], to?.[1]]));
    app.sockets.sendToAll('count', { n: 0 });
    await app.settle();
    await app.cut();
    for (let n = 1; n <= 100; n++) app.sockets.sendToAll('count', { n });
    await app.spread();
    await app.advance(2_000);
    const [first, gap, ...rest] = heard;
    expect(first).toBe(0);
    const kept = rest.length;
    // where positions are times, they say nothing of how many there were
    const [from, to] = app.isJoined ? [expect.any(Number), expect.any(Number)] : [1, 101 - kept];
    expect(gap).toEqual(['everyone', 'trimmed', from, to]);
    expect(rest).toEqual(Array.from({ length: kept }, (_, index) => 100 - kept + 1 + index));
    expect(kept).toBeGreaterThan(3);
  });

  test('after the server drained is told of nothing, for there is nothing', async () => {
    const received: number[] = [];
    const count = (_: unknown, { n }: { n: number }): void => void received.push(n);
    const app = await startApp(transport, { server: { routes: { count } } });
    const gaps = gapsOf(app);
    const heard: unknown[] = [];
    app.client.on('count', ({ n }) => heard.push(n));
    app.client.send('count', { n: 1 });
    app.sockets.sendToAll('count', { n: 2 });
    const drained = app.drain({ spreadMs: 1_000 });
    await app.settle();
    app.client.send('count', { n: 3 });
    await app.advance(0);
    await drained;
    app.network.stop();
    await app.startServer();
    await app.advance(3_000);
    expect(app.client.status).toMatchObject({ name: 'connected', resumed: app.isJoined });
    expect(received).toEqual([1, 3]);
    expect(heard).toEqual([2]);
    expect(gaps).toEqual([]);
  });
});

describe.each(everyTransport)('the history of a room over $name', (transport) => {
  test('is read to a newcomer who may, and to nobody else', async () => {
    const app = await startApp(transport, {
      server: {
        rooms: { authorize: () => true, history: async (_, room) => room === 'open' },
      },
    });
    for (const room of ['open', 'closed']) {
      app.sockets.room(room).send('output', `first in ${room}`);
      app.sockets.room(room).send('output', `second in ${room}`);
    }
    const heard: string[] = [];
    for (const room of ['open', 'closed']) {
      const handle = await app.client.join(room);
      handle.on('output', (text) => heard.push(text));
    }
    await app.settle();
    expect(heard).toEqual(['first in open', 'second in open']);
    const said = await app.sockets.room('open').history();
    expect(said.map(({ path, data }) => [path, data])).toEqual([
      ['output', 'first in open'],
      ['output', 'second in open'],
    ]);
    const [first] = said;
    const after = await app.sockets.room('open').history({ after: first?.position ?? ['', 0], limit: 5 });
    expect(after.map(({ data }) => data)).toEqual(['second in open']);
    expect(await app.sockets.room('open').history({ limit: 1 })).toEqual(after);
    expect(await app.sockets.room('nowhere').history()).toEqual([]);
  });
});
