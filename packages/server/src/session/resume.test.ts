// A session over several connections: when it is suspended, resumed, taken over and ended, and what the application is told.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SocketEvents } from '../options.js';
import { createTestServer, settle } from '../test-server.fixture.js';

const channels = defineChannels({
  output: { out: z.string() },
  say: { in: z.string(), reply: z.string() },
  slow: { in: z.void(), reply: z.string() },
});

type Events = SocketEvents<typeof channels, string | undefined>;

function start(event: Events = {}, maxInFlight = 64) {
  const told: string[] = [];
  const server = createTestServer(channels, {
    authenticate: ({ token }) => token,
    userId: (token) => token?.split('@')[0],
    limits: { maxInFlight },
    event: {
      onConnect: () => told.push('connected'),
      onSuspend: (_socket, { code, reason }) => told.push(`suspended ${code} ${reason}`),
      onResume: () => told.push('resumed'),
      onDisconnect: (_socket, { code, reason }) => told.push(`disconnected ${code} ${reason}`),
      ...event,
    },
    routes: { say: (_socket, text) => text, slow: () => new Promise<string>(() => {}) },
  });
  return { server, told };
}

describe('a session whose connection is lost', () => {
  it.each([
    [1001, 'away'],
    [1006, ''],
    [4001, ''],
    [4508, ''],
  ])('by %i is suspended, and goes on when its client returns', async (code, reason) => {
    const { server, told } = start();
    const client = await server.connect();
    const [socket] = server.sockets.clients();
    client.transport.end(code, reason);
    expect([socket!.connected, server.sockets.countClients]).toEqual([false, 1]);
    expect(server.sockets.stats()).toMatchObject({ suspended: 1, suspensions: 1, disconnected: 0 });
    const back = await server.resume(client);
    expect(back.welcome).toMatchObject({
      resumed: true,
      session: socket!.id,
      resumeForMs: 120_000,
      done: [],
    });
    expect(back.welcome).not.toHaveProperty('streams');
    expect([...server.sockets.clients()]).toEqual([socket]);
    expect(socket!.connected).toBe(true);
    expect(server.sockets.stats()).toMatchObject({ clients: 1, suspended: 0, resumed: 1, connected: 1 });
    expect(told).toEqual(['connected', `suspended ${code} ${reason}`, 'resumed']);
    for (let n = 0; n < 30; n += 1) {
      back.transport.receivedBytes += 1;
      server.clock.advance(10_000);
    }
    expect(told).toHaveLength(3);
  });

  it.each([1000, 1008, 4403])('by %i, after which nobody returns, has ended', async (code) => {
    const { server, told } = start();
    const client = await server.connect();
    client.transport.end(code, 'why');
    expect(told).toEqual(['connected', `disconnected ${code} why`]);
    expect((await server.resume(client)).welcome.resumed).toBe(false);
  });

  it('of a plain client has ended', async () => {
    const { server, told } = start();
    (await server.connectPlain()).transport.end(1006);
    expect(told).toEqual(['connected', 'disconnected 1006 ']);
  });

  it('survives it any number of times, and ends once', async () => {
    const { server, told } = start();
    let client = await server.connect();
    for (let n = 0; n < 5; n += 1) {
      client.cut();
      client = await server.resume(client);
    }
    client.cut();
    server.clock.advance(121_000);
    expect(told).toEqual([
      'connected',
      ...Array.from({ length: 5 }, () => ['suspended 1006 ', 'resumed']).flat(),
      'suspended 1006 ',
      'disconnected 1006 ',
    ]);
    expect(server.sockets.stats()).toMatchObject({
      suspensions: 6,
      resumed: 5,
      connected: 1,
      disconnected: 1,
    });
    expect(server.clock.pending).toBe(0);
  });

  it('keeps its socket, its rooms and its running handlers', async () => {
    const { server } = start();
    const client = await server.connect();
    const [socket] = server.sockets.clients();
    socket!.join('lobby');
    client.say({ path: 'slow', seq: 1 });
    client.cut();
    expect([server.sockets.room('lobby').size, [...socket!.rooms]]).toEqual([1, ['lobby']]);
    const back = await server.resume(client);
    expect(back.welcome.done).toEqual([]);
    expect(server.sockets.room('lobby').members()).toEqual([socket]);
  });

  it('may be ended by onSuspend', async () => {
    const { server, told } = start({ onSuspend: (socket) => socket.disconnect('no second chance') });
    (await server.connect()).cut();
    expect(told).toEqual(['connected', 'disconnected 1000 no second chance']);
    expect(server.sockets.stats()).toMatchObject({ clients: 0, suspended: 0 });
  });

  it('goes on when onSuspend and onResume throw', async () => {
    const fail = (): void => {
      throw new Error('in a handler');
    };
    const { server } = start({ onSuspend: fail, onResume: fail });
    const client = await server.connect();
    client.cut();
    const back = await server.resume(client);
    expect(await back.ask({ path: 'say', data: 'hi', id: 1 })).toMatchObject([{ data: 'hi' }]);
    expect(server.errors).toEqual([new Error('in a handler'), new Error('in a handler')]);
  });

  it('is who it is by its last connection', async () => {
    const { server } = start();
    const client = await server.connect('ann@monday');
    client.cut();
    await server.resume(client, {}, 'ann@tuesday');
    expect([...server.sockets.clients()].map(({ context }) => context)).toEqual(['ann@tuesday']);
    expect(server.sockets.user('ann').size).toBe(1);
  });

  it('is read no faster for having returned', async () => {
    const { server } = start({}, 2);
    const client = await server.connect();
    for (const seq of [1, 2]) client.say({ path: 'slow', seq });
    expect(client.transport.isPaused).toBe(true);
    client.cut();
    expect((await server.resume(client)).transport.isPaused).toBe(true);
  });
});

describe('a client that returns before its old connection is known to be lost', () => {
  it('takes its session over, and the old connection is closed with 4409', async () => {
    const { server, told } = start();
    const client = await server.connect();
    const back = await server.resume(client);
    await settle();
    expect(client.transport.closedWith?.code).toBe(4409);
    expect(back.welcome).toMatchObject({ resumed: true, session: client.welcome.session });
    expect(told).toEqual(['connected', 'resumed']);
    expect(server.sockets.stats()).toMatchObject({ clients: 1, suspended: 0, disconnected: 0 });
  });

  it('is heard by the new connection only', async () => {
    const { server } = start();
    const client = await server.connect();
    client.takeAll();
    const back = await server.resume(client);
    client.transport.receive(JSON.stringify({ path: 'say', data: 'old', id: 1 }));
    expect(await back.ask({ path: 'say', data: 'new', id: 1 })).toMatchObject([{ data: 'new' }]);
    expect(client.takeAll()).toEqual([]);
    client.transport.end(1006);
    await settle();
    expect(server.sockets.stats().suspended).toBe(0);
  });
});

describe('the token', () => {
  it('is another one each time, and the one before is good until the newer one has arrived', async () => {
    const { server } = start();
    const client = await server.connect();
    client.cut();
    const lost = await server.resume(client);
    lost.cut();
    const { token } = client.welcome;
    expect(lost.welcome.token).not.toBe(token);
    // the greeting never arrived, twice
    const lostAgain = await server.resume(lost, { token });
    lostAgain.cut();
    const back = await server.resume(lostAgain, { token });
    expect(back.welcome.resumed).toBe(true);
    back.say({ path: '$pong' });
    back.cut();
    expect((await server.resume(back, { token })).welcome.resumed).toBe(false);
    expect((await server.resume(back)).welcome.resumed).toBe(true);
  });
});

describe('a session that is suspended', () => {
  const suspend = async () => {
    const started = start();
    const client = await started.server.connect('ann');
    const [socket] = started.server.sockets.clients();
    client.cut();
    return { ...started, client, socket: socket! };
  };

  it('is ended by disconnect(), for good', async () => {
    const { server, told, client, socket } = await suspend();
    socket.disconnect('enough', 4000);
    expect(told.at(-1)).toBe('disconnected 4000 enough');
    expect((await server.resume(client, {}, 'ann')).welcome.resumed).toBe(false);
  });

  it('is ended with all others of its user', async () => {
    const { server, told, client } = await suspend();
    server.sockets.user('ann').disconnect('logged out', 4600);
    expect(told.at(-1)).toBe('disconnected 4600 logged out');
    expect((await server.resume(client, {}, 'ann')).welcome.resumed).toBe(false);
  });

  it('is ended by close()', async () => {
    const { server, told } = await suspend();
    await server.sockets.close();
    expect(told.at(-1)).toBe('disconnected 1001 the server is closing');
    expect(server.sockets.stats()).toMatchObject({ clients: 0, suspended: 0, users: 0, disconnected: 1 });
    expect(server.clock.pending).toBe(0);
  });

  it('holds the one timer of a server that nobody is connected to', async () => {
    const { server } = await suspend();
    server.clock.advance(60_000);
    expect(server.clock.pending).toBe(1);
    server.clock.advance(61_000);
    expect(server.clock.pending).toBe(0);
  });
});
