// S6: before `$hello` nothing is handled and nobody is there; and it comes within 10 s.
import { expect, test } from 'vitest';
import { settle, startServer } from './guarded-server.js';

/** What a client might say first. */
const messages: readonly (object | string | undefined)[] = [
  { path: 'note', data: 1 },
  { path: 'echo', data: 1, id: 1 },
  { path: 'shout', data: 'hello' },
  { path: 'nope' },
  { path: '$join', data: { room: 'lobby' }, id: 1 },
  { path: '$leave', data: { room: 'lobby' }, id: 1 },
  { path: '$cancel', data: 1 },
  { path: '$more', data: { id: 1, n: 16 } },
  { path: '$ack', data: { inbox: 1 } },
  { path: '$auth', data: 'token' },
  { path: '$ping' },
  { path: '$pong' },
  { path: '$welcome', data: {} },
  { path: '$error', data: { code: 'x' } },
  { path: '$' },
  { path: '$hello2' },
  { path: ' $hello' },
  { data: { path: '$hello' } },
  '$hello',
  '{"path":"$hello","data":{"__proto__":{}}}',
  undefined,
  '',
];

test('there are more than 20 of them', () => expect(messages.length).toBeGreaterThan(20));

test.each(messages.map((message) => ({ message })))(
  '$message before it is handled by nobody',
  async ({ message }) => {
    const told: string[] = [];
    const { connect, handled, sockets } = startServer({
      authenticate: ({ token }) => void told.push(`asked ${token}`),
      event: {
        onConnect: () => void told.push('came'),
        onMessage: (_socket, { path }) => void told.push(path),
        onDisconnect: () => void told.push('went'),
      },
      rooms: { authorize: () => void told.push('joins') === undefined },
    });
    const client = await connect();
    client.say(message);
    await settle();
    expect(client.take()).toMatchObject([{ path: '$error', data: { code: 'bad_frame' } }]);
    client.cut();
    await settle();
    expect({ told, handled }).toEqual({ told: ['asked undefined'], handled: [] });
    expect(sockets.stats()).toMatchObject({ connected: 0, disconnected: 0, badFrames: 1 });
  },
);

test('it comes within 10 s, or the connection is closed with 4408', async () => {
  const { connect, clock, sockets } = startServer();
  const [late, never] = [await connect(), await connect()];
  clock.advance(9_000);
  expect(late.hello()).toHaveProperty('session');
  clock.advance(2_000);
  expect(late.closedWith).toBeUndefined();
  expect(never.closedWith).toMatchObject({ code: 4408 });
  expect(sockets.stats()).toMatchObject({ connected: 1, clients: 1 });
});
