// S9: a user who is logged out is gone at once, on every connection and in every process, and can resume none of its sessions.
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '@wirepact/client';
import { defineChannels } from '@wirepact/core';
import { redisBroker } from '@wirepact/redis';
import { SocketManager } from '@wirepact/server';
import { WebSocket } from 'ws';
import { startRedis } from '../redis/start-redis.js';
import { startServer } from './guarded-server.js';

test('a user of 20 connections and 10 that are away is gone for good, and nobody else is', async () => {
  const { greet, connect, sockets } = startServer({
    authenticate: ({ token = '' }) => token,
    userId: (name) => name,
  });
  const away = [];
  for (let count = 0; count < 10; count += 1) {
    const client = await connect({ token: 'ann' });
    away.push(client.hello());
    client.cut();
  }
  const here = [];
  const secrets = [];
  for (let count = 0; count < 20; count += 1) {
    const client = await connect({ token: 'ann' });
    secrets.push(client.hello());
    here.push(client);
  }
  const bob = await greet({ token: 'bob' });
  expect(sockets.user('ann').size).toBe(30);

  sockets.user('ann').disconnect('logged out', 4600);

  expect(here.map(({ closedWith }) => closedWith?.code)).toEqual(here.map(() => 4600));
  expect([sockets.user('ann').size, bob.closedWith]).toEqual([0, undefined]);
  expect(sockets.stats()).toMatchObject({ clients: 1, suspended: 0, users: 1 });
  for (const { session, token } of [...away, ...secrets]) {
    const again = await connect({ token: 'ann' });
    const welcome = again.hello({ session, token });
    expect(welcome).toMatchObject({ resumed: false });
    expect(welcome.session).not.toBe(session);
    again.cut();
  }
});

test('a connection that has not said who it goes on as is gone too, and lets nobody in', async () => {
  const { connect, greet, sockets } = startServer({
    authenticate: ({ token = '' }) => token,
    userId: (name) => name,
  });
  const silent = await connect({ token: 'ann' });
  const bob = await connect({ token: 'bob' });
  sockets.user('ann').disconnect('logged out', 4600);
  silent.say({ path: '$hello' });
  expect([silent.closedWith?.code, silent.takeWelcome()]).toEqual([4600, undefined]);
  expect([bob.closedWith, sockets.countClients]).toEqual([undefined, 0]);
  expect((await greet({ token: 'ann' })).closedWith).toBeUndefined();
});

test('whoever is still being asked who it is when its user is logged out is not let in', async () => {
  const answers: (() => void)[] = [];
  const { connect, statusOf, sockets } = startServer({
    authenticate: ({ token = '' }) => new Promise<string>((resolve) => answers.push(() => resolve(token))),
    userId: (name) => name,
  });
  const asked = [connect({ token: 'ann' }), connect({ token: 'bob' })] as const;
  const plain = statusOf({ token: 'ann', isPlain: true });
  sockets.user('ann').disconnect('logged out', 4600);
  const later = connect({ token: 'ann' });
  for (const answer of answers) answer();
  const [ann, bob] = await Promise.all(asked);
  expect([ann.closedWith?.code, bob.closedWith, await plain]).toEqual([4401, undefined, 401]);
  expect((await later).closedWith).toBeUndefined();
  expect(sockets.stats().refused.identity).toBe(2);
});

test('a user of 100 connections to three processes is gone within a second, and nobody resumes', async () => {
  await using redis = await startRedis();
  const channels = defineChannels({});
  const nodes = await Promise.all(
    [1, 2, 3].map(async () => {
      const sockets = new SocketManager(channels, {
        authenticate: ({ token = '' }) => token,
        userId: (name) => name,
        limits: { socketsPerUser: 100 },
        broker: redisBroker({ url: redis.url }),
      });
      onTestFinished(() => sockets.close());
      const { port } = await sockets.listen({ port: 0 });
      return { sockets, url: `ws://127.0.0.1:${port}/` };
    }),
  );
  const resumed: unknown[] = [];
  const clients = Array.from({ length: 100 }, (_, index) => {
    const client = createClient({ url: nodes[index % 3]?.url ?? '', channels, getToken: () => 'ann' });
    onTestFinished(() => client.close());
    client.onStatus((status) => {
      if (status.name === 'connected' && status.resumed) resumed.push(status);
    });
    return client;
  });
  await Promise.all(
    clients.map(async (client) => {
      client.connect();
      await new Promise<void>((resolve) => client.onStatus(({ name }) => name === 'connected' && resolve()));
    }),
  );
  const gone = clients.map(async (client) => {
    await new Promise<void>((resolve) => client.onStatus(({ name }) => name === 'closed' && resolve()));
  });
  // one that has not said $hello yet
  const silent = new WebSocket(nodes[1]?.url ?? '', ['wirepact.v1', 'wirepact.auth.YW5u']);
  await once(silent, 'open');
  const silentGone = once(silent, 'close');
  const startedAt = performance.now();
  nodes[0]?.sockets.user('ann').disconnect('logged out', 4600);
  await Promise.all(gone);
  expect((await silentGone)[0]).toBe(4600);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(nodes.map(({ sockets }) => sockets.countClients)).toEqual([0, 0, 0]);
  expect(resumed).toEqual([]);
});
