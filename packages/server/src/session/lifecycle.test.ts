import { defineChannels, type ChannelDefinitions } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer, settle } from '../test-server.fixture.js';

const channels = defineChannels({
  output: { out: z.string() },
  slow: { in: z.void(), out: z.string() },
  say: { in: z.string(), out: z.string() },
  cursor: { out: z.string(), delivery: 'latest' },
});

describe('a session that opens', () => {
  it('is greeted before anything else, and told what it must know', async () => {
    const server = createTestServer(channels, {
      limits: { maxRooms: 3 },
      event: { onConnect: (socket) => socket.send('output', 'hello') },
    });
    const client = await server.connectSilent();
    expect(client.take()).toEqual([]);
    expect(server.sockets.countClients).toBe(0);

    const [welcome, hello] = await client.ask({ path: '$hello', data: {} });
    expect(welcome).toEqual({
      path: '$welcome',
      data: {
        session: expect.stringMatching(/^s_[\w-]{22}$/),
        token: expect.stringMatching(/^[\w-]{22}$/),
        resumed: false,
        streams: { '*': [expect.stringMatching(/^[\w-]{8}$/), 0] },
        resumeForMs: 120_000,
        heartbeatMs: 25_000,
        limits: { maxMessageBytes: 262_144, maxInFlight: 64, maxRooms: 3 },
        channels: { cursor: { delivery: 'latest' } },
      },
    });
    expect(hello).toEqual({ path: 'output', data: 'hello' });
  });

  it('is counted, listed and found while onConnect runs', async () => {
    const seen: unknown[] = [];
    const server = createTestServer(channels, {
      authenticate: () => ({ name: 'ann' }),
      userId: ({ name }) => name,
      event: {
        onConnect(socket) {
          const { sockets } = server;
          seen.push(sockets.countClients, sockets.countUsers, [...sockets.clients()].length);
          seen.push(sockets.client(socket.id) === socket, sockets.user('ann').size, socket.connected);
          sockets.sendToAll('output', 'to all');
        },
      },
    });
    const client = await server.connectPlain();
    expect(seen).toEqual([1, 1, 1, true, 1, true]);
    expect(client.take()).toEqual([{ path: 'output', data: 'to all' }]);
  });

  it('stays when onConnect throws, now or later', async () => {
    const now = (): void => {
      throw new Error('in onConnect');
    };
    const later = async (): Promise<void> => now();
    for (const onConnect of [now, later as () => void]) {
      const server = createTestServer(channels, { event: { onConnect } });
      await server.connectPlain();
      await settle();
      expect(server.errors).toEqual([new Error('in onConnect')]);
      expect(server.sockets.countClients).toBe(1);
    }
  });

  it('may be closed by onConnect', async () => {
    const events: string[] = [];
    const server = createTestServer(channels, {
      event: {
        onConnect(socket) {
          socket.disconnect('not today', 4000);
          events.push(`connected: ${socket.connected}`);
        },
        onDisconnect: (_socket, { code, reason }) => events.push(`${code} ${reason}`),
      },
    });
    const client = await server.connectPlain();
    await settle();
    expect(events).toEqual(['4000 not today', 'connected: false']);
    expect(client.transport.closedWith).toEqual({ code: 4000, reason: 'not today' });
    expect(server.sockets.countClients).toBe(0);
    await server.sockets.close();
    expect(server.clock.pending).toBe(0);
  });
});

describe('a session that ends', () => {
  const start = () => {
    const seen: unknown[] = [];
    const server = createTestServer(channels, {
      authenticate: () => ({ name: 'ann' }),
      userId: ({ name }) => name,
      event: {
        onConnect: (socket) => socket.join('lobby'),
        onDisconnect(socket, reason) {
          const { sockets } = server;
          seen.push(reason, {
            counts: [sockets.countClients, sockets.countUsers, sockets.room('lobby').size],
            listed: sockets.client(socket.id) === socket && sockets.room('lobby').members().includes(socket),
            rooms: [...socket.rooms],
            connected: socket.connected,
          });
          socket.send('output', 'to the leaver');
          sockets.sendToAll('output', `left: ${sockets.countClients - 1}`);
          sockets.room('lobby').send('output', 'goodbye');
        },
      },
    });
    return { server, seen };
  };
  const during = {
    counts: [2, 1, 2],
    listed: true,
    rooms: ['lobby'],
    connected: false,
  };

  it('is still counted and in its rooms in onDisconnect, and is not sent to any more', async () => {
    const { server, seen } = start();
    const [leaver, other] = [await server.connectPlain(), await server.connectPlain()];
    leaver.transport.end(1001, 'away');
    expect(seen).toEqual([{ code: 1001, reason: 'away' }, during]);
    expect(leaver.take()).toEqual([]);
    expect(other.take()).toEqual([
      { path: 'output', data: 'left: 1' },
      { path: 'output', data: 'goodbye' },
    ]);
    expect(server.sockets.countClients).toBe(1);
    expect(server.sockets.room('lobby').size).toBe(1);
    expect(server.sockets.stats().dropped.gone).toBe(1);
  });

  it('ends once, whichever side closes first and however often', async () => {
    const { server, seen } = start();
    const client = await server.connectPlain();
    await server.connectPlain();
    const [socket] = server.sockets.clients();
    socket!.disconnect('bye');
    socket!.disconnect('bye again');
    client.transport.end(1006);
    await settle();
    expect(seen).toEqual([{ code: 1000, reason: 'bye' }, during]);
    expect(server.sockets.stats()).toMatchObject({ connected: 2, disconnected: 1 });
  });

  it('keeps the list of its rooms for handlers that look at it later, and joins none any more', async () => {
    const { server } = start();
    const client = await server.connectPlain();
    const [socket] = server.sockets.clients();
    client.transport.end(1001);
    socket!.join('other');
    expect([...socket!.rooms]).toEqual(['lobby']);
    expect(server.sockets.stats()).toMatchObject({ clients: 0, users: 0, rooms: 0 });
  });

  it('has its reason cut to what a close frame holds', async () => {
    const { server } = start();
    const client = await server.connectPlain();
    const [socket] = server.sockets.clients();
    socket!.disconnect('é'.repeat(200), 4000);
    expect(client.transport.closedWith).toEqual({ code: 4000, reason: 'é'.repeat(61) });
  });

  it('leaves nothing when onDisconnect throws', async () => {
    const server = createTestServer(channels, {
      event: {
        onDisconnect() {
          throw new Error('in onDisconnect');
        },
      },
    });
    const client = await server.connectPlain();
    client.transport.end(1001);
    expect(server.errors).toEqual([new Error('in onDisconnect')]);
    expect(server.sockets.countClients).toBe(0);
  });

  it('hears nothing any more, not even what it could not read', async () => {
    const server = createTestServer(channels, { routes: { say: (_socket, text) => text } });
    const client = await server.connectPlain();
    const [socket] = server.sockets.clients();
    socket!.disconnect();
    client.say({ path: 'say', data: 'late', id: 1 });
    client.say('no frame');
    client.transport.receive(undefined);
    expect(client.take()).toEqual([]);
    expect(server.sockets.stats()).toMatchObject({ received: 0, badFrames: 0, dropped: { gone: 0 } });
  });

  it('aborts what it had asked for, and answers nothing of it', async () => {
    let resolve = (_text: string): void => undefined;
    let signal: AbortSignal | undefined;
    const server = createTestServer(channels, {
      routes: {
        slow: (_socket, _data, context) => {
          ({ signal } = context);
          return new Promise<string>((answer) => (resolve = answer));
        },
      },
    });
    const client = await server.connectPlain();
    client.say({ path: 'slow', id: 1 });
    expect(signal?.aborted).toBe(false);
    client.transport.end(1001);
    expect(signal?.aborted).toBe(true);
    resolve('too late');
    await settle();
    expect(client.take()).toEqual([]);
    expect(server.errors).toEqual([]);
    expect(server.sockets.stats().dropped.gone).toBe(0);
  });

  it('before its $hello was never there', async () => {
    const { server, seen } = start();
    const client = await server.connectSilent();
    client.transport.end(1001);
    expect(seen).toEqual([]);
    expect(server.sockets.stats()).toMatchObject({ connected: 0, disconnected: 0, clients: 0 });
  });
});

describe('a broadcast', () => {
  it('reaches everybody although some leave on the way', async () => {
    const server = createTestServer(channels, {
      event: {
        onDisconnect: () => {
          const others = [...server.sockets.clients()].filter(({ connected }) => connected);
          others.at(-1)?.disconnect('falls with it');
        },
      },
    });
    const clients = await Promise.all([1, 2, 3, 4].map(() => server.connectPlain()));
    const { transport: broken } = clients[1]!;
    broken.send = () => broken.terminate();
    server.sockets.sendToAll('output', 'a');
    await settle();
    const sent = clients.map(({ transport }) => transport.sent.length);
    expect(sent).toEqual([1, 0, 1, 1]);
    expect(clients.map(({ transport }) => transport.closedWith?.code)).toEqual([1000, 1006, 1000, 1000]);
    expect(server.sockets.countClients).toBe(0);
  });
});

describe('a handler that looks at its own manager', () => {
  it('may close it from inside', async () => {
    const server = createTestServer(channels as ChannelDefinitions, {
      event: { onConnect: () => void server.sockets.close() },
    });
    const client = await server.connectPlain();
    await settle();
    expect(client.transport.closedWith).toEqual({ code: 1001, reason: 'the server is closing' });
    expect(server.clock.pending).toBe(0);
  });
});
