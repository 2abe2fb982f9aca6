// Handlers that fail in every possible way, and what is in flight meanwhile. What each message is answered with is tested by
// the conformance suite over real sockets.
import { ChannelError, defineChannels, SocketError } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer, settle } from '../test-server.fixture.js';

const channels = defineChannels({
  echo: { in: z.string(), reply: z.string() },
  note: { in: z.string(), out: z.string() },
  list: { in: z.array(z.string()), reply: z.string() },
  table: { in: z.record(z.string(), z.array(z.number())), reply: z.string() },
  strict: { in: z.strictObject({}), reply: z.string() },
  said: { out: z.string() },
  fail: {
    in: z.unknown(),
    reply: z.string(),
    errors: { MUTED: z.object({ until: z.string() }), BIG: z.bigint() },
  },
  broken: {
    in: z.string().refine(() => {
      throw new Error('in the schema');
    }),
    reply: z.string(),
  },
  later: { in: z.string().refine(async () => true), reply: z.string() },
});

const internal = (path: string, id: number) => ({
  path,
  id,
  error: { code: 'internal', message: `[internal] the server failed to handle "${path}"` },
});

/** A server whose route `fail` does what it is told. */
const startFailing = (fail: () => unknown) =>
  createTestServer(channels, { routes: { fail: fail as () => string } });

const secret = new Error('the password is 1234');
const thrown = (value: unknown) => () => {
  throw value;
};
// eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that others do is what is tested
const rejected = (value: unknown) => () => Promise.reject(value);
const thenable = (then: unknown) => () => ({ then });

describe('a handler that fails', () => {
  it.each([
    ['throws', thrown(secret), secret],
    ['rejects', rejected(secret), secret],
    ['throws undefined', thrown(undefined), undefined],
    ['rejects with undefined', rejected(undefined), undefined],
    ['throws null', thrown(null), null],
    ['throws a string', thrown('1234'), '1234'],
    ['throws an object without a prototype', thrown(Object.create(null)), Object.create(null)],
    [
      'gives a thenable that rejects',
      thenable((_: unknown, reject: (e: Error) => void) => reject(secret)),
      secret,
    ],
    ['gives a thenable that throws', thenable(thrown(secret)), secret],
  ])('and %s answers internal and nothing else; onError is told', async (_how, fail, error) => {
    const server = startFailing(fail);
    const client = await server.connectPlain();
    expect(await client.ask({ path: 'fail', id: 1 })).toEqual([internal('fail', 1)]);
    expect(server.errors).toEqual([error]);
    expect(server.sockets.countClients).toBe(1);
  });

  it.each(['unauthenticated', 'forbidden', 'denied', 'rate_limited', 'overloaded'] as const)(
    'with %s on purpose is believed',
    async (code) => {
      const server = startFailing(thrown(new SocketError(code, 'because', { data: { retryAfterMs: 5 } })));
      const client = await server.connectPlain();
      const error = { code, message: 'because', retryAfterMs: 5 };
      expect(await client.ask({ path: 'fail', id: 1 })).toEqual([{ path: 'fail', id: 1, error }]);
      expect(server.errors).toEqual([]);
    },
  );

  it.each([
    ['a code that the channel does not declare', new ChannelError('BANNED')],
    ['a code of the library that says nothing of the caller', new SocketError('timeout')],
    ['invalid_output of something it sent itself', new SocketError('invalid_output')],
    ['a code that every object has', new ChannelError('constructor')],
    ['the code __proto__', new ChannelError('__proto__')],
  ])('with %s answers internal', async (_what, error) => {
    const server = startFailing(thrown(error));
    const client = await server.connectPlain();
    expect(await client.ask({ path: 'fail', id: 1 })).toEqual([internal('fail', 1)]);
    expect(server.errors).toEqual([error]);
  });

  it('with data that do not fit the declared error answers internal', async () => {
    const server = startFailing(thrown(new ChannelError('MUTED', { until: 5 })));
    const client = await server.connectPlain();
    expect(await client.ask({ path: 'fail', id: 1 })).toEqual([internal('fail', 1)]);
    expect(server.errors).toMatchObject([{ code: 'invalid_output' }]);
  });

  it('with a declared error sends what the schema makes of its data, and no more', async () => {
    const error = new ChannelError('MUTED', { until: 'later', secret: 1 }, 'hush', { cause: secret });
    const server = startFailing(thrown(error));
    const client = await server.connectPlain();
    expect(await client.ask({ path: 'fail', id: 1 })).toEqual([
      { path: 'fail', id: 1, error: { code: 'MUTED', message: 'hush', data: { until: 'later' } } },
    ]);
  });

  it.each([
    ['a bigint', new ChannelError('BIG', 5n)],
    ['a bigint beside a code of the library', new SocketError('forbidden', 'm', { data: { n: 5n } })],
  ])('with %s, which JSON does not know, answers internal', async (_what, error) => {
    const server = startFailing(thrown(error));
    const client = await server.connectPlain();
    expect(await client.ask({ path: 'fail', id: 1 })).toEqual([internal('fail', 1)]);
    expect(await client.ask({ path: 'fail' })).toMatchObject([
      { path: '$error', data: { code: 'internal', path: 'fail' } },
    ]);
    expect(server.errors).toHaveLength(2);
  });

  it('after it was told to stop reports what is no consequence of that', async () => {
    const aborted = new DOMException('stop', 'AbortError');
    for (const [error, reported] of [
      [aborted, []],
      [new SocketError('aborted'), []],
      [secret, [secret]],
    ] as const) {
      let stop = (_: Error): void => undefined;
      const server = startFailing(() => new Promise((_, reject) => (stop = reject)));
      const client = await server.connect();
      client.say({ path: 'fail', id: 1 });
      client.say({ path: '$cancel', data: 1 });
      stop(error);
      await settle();
      expect(client.take()).toEqual([]);
      expect(server.errors).toEqual(reported);
    }
  });

  it('and an onError that fails as well harm nobody', async () => {
    for (const onError of [thrown(secret), rejected(secret)]) {
      const options = { routes: { fail: thrown(secret) }, onError: onError as () => never };
      const server = createTestServer(channels, options);
      const client = await server.connectPlain();
      expect(await client.ask({ path: 'fail', id: 1 })).toEqual([internal('fail', 1)]);
    }
  });
});

describe('a schema that fails', () => {
  it.each(['broken', 'later'] as const)('answers internal (%s)', async (path) => {
    const server = createTestServer(channels, { routes: { broken: (_s, t) => t, later: (_s, t) => t } });
    const client = await server.connectPlain();
    expect(await client.ask({ path, data: 'x', id: 1 })).toEqual([internal(path, 1)]);
    expect(server.errors).toHaveLength(1);
  });
});

it('data that are wrong in many places are answered with the first 32 of them', async () => {
  const server = createTestServer(channels, { routes: { list: () => 'never' } });
  const client = await server.connectPlain();
  const [answer] = await client.ask({ path: 'list', data: Array.from({ length: 5_000 }, () => 5), id: 1 });
  expect(answer?.error).toMatchObject({ code: 'invalid_input' });
  expect(answer?.error?.['issues']).toHaveLength(32);
});

describe('what a sender is told of a message that does not fit', () => {
  const key = 'k'.repeat(250_000);
  const table = { [key]: Array.from({ length: 32 }, () => 'x') };

  it.each([
    ['whose long key is wrong in many places', 'table', table],
    ['whose many keys stand in one issue', 'strict', { [key]: 1, ...table }],
  ] as const)('%s is short', async (_what, path, data) => {
    const server = createTestServer(channels, { routes: { table: () => 'never', strict: () => 'never' } });
    const client = await server.connect();
    client.say({ path, data, id: 1 });
    const [answer] = client.transport.sent;
    expect(answer!.length).toBeLessThan(65_536);
    const [frame] = client.take();
    expect(frame?.error).toMatchObject({ code: 'invalid_input' });
    for (const { message } of frame?.error?.['issues'] as { message: string }[]) expect(message).not.toBe('');
  });

  it('says where as far as that is short', async () => {
    const server = createTestServer(channels, { routes: { table: () => 'never' } });
    const client = await server.connect();
    const [answer] = await client.ask({ path: 'table', data: { [key]: ['x'], short: ['x'] }, id: 1 });
    const [long, short] = answer?.error?.['issues'] as { path: readonly string[] }[];
    expect(long?.path[0]).toMatch(/^k{400,}…$/);
    expect(short?.path).toEqual(['short', 0]);
  });

  it('costs no room its history', async () => {
    const server = createTestServer(channels, {
      logs: { maxTotalBytes: 1_000_000 },
      routes: { table: () => 'never' },
    });
    const other = await server.connect();
    server.sockets.client(other.welcome.session)!.join('lobby');
    other.take();
    other.cut();
    server.sockets.room('lobby').send('said', 'hello');
    const client = await server.connect();
    for (let seq = 1; seq <= 4; seq += 1) client.say({ path: 'table', data: table, seq });
    const back = await server.resume(other);
    await settle();
    expect(back.take()).toMatchObject([{ path: 'said', data: 'hello', room: 'lobby' }]);
  });

  it.each([['id'], ['seq']])('by an error that is too large (%s) is its code alone', async (by) => {
    const server = createTestServer(channels, {
      limits: { maxOutgoingBytes: 1_000 },
      routes: {
        fail: thrown(new SocketError('forbidden', 'm'.repeat(600), { data: { why: 'x'.repeat(600) } })),
      },
    });
    const client = await server.connect();
    const [frame] = await client.ask({ path: 'fail', [by]: 1 });
    const message = '[forbidden] what belongs to this error is too large to be sent';
    expect(by === 'id' ? frame?.error : frame?.data).toMatchObject({ code: 'forbidden', message });
    expect(server.errors).toMatchObject([{ code: 'message_too_large' }]);
  });

  it('by a declared error whose data are too large is internal, since its data are counted on', async () => {
    const server = createTestServer(channels, {
      limits: { maxOutgoingBytes: 1_000 },
      routes: { fail: thrown(new ChannelError('MUTED', { until: 'x'.repeat(1_000) })) },
    });
    const client = await server.connect();
    expect(await client.ask({ path: 'fail', id: 1 })).toEqual([internal('fail', 1)]);
  });
});

describe('handlers of one client', () => {
  const start = (maxInFlight: number) => {
    const begun: string[] = [];
    const finish = new Map<string, () => void>();
    const server = createTestServer(channels, {
      limits: { maxInFlight },
      routes: {
        echo(_socket, text) {
          begun.push(text);
          return new Promise<string>((resolve) => finish.set(text, () => resolve(text)));
        },
        note: () => undefined,
      },
    });
    return { server, begun, finish };
  };

  it('start in the order of arrival and answer in that of their ends', async () => {
    const { server, begun, finish } = start(64);
    const client = await server.connectPlain();
    ['a', 'b', 'c'].forEach((data, id) => client.say({ path: 'echo', data, id }));
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const text of ['c', 'a', 'b']) {
      finish.get(text)!();
      await settle();
    }
    expect(client.take().map(({ data }) => data)).toEqual(['c', 'a', 'b']);
  });

  it('stop the reading when there are too many, until half of them have ended', async () => {
    const { server, finish } = start(4);
    const client = await server.connectPlain();
    const say = (data: string): void => client.say({ path: 'echo', data, id: data });
    ['a', 'b', 'c'].forEach(say);
    expect(client.transport.isPaused).toBe(false);
    say('d');
    expect(client.transport.isPaused).toBe(true);
    finish.get('a')!();
    await settle();
    expect(client.transport.isPaused).toBe(true);
    finish.get('b')!();
    await settle();
    expect(client.transport.isPaused).toBe(false);
  });

  it('that end at once never stop it', async () => {
    const { server } = start(1);
    const client = await server.connectPlain();
    for (let n = 0; n < 5; n += 1) client.say({ path: 'note', data: 'x' });
    expect(client.transport.isPaused).toBe(false);
  });

  it('are known by ids that are unique on the server', async () => {
    const ids: string[] = [];
    const server = createTestServer(channels, {
      routes: { note: (_socket, _text, { messageId }) => void ids.push(messageId) },
    });
    for (const client of [await server.connectPlain(), await server.connectPlain()]) {
      client.say({ path: 'note', data: 'a' });
      client.say({ path: 'note', data: 'b' });
    }
    expect(new Set(ids).size).toBe(4);
  });

  it('are given what belongs to them', async () => {
    const server = createTestServer(channels, {
      routes: {
        echo(socket, text, { sockets, signal }) {
          expect(sockets).toBe(server.sockets);
          expect(sockets.client(socket.id)).toBe(socket);
          expect(signal.aborted).toBe(false);
          return text;
        },
      },
    });
    const client = await server.connectPlain();
    expect(await client.ask({ path: 'echo', data: 'a', id: 1 })).toEqual([
      { path: 'echo', data: 'a', id: 1 },
    ]);
  });
});
