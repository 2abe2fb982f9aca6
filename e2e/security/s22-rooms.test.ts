// S22: 128 rooms by a client’s own asking, and names that cannot be mistaken for anything else.
import { expect, test } from 'vitest';
import { settle, startServer } from './guarded-server.js';

const bad = [
  ...[
    '',
    '*',
    '__proto__',
    '$inbox',
    '$',
    '$anything',
    'a\nb',
    'a\u0000',
    '\u001f',
    '\u007f',
    'x'.repeat(256),
  ],
  ...['é'.repeat(128), '🙂'.repeat(64), null, 5, true, {}, ['lobby']],
];
const good = ['x'.repeat(255), 'é'.repeat(127), ' ', '**', 'a$', 'constructor', '🙂', '../../etc', "'; --"];

const joining = () => {
  const asked: string[] = [];
  const server = startServer({
    rooms: {
      authorize: (_socket, room) => {
        asked.push(room);
        return true;
      },
    },
  });
  return { ...server, asked };
};

test.each(bad.map((name) => ({ name })))(
  '$name is no name of a room, for a client or for the server',
  async ({ name }) => {
    const { greet, sockets, asked } = joining();
    const client = await greet();
    client.say({ path: '$join', data: { room: name }, id: 1 });
    await settle();
    expect(client.take()).toMatchObject([{ id: 1, error: { code: 'invalid_input' } }]);
    expect(asked).toEqual([]);
    expect(() => sockets.room(name as string)).toThrow(TypeError);
    expect(() => [...sockets.clients()][0]?.join(name as string)).toThrow(TypeError);
    expect(sockets.stats().rooms).toBe(0);
  },
);

test.each(good)('%j is one', async (room) => {
  const { greet, sockets } = joining();
  const client = await greet();
  client.say({ path: '$join', data: { room }, id: 1 });
  await settle();
  expect(sockets.room(room).size).toBe(1);
});

test('of 200 rooms a client is in 128, however they are asked for; the server may put it into more', async () => {
  const { greet, sockets } = joining();
  const client = await greet();
  for (let n = 0; n < 200; n += 1) client.say({ path: '$join', data: { room: `room ${n}` }, id: n });
  await settle();
  const [socket] = sockets.clients();
  expect(socket?.rooms.size).toBe(128);
  expect(client.take().filter(({ error }) => error?.code === 'rate_limited')).toHaveLength(72);
  socket?.join('by the server');
  expect(socket?.rooms.size).toBe(129);
  expect(sockets.stats().limited.joins).toBe(72);
});

test('rooms that the server has put a client into are none of its 128', async () => {
  const { greet, sockets } = joining();
  const client = await greet();
  const [socket] = sockets.clients();
  for (let n = 0; n < 200; n += 1) socket?.join(`by the server ${n}`);
  for (let n = 0; n < 129; n += 1) client.say({ path: '$join', data: { room: `room ${n}` }, id: n });
  await settle();
  expect(socket?.rooms.size).toBe(200 + 128);
  const refused = client.take().filter(({ error }) => error?.code === 'rate_limited');
  expect(refused).toMatchObject([{ path: '$join', id: 128 }]);
  // nor do they become its own by its asking for them
  client.say({ path: '$join', data: { room: 'by the server 7' }, id: 129 });
  expect(client.take()).toMatchObject([{ path: '$join', id: 129, data: { room: 'by the server 7' } }]);
});
