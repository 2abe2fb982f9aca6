// Whom the server's messages go to, and what of a value leaves it.
import { describe, expect, test } from 'vitest';
import type { App, AppClient } from './app.js';
import { prepareApp, startApp } from './start-app.js';
import { everyTransport } from './transports.js';

describe.each(everyTransport)('targets over $name', (transport) => {
  /** Three clients, of whom the last two are one user's; and what each has heard on `output`. */
  async function startThree(): Promise<{ app: App; heard: Record<'a' | 'b' | 'b2', string[]> }> {
    const app = await startApp(transport, {
      client: { getToken: () => 'a' },
      server: { rooms: { authorize: () => true } },
    });
    const heard = { a: [], b: [], b2: [] };
    const hear = (client: AppClient, into: string[]): unknown =>
      client.on('output', (text) => into.push(text));
    hear(app.client, heard.a);
    hear(await app.connect({ getToken: () => 'b' }), heard.b);
    hear(await app.connect({ getToken: () => 'b' }), heard.b2);
    return { app, heard };
  }

  test('sendToAll reaches everybody, sendToAllExcept and broadcast everybody but one', async () => {
    const { app, heard } = await startThree();
    const first = app.socket;
    app.sockets.sendToAll('output', 'all');
    app.sockets.sendToAllExcept(first, 'output', 'except');
    first.broadcast('output', 'broadcast');
    first.send('output', 'own');
    app.sockets.client(first.id)?.send('output', 'by id');
    await app.settle();
    expect(heard).toEqual({
      a: ['all', 'own', 'by id'],
      b: ['all', 'except', 'broadcast'],
      b2: ['all', 'except', 'broadcast'],
    });
    expect(app.sockets.client('nobody')).toBeUndefined();
  });

  test('a room reaches its members, the sender among them unless excepted', async () => {
    const { app, heard } = await startThree();
    const [first, second] = app.everywhere.clients();
    if (first === undefined) throw new Error('nobody is here');
    first.join('lobby');
    second?.join('lobby');
    await app.spread();
    const lobby = app.sockets.room('lobby');
    expect(app.everywhere.sizeOf('lobby')).toBe(2);
    expect(app.everywhere.membersOf('lobby')).toEqual([first, second]);
    lobby.send('output', 'room');
    lobby.except(first).send('output', 'except');
    await lobby.publish('output', 'published');
    app.sockets.room('empty').send('output', 'nobody');
    await app.settle();
    expect(heard).toEqual({ a: ['room', 'published'], b: ['room', 'except', 'published'], b2: [] });
  });

  test('a user is reached on every device, and counted once', async () => {
    const { app, heard } = await startThree();
    // each process counts its own: the two of one user are in two of three
    const users = app.nodes.length > 1 ? 3 : 2;
    expect([app.everywhere.countClients, app.everywhere.countUsers]).toEqual([3, users]);
    expect(app.everywhere.sizeOfUser('b')).toBe(2);
    app.sockets.user('b').send('output', 'to b');
    app.sockets.user('nobody').send('output', 'to nobody');
    await app.settle();
    expect(heard).toEqual({ a: [], b: ['to b'], b2: ['to b'] });
    app.sockets.user('b').disconnect('bye');
    await app.settle();
    expect([app.everywhere.countClients, app.everywhere.countUsers]).toEqual([1, 1]);
  });

  test('keys that a schema does not name never leave the server', async () => {
    const app = await startApp(transport, {
      server: { routes: { save: () => ({ n: 1, secret: 's' }) as never } },
    });
    const plain = await app.connectPlain();
    const heard: unknown[] = [];
    app.client.onAny(({ data }) => heard.push(data));
    const leaky = { n: 1, secret: 's' };
    app.sockets.sendToAll('count', leaky);
    await app.settle();
    expect(await app.client.request('save', { n: 1 })).toEqual({ n: 1 });
    expect(heard).toEqual([{ n: 1 }]);
    expect(plain.heard).toEqual([{ path: 'count', data: { n: 1 } }]);
  });

  test('a value that does not fit is thrown back at the caller, and nobody is sent anything', async () => {
    const { app } = await startThree();
    const heard: unknown[] = [];
    app.client.onAny((message) => heard.push(message));
    const misfit = { n: 'one' } as never;
    const { socket } = app;
    expect(() => app.sockets.sendToAll('count', misfit)).toThrow(/invalid_output.*count.*n/s);
    expect(() => socket.send('count', misfit)).toThrow(/invalid_output/);
    await expect(app.sockets.publish('count', misfit)).rejects.toMatchObject({ code: 'invalid_output' });
    await app.settle();
    expect(heard).toEqual([]);
  });

  test('the newcomer counts in onConnect, and the leaver in onDisconnect, where it still is in its rooms', async () => {
    const seen: unknown[] = [];
    const app = await prepareApp(transport, {
      server: {
        event: {
          onConnect(socket) {
            seen.push(['connect', app.everywhere.countClients]);
            socket.join('lobby');
          },
          onDisconnect(socket, { code }) {
            const { countClients } = app.everywhere;
            seen.push(['disconnect', countClients, app.everywhere.sizeOf('lobby'), socket.connected, code]);
            app.sockets.room('lobby').send('output', 'somebody left');
            app.sockets.sendToAll('output', 'all of you');
          },
        },
      },
    });
    const heard: string[] = [];
    const stayer = await app.connect();
    const other = await app.connect();
    stayer.on('output', (text) => heard.push(`stayer ${text}`));
    other.on('output', (text) => heard.push(`leaver ${text}`));
    other.close();
    await app.settle();
    expect(seen).toEqual([
      ['connect', 1],
      ['connect', 2],
      ['disconnect', 2, 2, false, 1000],
    ]);
    expect(heard).toEqual(['stayer somebody left', 'stayer all of you']);
    expect(app.everywhere.countClients).toBe(1);
  });

  test('what is sent to a client that is gone is counted and does no harm', async () => {
    const app = await startApp(transport);
    const { socket } = app;
    app.client.close();
    await app.settle();
    const before = app.sockets.stats().dropped.gone;
    socket.send('output', 'too late');
    expect(app.sockets.stats().dropped.gone).toBe(before + 1);
  });
});
