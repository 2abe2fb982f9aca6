// S10: nobody is in a room that the application did not allow, no longer than it allows it, and reads nothing from before.
import { expect, test } from 'vitest';
import { settle, startServer } from './guarded-server.js';

test('a client may join nothing unless rooms.authorize says so', async () => {
  const { greet, sockets } = startServer();
  const client = await greet();
  client.say({ path: '$join', data: { room: 'lobby' }, id: 1 });
  await settle();
  expect(client.take()).toMatchObject([{ path: '$join', id: 1, error: { code: 'denied' } }]);
  expect(sockets.room('lobby').size).toBe(0);
});

test('who was banned while it was away is denied on its return, and hears nothing of the room', async () => {
  const banned = new Set<string>();
  const { connect, sockets } = startServer({
    authenticate: ({ token = '' }) => token,
    userId: (name) => name,
    rooms: { authorize: ({ context }) => !banned.has(context) },
  });
  const client = await connect({ token: 'ann' });
  const { session, token } = client.hello();
  client.say({ path: '$join', data: { room: 'lobby' }, id: 1 });
  await settle();
  expect(sockets.room('lobby').size).toBe(1);
  client.cut();
  sockets.room('lobby').send('notice', 'while it was away');
  banned.add('ann');

  const back = await connect({ token: 'ann' });
  back.say({ path: '$hello', data: { session, token, streams: {} } });
  await settle();
  const frames = back.take();
  expect(frames).toContainEqual({ path: '$leave', data: { room: 'lobby', why: 'removed' } });
  expect(JSON.stringify(frames)).not.toContain('while it was away');
  expect(sockets.room('lobby').size).toBe(0);
});

test.each([
  ['from the beginning', (epoch: string) => [epoch, 0]],
  ['from before the beginning', (epoch: string) => [epoch, -1]],
  ['from the future', (epoch: string) => [epoch, 1e15]],
  ['from another life of the log', () => ['elsewhere', 0]],
] as const)(
  'a newcomer that asks to read a room %s reads nothing of what it was not there for',
  async (_where, cursor) => {
    const { greet, sockets } = startServer({ rooms: { authorize: () => true } });
    const member = await greet();
    member.say({ path: '$join', data: { room: 'lobby' }, id: 1 });
    await settle();
    const stream = member.take().find(({ path }) => path === '$stream')?.data as { epoch: string };
    sockets.room('lobby').send('notice', 'before it came');

    const newcomer = await greet();
    newcomer.say({ path: '$join', data: { room: 'lobby', from: cursor(stream.epoch) }, id: 1 });
    await settle();
    expect(sockets.room('lobby').size).toBe(2);
    expect(JSON.stringify(newcomer.take())).not.toContain('before it came');
  },
);

test('every message passes the middleware, also after a resume', async () => {
  const { connect, sockets, handled } = startServer();
  const passed: string[] = [];
  sockets.use((_socket, { path }, next) => {
    passed.push(path);
    return next();
  });
  const client = await connect();
  const { session, token } = client.hello();
  client.say({ path: 'note', data: 1, seq: 1 });
  client.cut();
  const back = await connect();
  expect(back.hello({ session, token })).toMatchObject({ resumed: true });
  back.say({ path: 'note', data: 2, seq: 2 });
  await settle();
  expect({ passed, handled }).toEqual({ passed: ['note', 'note'], handled: [1, 2] });
});
