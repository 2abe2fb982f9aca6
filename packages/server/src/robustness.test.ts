// Clients that send anything, in any order, and come and go meanwhile: nothing throws, nothing is left over, nobody is lost.
import { defineChannels } from '@wirepact/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer, settle, type TestClient } from './test-server.fixture.js';

const channels = defineChannels({
  time: { in: z.void(), out: z.string() },
  chat: {
    in: z.object({ text: z.string() }),
    out: z.string(),
    reply: z.string(),
    errors: { NO: z.string() },
  },
  slow: { in: z.void(), reply: z.string() },
  tail: { in: z.object({ count: z.number() }), stream: z.number() },
  cursor: { in: z.unknown(), out: z.string(), delivery: 'latest' },
  price: { out: z.string(), answer: z.number() },
  leave: { in: z.void() },
});

const startServer = () =>
  createTestServer(channels, {
    authenticate: async ({ token }) => {
      if (token === 'bad') throw new Error('bad');
      return token;
    },
    userId: (token) => token,
    limits: { maxInFlight: 3, maxRooms: 2 },
    rooms: { authorize: async (_socket, room) => room !== 'closed', member: (socket) => socket.context },
    event: {
      onConnect: (socket) => socket.join('all'),
      onDisconnect: (_socket, { code }) => server.sockets.room('all').send('cursor', String(code)),
      onMessage: (socket) => socket.send('cursor', 'unrouted'),
    },
    routes: {
      time: () => 'noon',
      chat(socket, { text }, { fail, sockets }) {
        if (text === 'no') throw fail('NO', 'because');
        if (text === 'ask') return socket.request('price', 'tea').then(String, String);
        sockets.room('all').except(socket).send('chat', text);
        return text;
      },
      slow: (_socket, _data, { signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('late'))),
      async *tail(_socket, { count }) {
        for (let n = 0; n < Math.min(count, 100); n += 1) yield n;
      },
      cursor: (socket) => {
        socket.broadcast('cursor', 'moved');
        return 'mine';
      },
      leave: (socket) => socket.disconnect('as you wish', 4000),
    },
  });
let server: ReturnType<typeof startServer>;

const paths = fc.constantFrom(
  ...['time', 'chat', 'slow', 'tail', 'cursor', 'price', 'leave', 'nope', '__proto__', 'constructor'],
  ...['$hello', '$join', '$leave', '$cancel', '$more', '$ping', '$pong', '$auth', '$error', '$'],
);
const ids = fc.constantFrom<unknown>(undefined, 1, 2, 'a', 's1', 's2', null, 1.5);
const data = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    {},
    1,
    'a',
    'bad',
    's1',
    { text: 'hi' },
    { text: 'no' },
    { text: 'ask' },
  ),
  fc.constantFrom<unknown>(
    { count: 3 },
    { count: 99 },
    { room: 'lobby' },
    { room: 'closed' },
    { id: 1, n: 40 },
    12,
  ),
  fc.jsonValue(),
);
const messages = fc.oneof(
  { weight: 8, arbitrary: fc.record({ path: paths, id: ids, data }).map((frame) => JSON.stringify(frame)) },
  { weight: 1, arbitrary: fc.oneof(fc.string(), fc.json(), fc.constant(undefined)) },
);
/** How a connection ends: for good, or so that the client may come back. */
const ends = fc.constantFrom(1000, 1001, 1006);
const steps = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('say' as const), who: fc.nat(3), message: messages }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('settle', 'wait', 'come', 'kick') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('go' as const), who: fc.nat(3), code: ends }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('return', 'stall', 'drain'), who: fc.nat(3) }),
  },
);

async function take(
  step: { do: string; who?: number; message?: string | undefined; code?: number },
  clients: TestClient[],
): Promise<void> {
  const client = clients[(step.who ?? 0) % clients.length]!;
  const { transport } = client;
  if (step.do === 'say' && transport.closedWith === undefined) transport.receive(step.message);
  else if (step.do === 'settle') await settle();
  else if (step.do === 'wait') server.clock.advance(7_000);
  else if (step.do === 'come')
    clients.push(clients.length % 2 === 0 ? await server.connectPlain() : await server.connect());
  else if (step.do === 'kick') [...server.sockets.clients()].at(-1)?.disconnect();
  else if (step.do === 'go') transport.end(step.code ?? 1001);
  else if (step.do === 'return') clients.push(await server.resume(client));
  else if (step.do === 'stall') transport.bufferedBytes = 300_000;
  else if (step.do === 'drain') transport.drain();
}

it('a server survives whatever its clients do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 60 }), async (taken) => {
      server = startServer();
      const clients = [
        await server.connect(),
        await server.connectPlain(),
        await server.connectSilent('ann'),
      ];
      for (const step of taken) await take(step, clients);
      await settle();

      const { sockets } = server;
      const open = [...sockets.clients()].filter(({ connected }) => connected).length;
      const { connected, disconnected, suspended } = sockets.stats();
      const here = open + suspended;
      expect(sockets.countClients).toBe(here);
      expect(sockets.room('all').size).toBe(here);
      expect(connected - disconnected).toBe(here);

      await sockets.close();
      await settle();
      expect(sockets.stats()).toMatchObject({ clients: 0, users: 0, rooms: 0 });
      expect(server.clock.pending).toBe(0);
      for (const { transport } of clients) expect(transport.closedWith).toBeDefined();
      // only what the application itself did wrong
      expect(server.errors.filter((error) => String(error) !== 'Error: bad')).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

it('every request of a plain client is answered once', async () => {
  const answerable = fc.constantFrom('time', 'chat', 'cursor', 'nope', 'price', '$join', 'leaving');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(answerable, data), { maxLength: 20 }), async (asked) => {
      server = startServer();
      const client = await server.connectPlain();
      asked.forEach(([path, value], id) => client.say(JSON.stringify({ path, data: value, id })));
      await settle();
      const answered = client.take().flatMap(({ id }) => (id === undefined ? [] : [id]));
      expect(new Set(answered).size).toBe(answered.length);
      // whoever sends too many bad frames is closed, and is not heard any more
      if (client.transport.closedWith === undefined) expect(answered.length).toBe(asked.length);
      await server.sockets.close();
    }),
    // a bad frame, which is answered where it has an id
    { examples: [[[['time', JSON.parse('{"":{"__proto__":null}}')]]]] },
  );
});
