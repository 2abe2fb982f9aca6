// S16: how much of everything in what time: each bound, and one more.
import { expect, test } from 'vitest';
import { settle, startServer } from './guarded-server.js';

test('1,000 messages at once and 100 a second: what comes faster is read later, and none is lost', async () => {
  const { greet, handled, clock, sockets } = startServer();
  const client = await greet();
  // `$hello` was one of them
  for (let n = 1; n <= 1_100; n += 1) client.say({ path: 'note', data: n });
  expect(handled).toHaveLength(1_000);
  expect(sockets.stats().limited.reading).toBe(1);
  clock.advance(1_000);
  expect(handled).toHaveLength(1_100);
  expect(handled.at(-1)).toBe(1_100);
});

test('1 MiB at once and 256 KiB a second', async () => {
  const { greet, handled, clock, sockets } = startServer();
  const client = await greet();
  const note = { path: 'note', data: 'x'.repeat(131_000) };
  for (let n = 0; n < 8; n += 1) client.say(note);
  expect([handled.length, client.transport.isPaused]).toEqual([8, false]);
  client.say(note);
  client.say(note);
  expect([handled.length, client.transport.isPaused]).toEqual([9, true]);
  clock.advance(1_000);
  expect(handled).toHaveLength(10);
  expect(sockets.stats().limited.reading).toBeGreaterThan(0);
});

test('64 handlers at a time: the next message waits for one of them', async () => {
  const { greet, handled } = startServer();
  const client = await greet();
  for (let id = 1; id <= 63; id += 1) client.say({ path: 'hang', id });
  client.say({ path: 'note', data: 'runs' });
  client.say({ path: 'hang', id: 64 });
  client.say({ path: 'note', data: 'waits' });
  expect(handled).toEqual(['runs']);
  expect(client.transport.isPaused).toBe(true);
});

test('what running handlers may wait for is read then, and no faster than anything else', async () => {
  let renewed = 0;
  const { greet, clock } = startServer({
    limits: { messageBurst: 10, messagesPerSecond: 10, maxInFlight: 1 },
    authenticate: ({ token }) => void (renewed += token === 'new' ? 1 : 0),
  });
  const client = await greet();
  client.say({ path: 'hang', id: 1 });
  for (let n = 0; n < 100; n += 1) {
    client.say({ path: '$auth', data: 'new' });
    await settle();
  }
  // `$hello` was one of ten, and `hang` another
  expect(renewed).toBe(8 + 1);
  clock.advance(1_000);
  await settle();
  expect(renewed).toBeLessThanOrEqual(9 + 11);
  expect(client.transport.isPaused).toBe(true);
});

test('nothing with a number comes before a lower number, though running handlers may wait for it', async () => {
  const { greet, handled } = startServer({
    limits: { maxInFlight: 1 },
    routes: {
      hang: (_socket, _data, { signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped'))),
    },
  });
  const client = await greet();
  client.say({ path: 'hang', id: 1 });
  client.say({ path: 'note', data: 'waits', seq: 2 });
  client.say({ path: '$cancel', data: 1, seq: 3 });
  await settle();
  expect(handled).toEqual([]);
  expect(client.transport.isPaused).toBe(true);
});

test('256 joins at once and 10 a second, and 128 rooms', async () => {
  const { greet, clock, sockets } = startServer({ rooms: { authorize: () => true } });
  const client = await greet();
  const join = async (room: string): Promise<unknown> => {
    client.say({ path: '$join', data: { room }, id: 1 });
    await settle();
    return client.take().find(({ path }) => path === '$join')?.error?.code;
  };
  for (let n = 0; n < 128; n += 1) expect(await join(`room ${n}`)).toBeUndefined();
  expect(await join('one more')).toBe('rate_limited');
  for (let n = 0; n < 127; n += 1) {
    client.say({ path: '$leave', data: { room: `room ${n}` } });
    expect(await join(`room ${n}`)).toBeUndefined();
  }
  client.say({ path: '$leave', data: { room: 'room 0' } });
  expect(await join('too fast')).toBe('rate_limited');
  expect(sockets.stats().limited.joins).toBe(2);
  clock.advance(100);
  expect(await join('in time')).toBeUndefined();
});

test('10 bad frames in 10 s are answered, the next one closes with 4429', async () => {
  const { greet, clock, sockets } = startServer();
  const client = await greet();
  const isAnswered = (): boolean => {
    client.say('no frame');
    return client.take().length === 1;
  };
  for (let n = 0; n < 10; n += 1) expect(isAnswered()).toBe(true);
  clock.advance(10_000);
  for (let n = 0; n < 10; n += 1) expect(isAnswered()).toBe(true);
  expect(client.closedWith).toBeUndefined();
  expect(isAnswered()).toBe(false);
  expect(client.closedWith).toMatchObject({ code: 4429 });
  expect(sockets.stats().limited.badFrames).toBe(1);
});

test('200 connections of an address at once and 50 a second, 1,000 in all; others are not concerned', async () => {
  const { statusOf, greet, clock, sockets } = startServer();
  const from = (remoteAddress: string): Promise<number> => statusOf({ remoteAddress });
  for (let n = 0; n < 200; n += 1) expect(await from('203.0.113.9')).toBe(101);
  expect(await from('203.0.113.9')).toBe(429);
  expect(await from('203.0.113.10')).toBe(101);
  clock.advance(1_000);
  for (let n = 0; n < 50; n += 1) expect(await from('203.0.113.9')).toBe(101);
  expect(await from('203.0.113.9')).toBe(429);
  expect(sockets.stats().refused.rate).toBe(2);
  for (let n = 0; n < 1_000; n += 1) {
    clock.advance(20);
    await greet({ remoteAddress: '203.0.113.11' });
  }
  expect(await from('203.0.113.11')).toBe(429);
  expect(sockets.stats().refused.address).toBe(1);
});

test('an address is that which a trusted proxy names, and nobody else', async () => {
  const limits = { upgradeBurstPerIp: 1, upgradesPerSecondPerIp: 0.001 };
  const named = (remoteAddress: string, address: string) => ({
    remoteAddress,
    headers: { 'x-forwarded-for': address },
  });
  const behind = startServer({ trustProxy: ['198.51.100.1'], limits });
  expect(await behind.statusOf(named('198.51.100.1', '203.0.113.1'))).toBe(101);
  expect(await behind.statusOf(named('198.51.100.1', '203.0.113.1'))).toBe(429);
  expect(await behind.statusOf(named('198.51.100.1', '203.0.113.2'))).toBe(101);
  // what stood in the header before it came to the proxy is anybody’s word
  expect(await behind.statusOf(named('198.51.100.1', '192.0.2.1, 203.0.113.2'))).toBe(429);
  const alone = startServer({ limits });
  expect(await alone.statusOf(named('198.51.100.1', '203.0.113.1'))).toBe(101);
  expect(await alone.statusOf(named('198.51.100.1', '203.0.113.2'))).toBe(429);
});

test('20 connections of a user, and as many more that have not greeted', async () => {
  const { connect, greet, statusOf, sockets } = startServer({
    authenticate: ({ token }) => token ?? 'ann',
    userId: (name) => name,
  });
  for (let n = 0; n < 20; n += 1) expect((await greet()).closedWith).toBeUndefined();
  expect((await greet()).closedWith).toMatchObject({ code: 4429 });
  expect(await statusOf({ isPlain: true })).toBe(429);
  for (let n = 0; n < 20; n += 1) expect((await connect()).closedWith).toBeUndefined();
  expect((await connect()).closedWith).toMatchObject({ code: 4429 });
  expect((await greet({ token: 'bob' })).closedWith).toBeUndefined();
  expect(sockets.stats().refused.user).toBe(3);
});
