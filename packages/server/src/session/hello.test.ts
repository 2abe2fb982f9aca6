import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { readHello } from './hello.js';
import { createTestServer } from '../test-server.fixture.js';

const nothing = { session: undefined, token: undefined, streams: new Map(), open: new Map() };

describe('readHello', () => {
  it('reads where a client stands', () => {
    const streams = { $inbox: ['s_1', 3], '*': ['e', 0], lobby: ['f', 7] };
    expect(readHello({ session: 's_1', token: 't', streams, open: { 8: 41, 513: 0 } })).toEqual({
      session: 's_1',
      token: 't',
      streams: new Map(Object.entries(streams)),
      open: new Map([
        [8, 41],
        [513, 0],
      ]),
    });
  });

  it.each([undefined, null, 5, 'hello', true, [], {}, [{ session: 's' }]])('reads nothing in %j', (data) => {
    expect(readHello(data)).toEqual(nothing);
  });

  it.each([5, null, {}, [], true])('takes %j for no session and no token', (value) => {
    expect(readHello({ session: value, token: value })).toEqual(nothing);
  });

  it.each([
    null,
    'e',
    [],
    ['e'],
    ['e', 1, 2],
    [1, 'e'],
    ['e', -1],
    ['e', 1.5],
    ['e', '1'],
    ['e', null],
    ['e', 2 ** 53],
    [null, 1],
    { 0: 'e', 1: 1, length: 2 },
  ])('takes %j for no position, and keeps those beside it', (cursor) => {
    const { streams } = readHello({ streams: { lobby: cursor, other: ['e', 1] } });
    expect(streams).toEqual(new Map([['other', ['e', 1]]]));
  });

  it.each([
    ['', 0],
    ['0', 0],
    ['-1', 0],
    ['1.5', 0],
    ['s1', 0],
    ['9007199254740993', 0],
    ['7', -1],
    ['7', 1.5],
    ['7', '3'],
    ['7', null],
    ['7', []],
  ])('takes %j: %j for nothing that is unanswered, and keeps what is beside it', (id, taken) => {
    const { open } = readHello({ open: { [id]: taken, 12: 3 } });
    expect(open).toEqual(new Map([[12, 3]]));
  });

  it.each([null, 5, 'lobby', [['e', 1]], [3]])('takes the list %j for an empty one', (list) => {
    expect(readHello({ streams: list, open: list })).toEqual(nothing);
  });

  it('takes names that objects have for names', () => {
    const { streams } = readHello(JSON.parse('{"streams":{"__proto__":["e",1],"constructor":["e",2]}}'));
    expect([...streams.keys()]).toEqual(['__proto__', 'constructor']);
  });

  it('takes no more than 10,000 positions', () => {
    const cursors = Array.from({ length: 10_001 }, (_, at) => [`room ${at}`, ['e', at]] as const);
    const { streams } = readHello({ streams: Object.fromEntries(cursors) });
    expect([streams.size, streams.has('room 10000')]).toEqual([10_000, false]);
  });
});

describe('a session', () => {
  const channels = defineChannels({});
  const start = () =>
    createTestServer(channels, {
      authenticate: ({ token }) => token,
      userId: (token) => token,
    });

  it('is found by its id and its token', async () => {
    const server = start();
    const client = await server.connect('ann');
    const back = await server.resume(client, {}, 'ann');
    expect(back.welcome).toMatchObject({ resumed: true, session: client.welcome.session });
  });

  it('is found by a client that the server has put into thousands of rooms', async () => {
    const server = start();
    const client = await server.connect('ann');
    const [socket] = server.sockets.clients();
    for (let n = 0; n < 4_000; n += 1) socket!.join(`room ${n}`);
    client.takeAll();
    expect(client.cursors.size).toBe(4_002);
    const back = await server.resume(client, {}, 'ann');
    expect(back.welcome).toMatchObject({ resumed: true, session: client.welcome.session });
  });

  it('is found by a client that names a room as objects may not name a key, and nobody gets into one', async () => {
    const server = createTestServer(channels, { rooms: { authorize: () => true } });
    const client = await server.connect();
    const [socket] = server.sockets.clients();
    expect(await client.ask({ path: '$join', data: { room: '__proto__' }, id: 1 })).toMatchObject([
      { id: 1, error: { code: 'invalid_input' } },
    ]);
    expect(() => socket!.join('__proto__')).toThrow(TypeError);
    const streams = JSON.parse('{"__proto__":["e",1]}') as Record<string, [string, number]>;
    expect((await server.resume(client, { streams })).welcome.resumed).toBe(true);
  });

  it.each([
    ['another token', { token: 'x'.repeat(22) }],
    ['no token', { token: undefined }],
    ['an empty token', { token: '' }],
    ['another session', { session: `s_${'x'.repeat(22)}` }],
    ['no session', { session: undefined }],
    ['a session that every object has', { session: '__proto__' }],
  ])('is not found by %s', async (_what, hello) => {
    const server = start();
    const client = await server.connect('ann');
    client.cut();
    const { welcome } = await server.resume(client, hello as never, 'ann');
    expect(welcome.resumed).toBe(false);
    expect(welcome.session).not.toBe(client.welcome.session);
    expect(server.sockets.stats()).toMatchObject({ clients: 2, suspended: 1, resumed: 0 });
  });

  it.each([
    ['another user', 'bob'],
    ['nobody', undefined],
  ])('is not found by %s who has the token', async (_what, user) => {
    const server = start();
    const client = await server.connect('ann');
    client.cut();
    expect((await server.resume(client, {}, user)).welcome.resumed).toBe(false);
    expect((await server.resume(client, {}, 'ann')).welcome.resumed).toBe(true);
  });

  it('is not found on another endpoint', async () => {
    const [here, there] = [start(), start()];
    const client = await here.connect('ann');
    client.cut();
    expect((await there.resume(client, {}, 'ann')).welcome.resumed).toBe(false);
  });

  it('of a plain client is found by nobody', async () => {
    const server = start();
    await server.connectPlain();
    const [plain] = server.sockets.clients();
    const client = await server.connect();
    const hello = { session: plain!.id, token: '' };
    expect((await server.resume(client, hello)).welcome.resumed).toBe(false);
  });
});
