import { defineChannels, SocketError } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RoomOptions } from '../options.js';
import { createTestServer, settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({ output: { out: z.string() } });

type Rooms = RoomOptions<typeof channels, undefined>;

const start = (rooms?: Rooms, maxRooms = 128) =>
  createTestServer(channels, { limits: { maxRooms }, ...(rooms && { rooms }) });
const join = (client: TestClient, room: unknown, id = 1) => client.ask({ path: '$join', data: { room }, id });
const joined = (room: string, id = 1) => [{ path: '$join', data: { room }, id }];
const refused = (code: string, id = 1) => [{ path: '$join', id, error: { code } }];

describe('a client that joins', () => {
  it('is refused unless the application allows it', async () => {
    const server = start();
    const client = await server.connect();
    expect(await join(client, 'lobby')).toMatchObject(refused('denied'));
    expect(server.sockets.room('lobby').size).toBe(0);
  });

  it.each([
    ['true', () => true],
    ['a promise of true', async () => true],
  ])('is let in by %s, once however often it asks', async (_what, authorize) => {
    const server = start({ authorize });
    const client = await server.connect();
    expect(await join(client, 'lobby', 1)).toEqual(joined('lobby', 1));
    expect(await join(client, 'lobby', 2)).toEqual(joined('lobby', 2));
    expect(server.sockets.room('lobby').size).toBe(1);
    server.sockets.room('lobby').send('output', 'once');
    expect(client.take()).toEqual([{ path: 'output', data: 'once', room: 'lobby' }]);
  });

  it.each<[string, Rooms['authorize']]>([
    ['false', () => false],
    ['a promise of false', async () => false],
    ['what is no boolean', (() => 'yes') as never],
    ['undefined', (() => undefined) as never],
  ])('is refused by %s', async (_what, authorize) => {
    const server = start({ authorize: authorize! });
    expect(await join(await server.connect(), 'lobby')).toEqual([
      {
        path: '$join',
        id: 1,
        error: { code: 'denied', message: '[denied] the room "lobby" may not be joined' },
      },
    ]);
    expect(server.errors).toEqual([]);
  });

  it('is refused with the words of the application, and with nobody else’s', async () => {
    const faults = [new SocketError('denied', '[denied] full today'), new Error('the database is down')];
    for (const [fault, message, reported] of [
      [faults[0], '[denied] full today', []],
      [faults[1], '[denied] the room "lobby" may not be joined', [faults[1]]],
    ] as const) {
      const server = start({
        authorize: async () => {
          throw fault!;
        },
      });
      const answers = await join(await server.connect(), 'lobby');
      expect(answers).toEqual([{ path: '$join', id: 1, error: { code: 'denied', message } }]);
      expect(server.errors).toEqual(reported);
    }
  });

  it.each([undefined, null, 5, '', '*', '$inbox', 'a\nb', 'x'.repeat(256), ['lobby']])(
    'is refused the room %j, which cannot be one, before anybody is asked',
    async (room) => {
      const server = start({ authorize: () => expect.unreachable() });
      expect(await join(await server.connect(), room)).toMatchObject(refused('invalid_input'));
    },
  );

  it('is in as many rooms as the limit says, those included that are still being decided', async () => {
    const server = start({ authorize: async () => true }, 2);
    const client = await server.connect();
    ['a', 'b', 'c'].forEach((room, id) => client.say({ path: '$join', data: { room }, id }));
    await settle();
    expect(client.take()).toMatchObject([
      { id: 2, error: { code: 'rate_limited' } },
      { id: 0, data: { room: 'a' } },
      { id: 1, data: { room: 'b' } },
    ]);
    expect(server.sockets.stats().limited.joins).toBe(1);
    client.say({ path: '$leave', data: { room: 'a' } });
    expect(await join(client, 'c', 9)).toEqual(joined('c', 9));
  });

  it('may ask again for a room that is still being decided, also where it is in as many as it may be', async () => {
    const decide: ((isAllowed: boolean) => void)[] = [];
    const server = start({ authorize: () => new Promise((resolve) => decide.push(resolve)) }, 1);
    const client = await server.connect();
    for (const id of [1, 2]) expect(await join(client, 'lobby', id)).toEqual([]);
    for (const allow of decide) allow(true);
    await settle();
    expect(client.take()).toEqual([...joined('lobby', 1), ...joined('lobby', 2)]);
  });

  it('joins twice as many rooms at once as it may be in, and ten a second from then on', async () => {
    const server = start({ authorize: () => true }, 64);
    const client = await server.connect();
    const askFor = (id: number) => client.ask({ path: '$join', data: { room: `room ${id}` }, id });
    for (let id = 0; id < 128; id += 1) {
      expect(await askFor(id)).toMatchObject([{ id, data: {} }]);
      client.say({ path: '$leave', data: { room: `room ${id}` } });
    }
    const refusal = { id: 128, error: { code: 'rate_limited', retryAfterMs: 100 } };
    expect(await askFor(128)).toMatchObject([refusal]);
    server.clock.advance(99);
    expect(await askFor(128)).toMatchObject([{ ...refusal, error: { retryAfterMs: 1 } }]);
    server.clock.advance(1);
    expect(await askFor(128)).toMatchObject([{ id: 128, data: { room: 'room 128' } }]);
    expect(server.sockets.stats().limited.joins).toBe(2);
    expect(await askFor(128)).toMatchObject([{ data: { room: 'room 128' } }]);
  });

  it('without an id is told nothing but what went wrong', async () => {
    const server = start({ authorize: (_socket, room) => room === 'lobby' });
    const client = await server.connect();
    expect(await client.ask({ path: '$join', data: { room: 'lobby' } })).toEqual([]);
    expect(await client.ask({ path: '$join', data: { room: 'other' } })).toMatchObject([
      { path: '$error', data: { code: 'denied', path: '$join' } },
    ]);
  });
});

describe('while it is being decided', () => {
  function startUndecided(maxRooms?: number) {
    const decide: ((allowed: boolean) => void)[] = [];
    const authorize = (): Promise<boolean> => new Promise((resolve) => decide.push(resolve));
    const server = start({ authorize }, maxRooms);
    return { server, decide };
  }

  it('a client that leaves is not in afterwards', async () => {
    const { server, decide } = startUndecided();
    const client = await server.connect();
    await join(client, 'lobby', 1);
    expect(await client.ask({ path: '$leave', data: { room: 'lobby' }, id: 2 })).toEqual([
      { path: '$leave', data: { room: 'lobby' }, id: 2 },
    ]);
    decide[0]!(true);
    await settle();
    expect(client.take()).toMatchObject(refused('cancelled'));
    expect(server.sockets.room('lobby').size).toBe(0);
  });

  it('a client that leaves and joins again is in by the second decision', async () => {
    const { server, decide } = startUndecided();
    const client = await server.connect();
    await join(client, 'lobby', 1);
    client.say({ path: '$leave', data: { room: 'lobby' } });
    await join(client, 'lobby', 2);
    decide[0]!(true);
    await settle();
    expect(server.sockets.room('lobby').size).toBe(0);
    decide[1]!(true);
    await settle();
    expect(server.sockets.room('lobby').size).toBe(1);
    expect(client.take()).toMatchObject([...refused('cancelled', 1), ...joined('lobby', 2)]);
  });

  it('a client that asks twice is answered twice, and is in once', async () => {
    const { server, decide } = startUndecided();
    const client = await server.connect();
    await join(client, 'lobby', 1);
    await join(client, 'lobby', 2);
    decide[0]!(true);
    decide[1]!(true);
    await settle();
    expect(client.take()).toEqual([...joined('lobby', 1), ...joined('lobby', 2)]);
    expect(server.sockets.room('lobby').size).toBe(1);
  });

  it('a client that asks twice is in by the decision that allows it', async () => {
    const { server, decide } = startUndecided();
    const client = await server.connect();
    for (const id of [1, 2]) await join(client, 'lobby', id);
    decide[0]!(false);
    await settle();
    expect(client.take()).toMatchObject(refused('denied', 1));
    decide[1]!(true);
    await settle();
    expect(client.take()).toEqual(joined('lobby', 2));
    expect(server.sockets.room('lobby').size).toBe(1);
  });

  it('a client that asks twice takes one place until both are decided, in the room or not', async () => {
    const { server, decide } = startUndecided(1);
    const client = await server.connect();
    for (const id of [1, 2]) await join(client, 'lobby', id);
    for (const id of [0, 1]) {
      expect(await join(client, 'hall', 3)).toMatchObject(refused('rate_limited', 3));
      decide[id]!(false);
      await settle();
      expect(client.take()).toMatchObject(refused('denied', id + 1));
    }
    for (const id of [4, 5]) expect(await join(client, 'lobby', id)).toEqual([]);
    decide[2]!(true);
    await settle();
    expect(client.take()).toEqual(joined('lobby', 4));
    [...server.sockets.clients()][0]!.leave('lobby');
    client.take();
    expect(await join(client, 'hall', 6)).toEqual([]);
  });

  it('a client that is gone is never in', async () => {
    const { server, decide } = startUndecided();
    const client = await server.connect();
    await join(client, 'lobby');
    client.transport.end(1000);
    decide[0]!(true);
    await settle();
    expect(server.sockets.stats()).toMatchObject({ rooms: 0, clients: 0 });
    expect(server.errors).toEqual([]);
  });

  it('a client that the server puts in stays in', async () => {
    const { server, decide } = startUndecided();
    const client = await server.connect();
    await join(client, 'lobby');
    [...server.sockets.clients()][0]!.join('lobby');
    decide[0]!(true);
    await settle();
    expect(client.take()).toEqual(joined('lobby'));
    expect(server.sockets.room('lobby').size).toBe(1);
  });
});

describe('leaving', () => {
  it('does no harm where one is not', async () => {
    const server = start();
    const client = await server.connect();
    for (const data of [{ room: 'lobby' }, {}, null, 'lobby', { room: 5 }]) {
      expect(await client.ask({ path: '$leave', data, id: 1 })).toMatchObject([{ path: '$leave', id: 1 }]);
    }
  });

  it('by the server is told, and only to clients that know the word', async () => {
    const server = start();
    const [client, plain] = [await server.connect(), await server.connectPlain()];
    for (const socket of server.sockets.clients()) {
      socket.join('lobby');
      socket.leave('lobby');
      socket.leave('lobby');
    }
    expect(client.take()).toEqual([{ path: '$leave', data: { room: 'lobby', why: 'removed' } }]);
    expect(plain.take()).toEqual([]);
  });
});

describe('what members know of each other', () => {
  const member: Rooms['member'] = (socket, room) => ({ in: room, of: socket.id });

  it('is nothing where the application says nothing', async () => {
    const server = start({ authorize: () => true });
    const [first, second] = [await server.connect(), await server.connect()];
    await join(first, 'lobby');
    expect(await join(second, 'lobby')).toEqual(joined('lobby'));
    second.transport.end(1000);
    expect(first.take()).toEqual([]);
  });

  it('is who is there on joining, and then who comes and goes', async () => {
    const server = start({ authorize: () => true, member });
    const [first, second, plain] = [
      await server.connect(),
      await server.connect(),
      await server.connectPlain(),
    ];
    const [a, b, c] = [...server.sockets.clients()].map(({ id }) => id);
    const info = (of: string | undefined) => ({ in: 'lobby', of });
    const came = (id: string | undefined) => ({
      path: '$member',
      data: { room: 'lobby', id, info: info(id) },
    });
    const went = (id: string | undefined) => ({ path: '$member', data: { room: 'lobby', id } });

    expect(await join(first, 'lobby')).toEqual([
      { path: '$members', data: { room: 'lobby', members: { [a!]: info(a) } } },
      ...joined('lobby'),
    ]);
    server.sockets.client(c!)!.join('lobby');
    expect(first.take()).toEqual([came(c)]);
    expect(await join(second, 'lobby')).toEqual([
      { path: '$members', data: { room: 'lobby', members: { [a!]: info(a), [b!]: info(b), [c!]: info(c) } } },
      ...joined('lobby'),
    ]);
    expect(first.take()).toEqual([came(b)]);
    server.sockets.client(c!)!.leave('lobby');
    await second.ask({ path: '$leave', data: { room: 'lobby' } });
    expect(first.take()).toEqual([went(c), went(b)]);
    first.transport.end(1000);
    expect(second.take()).toEqual([]);
    expect(plain.take()).toEqual([]);
  });

  it('is told of a leaver whose connection ends', async () => {
    const server = start({ authorize: () => true, member });
    const [first, second] = [await server.connect(), await server.connect()];
    await join(first, 'lobby');
    await join(second, 'lobby');
    const [, b] = [...server.sockets.clients()].map(({ id }) => id);
    first.take();
    second.transport.end(1000);
    expect(first.take()).toEqual([{ path: '$member', data: { room: 'lobby', id: b } }]);
  });

  const circle: Record<string, unknown> = {};
  circle['itself'] = circle;
  it.each<[string, Rooms['member'], number]>([
    ['nothing', () => undefined, 0],
    ['a function', () => () => 1, 0],
    ['a circle', () => circle, 1],
    ['a bigint', () => 5n as never, 1],
    [
      'an error',
      () => {
        throw new Error('in member');
      },
      1,
    ],
  ])('is null where that is %s', async (_what, answer, faults) => {
    const server = start({ authorize: () => true, member: answer! });
    const client = await server.connect();
    const { id } = [...server.sockets.clients()][0]!;
    expect(await join(client, 'lobby')).toEqual([
      { path: '$members', data: { room: 'lobby', members: { [id]: null } } },
      ...joined('lobby'),
    ]);
    expect(server.errors).toHaveLength(faults);
  });
});

describe('the server', () => {
  it.each(['', '*', '$inbox', 'a\nb', 'x'.repeat(256)])('may put nobody into %j', async (room) => {
    const server = start();
    await server.connect();
    const [socket] = server.sockets.clients();
    expect(() => socket!.join(room)).toThrow(TypeError);
    expect(() => server.sockets.room(room)).toThrow(TypeError);
  });
});
