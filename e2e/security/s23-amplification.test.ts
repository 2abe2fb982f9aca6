// S23: who makes the server send much to others can be told from `stats()`, and is no faster at it than at sending.
import { expect, test } from 'vitest';
import { settle, startServer } from './guarded-server.js';

// `messageBurst` is 1,000, and 5,000,000 messages take a while
const crowd = { upgradeBurstPerIp: 10_000, socketsPerIp: 10_000 };

test('one client that makes the server broadcast to 5,000 stands out, and is slowed down', async () => {
  const { greet, sockets, clock } = startServer({ limits: { ...crowd, messageBurst: 50 } });
  const loud = await greet();
  const others = await Promise.all(Array.from({ length: 5_000 }, () => greet()));
  for (let n = 0; n < 100; n += 1) {
    loud.say({ path: 'shout', data: 'x' });
    // what the crowd holds is not what is looked at
    for (const { transport } of others) transport.sent.length = 0;
    if (loud.transport.isPaused) break;
  }
  expect(loud.transport.isPaused).toBe(true);
  // the sender is told where the log stands; the first of 51 messages was `$hello`
  expect(sockets.stats().amplifiers).toEqual([{ id: expect.any(String) as string, sent: 50 * 5_001 }]);
  expect(sockets.stats().limited.reading).toBe(1);
  clock.advance(1_000);
  expect(sockets.stats().amplifiers[0]?.sent).toBe(50 * 5_001);
  for (let n = 0; n < 200; n += 1) loud.say({ path: 'shout', data: 'x' });
  expect(sockets.stats().amplifiers[0]?.sent).toBeLessThanOrEqual(152 * 5_001);
});

test('what a handler sends to a room counts for whom it runs, what an application sends by itself for nobody', async () => {
  const { greet, sockets } = startServer({
    rooms: { authorize: () => true },
    routes: {
      note: (socket, text) => {
        for (const room of socket.rooms) sockets.room(room).send('notice', String(text));
      },
    },
  });
  const members = await Promise.all(Array.from({ length: 5 }, () => greet()));
  for (const member of members) member.say({ path: '$join', data: { room: 'lobby' }, id: 1 });
  await settle();
  sockets.sendToAll('notice', 'by itself');
  expect(sockets.stats().amplifiers).toEqual([]);
  members[2]?.say({ path: 'note', data: 'hello' });
  members[2]?.say({ path: 'note', data: 'hello' });
  members[1]?.say({ path: 'note', data: 'hello' });
  const ids = [...sockets.clients()].map(({ id }) => id);
  expect(sockets.stats().amplifiers).toEqual([
    { id: ids[2], sent: 10 },
    { id: ids[1], sent: 5 },
  ]);
});

test('the ten that did most are named', async () => {
  const { greet, sockets } = startServer();
  const clients = await Promise.all(Array.from({ length: 20 }, () => greet()));
  clients.forEach((client, index) => {
    for (let n = 0; n <= index; n += 1) client.say({ path: 'shout', data: 'x' });
  });
  const sent = sockets.stats().amplifiers.map(({ sent }) => sent);
  expect(sent).toHaveLength(10);
  expect(sent).toEqual([...sent].sort((one, other) => other - one));
  expect(sent[0]).toBeGreaterThan(sent[9]!);
});
