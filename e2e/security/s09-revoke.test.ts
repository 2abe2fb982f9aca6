// S9: a user who is logged out is gone at once, on every connection, and can resume none of its sessions. In one process; over
// several it is the business of the broker’s own tests.
import { expect, test } from 'vitest';
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
