import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer, settle, type TestClient } from '../test-server.fixture.js';

let parsed = 0;
let encoded = 0;
const Counted = z.object({ text: z.string() }).transform(({ text }) => {
  parsed += 1;
  return {
    toJSON() {
      encoded += 1;
      return { text };
    },
  };
});
const counts = (): number[] => [parsed, encoded];
const reset = (): void => void (parsed = encoded = 0);

const channels = defineChannels({
  output: { out: z.string() },
  counted: { in: z.void(), out: Counted },
  profile: { out: z.object({ name: z.string() }) },
  raw: { out: z.unknown() },
  price: { out: z.string(), answer: z.string() },
});

async function start() {
  const server = createTestServer(channels, {
    authenticate: ({ url }) => url.slice(1),
    userId: (user) => user,
  });
  const ann = await server.connectPlain({ url: '/ann' });
  const annToo = await server.connect();
  const bob = await server.connectPlain({ url: '/bob' });
  const [annSocket, annTooSocket, bobSocket] = server.sockets.clients();
  const all = { ann, annToo, bob };
  const heard = (): Record<string, unknown[]> =>
    Object.fromEntries(
      Object.entries(all).map(([name, client]: [string, TestClient]) => [name, client.take()]),
    );
  return { server, all, heard, annSocket: annSocket!, annTooSocket: annTooSocket!, bobSocket: bobSocket! };
}

const frame = { path: 'output', data: 'x' };
const toAll = { ...frame, room: '*' };
const inLobby = { ...frame, room: 'lobby' };

describe('whom a message reaches', () => {
  it('sendToAll: everyone', async () => {
    const { server, heard } = await start();
    server.sockets.sendToAll('output', 'x');
    expect(heard()).toEqual({ ann: [frame], annToo: [toAll], bob: [frame] });
  });

  it('sendToAllExcept and broadcast: everyone but one', async () => {
    const { server, heard, annSocket } = await start();
    server.sockets.sendToAllExcept(annSocket, 'output', 'x');
    expect(heard()).toEqual({ ann: [], annToo: [toAll], bob: [frame] });
    annSocket.broadcast('output', 'x');
    expect(heard()).toEqual({ ann: [], annToo: [toAll], bob: [frame] });
  });

  it('room: who is in it, named to those that speak the protocol', async () => {
    const { server, heard, annSocket, annTooSocket } = await start();
    annSocket.join('lobby');
    annTooSocket.join('lobby');
    const lobby = server.sockets.room('lobby');
    lobby.send('output', 'x');
    expect(heard()).toEqual({ ann: [frame], annToo: [inLobby], bob: [] });
    lobby.except(annSocket).send('output', 'x');
    expect(heard()).toEqual({ ann: [], annToo: [inLobby], bob: [] });
    expect([lobby.name, lobby.size, lobby.members()]).toEqual(['lobby', 2, [annSocket, annTooSocket]]);
  });

  it('a room is looked up anew each time', async () => {
    const { server, heard, annSocket, bobSocket } = await start();
    const lobby = server.sockets.room('lobby');
    const others = lobby.except(annSocket);
    annSocket.join('lobby');
    bobSocket.join('lobby');
    others.send('output', 'x');
    expect(heard()).toEqual({ ann: [], annToo: [], bob: [frame] });
    bobSocket.leave('lobby');
    annSocket.leave('lobby');
    lobby.send('output', 'x');
    expect(heard()).toEqual({ ann: [], annToo: [], bob: [] });
    expect([lobby.size, lobby.members()]).toEqual([0, []]);
  });

  it('a room reaches no room whose name contains its own', async () => {
    const { server, heard, bobSocket } = await start();
    bobSocket.join('private_lobby');
    server.sockets.room('lobby').send('output', 'x');
    expect(heard()).toEqual({ ann: [], annToo: [], bob: [] });
  });

  it('user: every client of one user', async () => {
    const { server, heard } = await start();
    const another = await server.connectPlain({ url: '/bob' });
    const bob = server.sockets.user('bob');
    expect([bob.id, bob.size, server.sockets.countUsers]).toEqual(['bob', 2, 3]);
    bob.send('output', 'x');
    expect([heard(), another.take()]).toEqual([{ ann: [], annToo: [], bob: [frame] }, [frame]]);
    bob.disconnect('bye', 4000);
    expect(another.transport.closedWith).toEqual({ code: 4000, reason: 'bye' });
    expect([bob.size, server.sockets.countClients]).toEqual([0, 2]);
    bob.send('output', 'x');
    bob.disconnect();
  });

  it('client: the one with that id, and nobody who is not here', async () => {
    const { server, heard, annSocket } = await start();
    server.sockets.client(annSocket.id)?.send('output', 'x');
    expect(heard()).toEqual({ ann: [frame], annToo: [], bob: [] });
    for (const id of ['', 'nope', '__proto__', 'constructor']) {
      expect(server.sockets.client(id)).toBeUndefined();
    }
  });

  it('two managers keep to themselves', async () => {
    const [one, other] = [await start(), await start()];
    one.annSocket.join('lobby');
    other.annSocket.join('lobby');
    one.server.sockets.sendToAll('output', 'x');
    one.server.sockets.room('lobby').send('output', 'x');
    one.server.sockets.user('ann').send('output', 'x');
    expect(other.heard()).toEqual({ ann: [], annToo: [], bob: [] });
    expect(other.server.sockets.client(one.annSocket.id)).toBeUndefined();
  });
});

describe('what is sent', () => {
  it('is parsed once and encoded once, however many receive it in however many forms', async () => {
    const { server, heard, annSocket, annTooSocket, bobSocket } = await start();
    for (const socket of [annSocket, annTooSocket, bobSocket]) socket.join('lobby');
    const data = { text: 'x' };
    for (const send of [
      () => server.sockets.sendToAll('counted', data),
      () => annSocket.broadcast('counted', data),
      () => server.sockets.room('lobby').send('counted', data),
      () => server.sockets.user('ann').send('counted', data),
      () => annTooSocket.send('counted', data),
      () => server.sockets.publish('counted', data),
    ]) {
      reset();
      void send();
      expect(counts()).toEqual([1, 1]);
    }
    expect(heard()['annToo']).toContainEqual({ path: 'counted', data, room: 'lobby' });
  });

  it('is parsed and encoded once when a route returns it', async () => {
    const server = createTestServer(channels, { routes: { counted: () => ({ text: 'x' }) } });
    const client = await server.connectPlain();
    for (const head of [{ id: 1 }, {}]) {
      reset();
      expect(await client.ask({ path: 'counted', ...head })).toEqual([
        { path: 'counted', data: { text: 'x' }, ...head },
      ]);
      expect(counts()).toEqual([1, 1]);
    }
  });

  it('is what the schema makes of it: what that does not name never leaves', async () => {
    const { server, all } = await start();
    const user = { name: 'Ann', password: 'secret' };
    server.sockets.sendToAll('profile', user);
    expect(all.bob.take()).toEqual([{ path: 'profile', data: { name: 'Ann' } }]);
  });

  it('goes to nobody when it does not fit, and the caller is told', async () => {
    const { server, heard, annSocket } = await start();
    const wrong = 5 as never;
    for (const send of [
      () => server.sockets.sendToAll('output', wrong),
      () => server.sockets.sendToAllExcept(annSocket, 'output', wrong),
      () => server.sockets.room('lobby').send('output', wrong),
      () => server.sockets.user('ann').send('output', wrong),
      () => annSocket.send('output', wrong),
      () => annSocket.broadcast('output', wrong),
    ]) {
      expect(send).toThrow(expect.objectContaining({ code: 'invalid_output', path: 'output' }));
    }
    expect(heard()).toEqual({ ann: [], annToo: [], bob: [] });
  });

  it.each(['nope', '__proto__', 'constructor', ''])(
    'cannot go out on %j, which the contract does not have',
    async (path) => {
      const { server } = await start();
      expect(() => server.sockets.sendToAll(path as 'output', 'x')).toThrow(
        `[invalid_output] no channel "${path}" with "out" is in the contract`,
      );
    },
  );

  it.each([5n, { deep: [1n] }])('cannot go out without a JSON form', async (value) => {
    const { server, heard } = await start();
    expect(() => server.sockets.sendToAll('raw', value)).toThrow(
      expect.objectContaining({ code: 'invalid_output', cause: expect.any(TypeError) as unknown }),
    );
    expect(heard()).toEqual({ ann: [], annToo: [], bob: [] });
  });

  it('is counted for each that gets it', async () => {
    const { server } = await start();
    const before = server.sockets.stats().sent;
    server.sockets.sendToAll('output', 'x');
    expect(server.sockets.stats().sent - before).toBe(3);
  });
});

describe('publish', () => {
  it('resolves once everybody was sent it', async () => {
    const { server, heard, annSocket } = await start();
    annSocket.join('lobby');
    await server.sockets.publish('output', 'x');
    await server.sockets.room('lobby').publish('output', 'x');
    await server.sockets.room('lobby').except(annSocket).publish('output', 'x');
    await server.sockets.user('bob').publish('output', 'x');
    expect(heard()).toEqual({ ann: [frame, frame], annToo: [toAll], bob: [frame, frame] });
  });

  it('rejects with what send throws, instead of throwing it', async () => {
    const { server, annSocket } = await start();
    const wrong = 5 as never;
    const refusals = [
      server.sockets.publish('output', wrong),
      server.sockets.room('lobby').publish('output', wrong),
      server.sockets.room('lobby').except(annSocket).publish('output', wrong),
      server.sockets.user('bob').publish('output', wrong),
    ];
    for (const refusal of refusals) await expect(refusal).rejects.toMatchObject({ code: 'invalid_output' });
  });
});

describe('disconnect', () => {
  it.each([1000, 4000, 4399, 4600, 4999])('closes with %i', async (code) => {
    const { annSocket, all } = await start();
    annSocket.disconnect('why', code);
    await settle();
    expect(all.ann.transport.closedWith).toEqual({ code, reason: 'why' });
  });

  it.each([true, null, 4000, new Error('why'), {}] as never[])(
    'refuses the reason %s before anything has happened',
    async (reason) => {
      const { annSocket, all, server } = await start();
      expect(() => annSocket.disconnect(reason)).toThrow(/no string/);
      expect(() => server.sockets.user('ann').disconnect(reason)).toThrow(/no string/);
      expect(annSocket.connected).toBe(true);
      annSocket.disconnect();
      await settle();
      expect(all.ann.transport.closedWith).toEqual({ code: 1000, reason: '' });
    },
  );

  it.each([0, 999, 1001, 1006, 3000, 3999, 4000.5, 4400, 4401, 4508, 4599, 5000, NaN])(
    'refuses the code %d',
    async (code) => {
      const { annSocket } = await start();
      expect(() => annSocket.disconnect('why', code)).toThrow(TypeError);
      expect(annSocket.connected).toBe(true);
    },
  );
});
