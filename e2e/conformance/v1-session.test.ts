// wirepact.v1: the handshake, hello and welcome, liveness and identity.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open, openV1, protocolsOf, type RawSocket } from './raw-socket.js';
import { startTarget, type Target } from './reference-server.js';

let target: Target;
let url: string;
beforeAll(async () => {
  target = await startTarget();
  url = `${target.url}/ws`;
});
afterAll(() => target.close());

const hello = { path: '$hello', data: {} };

describe('the handshake', () => {
  it.each([
    [['wirepact.v1']],
    [['graphql', 'wirepact.v1']],
    [['wirepact.v1', 'wirepact.v2']],
    [['wirepact.auth.YW5u', 'wirepact.v1']],
    [['wirepact.v1', 'wirepact.auth.YW5u']],
  ])('chooses wirepact.v1 of %j', async (offered) => {
    expect((await open(url, offered)).webSocket.protocol).toBe('wirepact.v1');
  });

  it.each([
    [undefined, 4401, 'unauthenticated'],
    ['bad', 4401, 'unauthenticated'],
    ['banned', 4403, 'forbidden'],
    ['broken', 4500, 'internal'],
  ])(
    'with the token %s is completed, and closed with %i before anything is said',
    async (token, code, reason) => {
      const client = await open(`${target.url}/guarded`, protocolsOf(token));
      client.send(hello);
      expect(await client.closed).toEqual({ code, reason });
    },
  );
});

describe('$hello', () => {
  it('is answered by $welcome, which tells what a client without schemas must know', async () => {
    const client = await open(url, protocolsOf());
    expect(await client.ask(hello)).toEqual([
      {
        path: '$welcome',
        data: {
          session: expect.stringMatching(/^s_[\w-]{22}$/) as unknown,
          token: expect.stringMatching(/^[\w-]{22}$/) as unknown,
          resumed: false,
          streams: { '*': [expect.any(String), 0] },
          resumeForMs: 120_000,
          heartbeatMs: 25_000,
          limits: { maxMessageBytes: 262_144, maxInFlight: 64, maxRooms: 128 },
          channels: {
            cursor: { delivery: 'latest', key: 'user' },
            hint: { delivery: 'volatile' },
            typing: { delivery: 'volatile' },
            save: { idempotent: true },
          },
        },
      },
    ]);
  });

  it.each([
    '{"path":"$hello"}',
    '{"path":"$hello","data":null}',
    '{"path":"$hello","data":{"contract":"x"},"id":1}',
  ])('is read whatever it carries: %s', async (frame) => {
    const client = await open(url, protocolsOf());
    expect(await client.ask(frame)).toMatchObject([{ path: '$welcome' }]);
  });

  it('gives every session an id of its own', async () => {
    const ids = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const client = await open(url, protocolsOf());
        client.send(hello);
        return ((await client.next())['data'] as { session: string }).session;
      }),
    );
    expect(new Set(ids).size).toBe(10);
  });

  it('is said once', async () => {
    const client = await openV1(url);
    expect(await client.ask(hello)).toMatchObject([
      { path: '$error', data: { code: 'unknown_path', path: '$hello' } },
    ]);
  });

  it('comes before anything else, and the server’s first word is $welcome', async () => {
    const client = await open(`${target.url}/life`, protocolsOf());
    expect(await client.heard()).toEqual([]);
    const frames = await client.ask(hello);
    expect(frames.map(({ path }) => path)).toEqual(['$welcome', '$stream', '$live', 'output']);
  });

  it.each([
    { path: 'time' },
    { path: 'time', id: 1 },
    { path: 'chat', data: { text: 'hi' }, id: 1 },
    { path: 'chat', data: { text: 5 } },
    { path: 'tail', data: { count: 3 }, id: 1 },
    { path: 'nope' },
    { path: 'price', data: 5, id: 's1' },
    { path: 'enter', data: { room: 'open' } },
    { path: '$join', data: { room: 'open' }, id: 1 },
    { path: '$leave', data: { room: 'open' }, id: 1 },
    { path: '$cancel', data: 1 },
    { path: '$more', data: { id: 1, n: 99 } },
    { path: '$ping' },
    { path: '$pong' },
    { path: '$auth', data: 'ann' },
    { path: '$welcome', data: {} },
    { path: '$error', data: {} },
    { path: '$goodbye' },
    { path: '$Hello' },
    'hello',
    '[]',
    Buffer.from(JSON.stringify(hello)),
  ])('is waited for: %j before it is not handled', async (message) => {
    const client = await open(url, protocolsOf());
    expect(await client.ask(message)).toMatchObject([{ path: '$error', data: { code: 'bad_frame' } }]);
    expect(await client.ask(hello)).toMatchObject([{ path: '$welcome' }]);
    expect(await client.ask({ path: 'time', id: 2 })).toEqual([{ path: 'time', data: 'noon', id: 2 }]);
  });
});

describe('liveness', () => {
  it('$ping is answered by $pong', async () => {
    const client = await openV1(url);
    expect(await client.ask({ path: '$ping' })).toEqual([{ path: '$pong' }]);
  });

  it('$pong is heard and not answered', async () => {
    const client = await openV1(url);
    expect(await client.ask({ path: '$pong' })).toEqual([]);
  });

  it.each([
    '$welcome',
    '$members',
    '$member',
    '$reauth',
    '$goodbye',
    '$error',
    '$',
    '$__proto__',
    '$constructor',
  ])('the path %s, which clients do not send, is unknown', async (path) => {
    const client = await openV1(url);
    expect(await client.ask({ path })).toMatchObject([
      { path: '$error', data: { code: 'unknown_path', path } },
    ]);
    expect(await client.ask({ path, id: 1 })).toMatchObject([
      { path, id: 1, error: { code: 'unknown_path' } },
    ]);
  });
});

describe('a token', () => {
  const connect = (token: string): Promise<RawSocket> => openV1(`${target.url}/guarded`, token);
  const who = async (client: RawSocket): Promise<unknown> =>
    (await client.ask({ path: 'who', id: 1 }))[0]?.['data'];

  it('travels in the handshake', async () => {
    expect(await who(await connect('ann'))).toBe('ann');
    expect(await who(await connect('Ännchen 🙂 /+='))).toBe('Ännchen 🙂 /+=');
  });

  it('is renewed by $auth, without an answer', async () => {
    const client = await connect('ann');
    expect(await client.ask({ path: '$auth', data: `ann@${Date.now() + 3_600_000}` })).toEqual([]);
    expect(await who(client)).toBe('ann');
  });

  it.each([
    ['bad', 4401, 'unauthenticated'],
    ['banned', 4403, 'forbidden'],
    ['bob', 4403, 'forbidden'],
    ['broken', 4500, 'internal'],
  ])('%s in $auth closes the connection with %i', async (token, code, reason) => {
    const client = await connect('ann');
    client.send({ path: '$auth', data: token });
    expect(await client.closed).toEqual({ code, reason });
  });

  it('that has expired is asked for by $reauth', async () => {
    const client = await connect('ann@1');
    expect(await client.next()).toEqual({ path: '$reauth' });
    client.send({ path: '$auth', data: 'ann' });
    expect(await who(client)).toBe('ann');
  });
});
