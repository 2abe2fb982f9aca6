// S5: who connects is asked who it is before it is anybody, in time, and so many at a time.
import { SocketError } from '@wirepact/core';
import { expect, test } from 'vitest';
import { settle, startServer } from './guarded-server.js';

const nobody = { connected: 0, clients: 0, received: 0 };

test.each([
  ['refuses as unauthenticated', new SocketError('unauthenticated'), 401, 4401],
  ['refuses as forbidden', new SocketError('forbidden'), 403, 4403],
  ['breaks', new Error('the password of the database is hunter2'), 500, 4500],
] as const)(
  'one that %s gets a status, and a client of ours a close code',
  async (_how, thrown, status, code) => {
    const told: string[] = [];
    const { connect, statusOf, sockets, errors } = startServer({
      authenticate: async () => {
        throw thrown;
      },
      event: { onConnect: () => void told.push('came'), onDisconnect: () => void told.push('went') },
    });
    expect(await statusOf({ isPlain: true })).toBe(status);
    const client = await connect();
    expect(client.closedWith).toMatchObject({ code });
    expect(client.closedWith?.reason).not.toContain('hunter2');
    client.say({ path: '$hello' });
    client.say({ path: 'note', data: 1 });
    await settle();
    expect(client.take()).toEqual([]);
    expect(told).toEqual([]);
    expect(sockets.stats()).toMatchObject({ ...nobody, refused: { identity: 2 } });
    expect(errors).toEqual(status === 500 ? [thrown, thrown] : []);
  },
);

test('one that is slow is waited for, and one that hangs is given 5 s', async () => {
  const answers: (() => void)[] = [];
  const { connect, clock, sockets } = startServer({
    authenticate: () => new Promise<undefined>((resolve) => answers.push(() => resolve(undefined))),
  });
  const slow = connect();
  const hanging = connect();
  await settle();
  clock.advance(4_999);
  answers[0]?.();
  expect((await slow).closedWith).toBeUndefined();
  clock.advance(1);
  expect((await hanging).closedWith).toMatchObject({ code: 1013 });
  expect(sockets.stats()).toMatchObject({ clients: 0, refused: { identity: 1 } });
});

test('of 2,000 at a time 1,000 are asked, and the others are told to come back', async () => {
  let asked = 0;
  const { statusOf, clock, sockets } = startServer({
    authenticate: () => {
      asked += 1;
      return new Promise<undefined>(() => undefined);
    },
    // the addresses are not what is tried here
    limits: { upgradeBurstPerIp: 10_000, socketsPerIp: 10_000 },
  });
  const all = Array.from({ length: 2_000 }, () => statusOf({ isPlain: true }));
  await settle();
  expect(asked).toBe(1_000);
  expect(sockets.stats().refused.overload).toBe(1_000);
  clock.advance(5_000);
  expect(new Set(await Promise.all(all))).toEqual(new Set([503]));
});
