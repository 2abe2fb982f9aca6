// S11: a session is resumed by whoever has its newest secret and is its user, and by nobody else; a wrong one changes nothing.
import { expect, test } from 'vitest';
import { startServer } from './guarded-server.js';

const guarded = () => startServer({ authenticate: ({ token = 'ann' }) => token, userId: (name) => name });

test('the secret is random, and another one each time', async () => {
  const { connect } = guarded();
  const first = await connect();
  const one = first.hello();
  expect(one.token).toMatch(/^[\w-]{22}$/);
  first.cut();
  const second = await connect();
  const other = second.hello({ session: one.session, token: one.token });
  expect(other).toMatchObject({ resumed: true, session: one.session });
  expect(other.token).not.toBe(one.token);
});

test('an old one opens nothing once the newer one has arrived, and may be used again as long as it has not', async () => {
  const { connect } = guarded();
  const client = await connect();
  const { session, token } = client.hello();
  client.cut();
  const cutBeforeItHeard = await connect();
  expect(cutBeforeItHeard.hello({ session, token }).resumed).toBe(true);
  cutBeforeItHeard.cut();
  const heard = await connect();
  expect(heard.hello({ session, token }).resumed).toBe(true);
  heard.say({ path: '$ping' });
  heard.cut();
  const thief = await connect();
  expect(thief.hello({ session, token }).resumed).toBe(false);
});

test('it opens nothing for another user, at another endpoint, or after 120 s', async () => {
  const { connect, clock } = guarded();
  const client = await connect();
  const { session, token } = client.hello();
  client.cut();
  expect((await connect({ token: 'bob' })).hello({ session, token }).resumed).toBe(false);
  expect((await guarded().connect()).hello({ session, token }).resumed).toBe(false);
  clock.advance(119_000);
  const inTime = await connect();
  const next = inTime.hello({ session, token });
  expect(next.resumed).toBe(true);
  inTime.cut();
  clock.advance(122_000);
  expect((await connect()).hello({ session, token: next.token }).resumed).toBe(false);
});

test('ten thousand wrong ones change nothing for its owner, and a connection has one guess', async () => {
  const { connect, sockets } = startServer({
    authenticate: ({ token = 'ann' }) => token,
    limits: { upgradeBurstPerIp: 20_000, socketsPerIp: 20_000 },
  });
  const owner = await connect();
  const { session, token } = owner.hello();
  for (let guess = 0; guess < 10_000; guess += 1) {
    const thief = await connect();
    const wrong = guess.toString(36).padStart(22, 'A');
    expect(thief.hello({ session, token: wrong }).resumed).toBe(false);
    if (guess === 0) {
      thief.say({ path: '$hello', data: { session, token } });
      expect(thief.take()).toMatchObject([{ path: '$error', data: { code: 'unknown_path' } }]);
    }
    thief.transport.end(1000, '');
  }
  expect(owner.closedWith).toBeUndefined();
  expect(sockets.stats()).toMatchObject({ resumed: 0, clients: 1 });
  owner.cut();
  expect((await connect()).hello({ session, token }).resumed).toBe(true);
});

test('who guesses is bounded by how often an address may connect', async () => {
  const { connect, sockets, statusOf } = startServer();
  for (let guess = 0; guess < 200; guess += 1) (await connect()).transport.end(1000, '');
  expect(await statusOf()).toBe(429);
  expect(sockets.stats().refused.rate).toBe(1);
});
