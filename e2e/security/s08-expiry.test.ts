// S8: an identity ends when it says, wherever its client is just then; and what is taken back before that is found out.
import { SocketError } from '@wirepact/core';
import { expect, test } from 'vitest';
import type { FrameClient } from './frame-client.js';
import { settle, startServer } from './guarded-server.js';

const minuteMs = 60_000;

/** Tokens are `name@expiry`. */
const expiring = () =>
  startServer({
    authenticate: ({ token = '' }) => {
      const [name = '', expiry] = token.split('@');
      if (name === '') throw new SocketError('unauthenticated');
      return { name, expiresAt: Number(expiry) };
    },
    userId: ({ name }) => name,
    expiresAt: ({ expiresAt }) => expiresAt,
  });

const isAsked = (client: FrameClient): boolean => client.take().some(({ path }) => path === '$reauth');

test('it is asked for again, and without an answer it is closed with 4401 after 25 s', async () => {
  const { greet, clock, sockets } = expiring();
  const client = await greet({ token: `ann@${clock.now() + minuteMs}` });
  clock.advance(minuteMs - 1_000);
  expect(isAsked(client)).toBe(false);
  clock.advance(2_000);
  expect(isAsked(client)).toBe(true);
  clock.advance(23_000);
  expect(client.closedWith).toBeUndefined();
  clock.advance(3_000);
  expect(client.closedWith).toMatchObject({ code: 4401 });
  expect(sockets.stats().suspended).toBe(1);
});

test('a token that is renewed in time keeps it, one of another user or of nobody does not', async () => {
  const { greet, clock } = expiring();
  const startedAt = clock.now();
  const names = ['ann', 'bob', ''];
  const clients = [];
  for (const name of names) {
    const client = await greet({ token: `ann@${startedAt + minuteMs}` });
    clock.advance(0);
    clients.push({ client, token: `${name}@${startedAt + 1_000 * minuteMs}` });
  }
  clock.advance(minuteMs + 1_000);
  for (const { client, token } of clients) client.say({ path: '$auth', data: token });
  await settle();
  clock.advance(30_000);
  expect(clients.map(({ client }) => client.closedWith?.code)).toEqual([undefined, 4403, 4401]);
});

test('it ends during a replay, and what was not read yet waits for who comes back by a good one', async () => {
  const { connect, sockets, clock } = expiring();
  const client = await connect({ token: `ann@${clock.now() + minuteMs}` });
  const { session, token, streams } = client.hello();
  client.cut();
  for (let n = 0; n < 100; n += 1) sockets.sendToAll('notice', 'x'.repeat(1_000));
  const slow = await connect({ token: `ann@${clock.now() + minuteMs}` });
  // it takes a little now and then, so that the replay does not go on and is not given up
  slow.transport.bufferedBytes = 70_000;
  const next = slow.hello({ session, token, streams });
  for (let second = 0; second < 90; second += 5) {
    clock.advance(5_000);
    slow.transport.drain(70_000);
  }
  expect(slow.take().filter(({ path }) => path === 'notice')).toEqual([]);
  expect(slow.closedWith).toMatchObject({ code: 4401 });
  const back = await connect({ token: `ann@${clock.now() + minuteMs}` });
  back.say({ path: '$hello', data: { session, token: next.token, streams } });
  expect(back.take().filter(({ path }) => path === 'notice')).toHaveLength(100);
});

test('it ends while a handler runs, whose answer is not sent to who is not let in any more', async () => {
  const { greet, clock, sockets } = expiring();
  const client = await greet({ token: `ann@${clock.now() + minuteMs}` });
  client.say({ path: 'hang', id: 1 });
  clock.advance(minuteMs + 30_000);
  expect(client.closedWith).toMatchObject({ code: 4401 });
  expect([...sockets.clients()][0]?.connected).toBe(false);
});

test('a plain client, which cannot be asked, is closed at once', async () => {
  const { sockets, clock, connect } = startServer({
    authenticate: () => undefined,
    expiresAt: () => 1_000_000 + minuteMs,
  });
  const client = await connect({ isPlain: true });
  clock.advance(minuteMs + 1_000);
  expect(client.closedWith).toMatchObject({ code: 4401 });
  expect(sockets.stats().clients).toBe(0);
});

test('every half hour the application is asked whether it still holds, and a no closes', async () => {
  const revoked = new Set<string>();
  const asked: string[] = [];
  const { greet, clock, errors } = startServer({
    authenticate: ({ token = '' }) => token,
    recheck: async (name) => {
      asked.push(name);
      if (name === 'broken') throw new Error('the database is down');
      if (name === 'banned') throw new SocketError('forbidden');
      return !revoked.has(name);
    },
  });
  const names = ['ann', 'bob', 'broken', 'banned'];
  const clients = await Promise.all(names.map((token) => greet({ token })));
  revoked.add('bob');
  clock.advance(26 * minuteMs);
  await settle();
  expect(asked).toEqual([]);
  clock.advance(4 * minuteMs + 1_000);
  await settle();
  expect(asked.sort()).toEqual([...names].sort());
  expect(clients.map(({ closedWith }) => closedWith?.code)).toEqual([undefined, 4401, undefined, 4403]);
  // a hook that fails closes nobody, and somebody is told
  expect(errors).toHaveLength(1);
  clock.advance(30 * minuteMs + 1_000);
  await settle();
  expect(asked.filter((name) => name === 'ann')).toHaveLength(2);
});

test('one that hangs is given up after 5 s, changes nothing, and is asked again', async () => {
  let asked = 0;
  const { greet, clock, errors } = startServer({
    recheck: () => {
      asked += 1;
      return new Promise<boolean>(() => undefined);
    },
  });
  const client = await greet();
  for (let n = 0; n < 2; n += 1) {
    clock.advance(34 * minuteMs);
    await settle();
    clock.advance(5_000);
    await settle();
  }
  expect([asked, errors.length, client.closedWith]).toEqual([2, 2, undefined]);
});
