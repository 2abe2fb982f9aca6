import { ChannelError, defineChannels, SocketError } from '@wirepact/core';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { LimitOptions } from '../limits/limits.js';
import { createTestServer, FakeTransport, request, settle } from '../test-server.fixture.js';
import type { UpgradeRequest } from './upgrade-request.js';

const channels = defineChannels({ who: { in: z.void(), out: z.string() } });

interface Context {
  readonly user: string;
  readonly expiresAt?: number;
}

const unauthenticated = new SocketError('unauthenticated', 'no such user');

/** Tokens are `user` or `user@expiry`; `bad` is refused, `hang` never decided. */
const authenticate = async ({ token = 'guest' }: UpgradeRequest): Promise<Context> => {
  if (token === 'bad') throw unauthenticated;
  if (token === 'hang') return new Promise(() => undefined);
  const [user = '', expiry] = token.split('@');
  return expiry === undefined ? { user } : { user, expiresAt: Number(expiry) };
};

function start() {
  const connected: string[] = [];
  const gone: number[] = [];
  const server = createTestServer(channels, {
    authenticate,
    userId: ({ user }) => user,
    expiresAt: ({ expiresAt }) => expiresAt,
    event: {
      onConnect: (socket) => connected.push(socket.context.user),
      onDisconnect: (_socket, { code }) => gone.push(code),
    },
    routes: { who: (socket) => socket.context.user },
  });
  return { server, connected, gone };
}

const v1 = { headers: { ...request.headers, 'sec-websocket-protocol': 'wirepact.v1' } };

describe('authenticate', () => {
  it('says who a client is before it is let in, from the token it offers', async () => {
    const { server } = start();
    const client = await server.connect('ann');
    expect(await client.ask({ path: 'who', id: 1 })).toMatchObject([{ data: 'ann' }]);
    expect(server.sockets.user('ann').size).toBe(1);
    expect(server.sockets.countUsers).toBe(1);
  });

  it('sees the token and not how it came, and neither does any handler', async () => {
    const seen: unknown[] = [];
    const server = createTestServer(channels, {
      authenticate: (asked) => void seen.push(asked),
      event: { onConnect: (socket) => seen.push(socket.handshake) },
    });
    await server.connect('sécret/+');
    expect(seen).toMatchObject([{ token: 'sécret/+', headers: { host: 'here.example' } }, { url: '/' }]);
    expect(JSON.stringify(seen[0])).not.toContain('wirepact.auth');
    expect(JSON.stringify(seen[1])).not.toMatch(/sécret|wirepact.auth/);
  });

  it('must not name a user by half a character: in UTF-8 all of those are one', async () => {
    const server = createTestServer(channels, {
      authenticate: () => '\ud800x',
      userId: (context) => context,
    });
    expect(await server.sockets.admit(request)).toMatchObject({ accepted: false, status: 500 });
    expect(String(server.errors[0])).toContain('userId');
  });

  it.each([
    [new SocketError('unauthenticated'), 401, 4401, 'unauthenticated'],
    [new SocketError('forbidden'), 403, 4403, 'forbidden'],
    [new SocketError('overloaded'), 503, 1013, 'overloaded'],
    [new SocketError('timeout'), 500, 4500, 'internal'],
    [new ChannelError('constructor'), 500, 4500, 'internal'],
  ])(
    'refuses with %s: %i before the upgrade, or %i after it where v1 is offered',
    async (error, status, closeCode, reason) => {
      const refuse = (): never => {
        throw error;
      };
      const events = { onConnect: () => expect.unreachable(), onDisconnect: () => expect.unreachable() };
      const server = createTestServer(channels, { authenticate: refuse, event: events });
      expect(await server.sockets.admit(request)).toEqual({ accepted: false, status, reason });

      const client = await server.connectSilent();
      expect(client.transport.closedWith).toEqual({ code: closeCode, reason });
      client.say({ path: '$hello' });
      await settle();
      expect(client.take()).toEqual([]);
      const { refused, clients, connected } = server.sockets.stats();
      expect({ clients, connected }).toEqual({ clients: 0, connected: 0 });
      expect(Object.entries(refused).filter(([, count]) => count > 0)).toEqual([['identity', 2]]);
    },
  );

  it.each([
    [
      'throws',
      () => {
        throw new Error('the database is down');
      },
    ],
    ['rejects with nothing', () => Promise.reject(undefined as unknown as Error)],
  ])('that %s refuses without a word of why; onError is told', async (_how, fail) => {
    const server = createTestServer(channels, { authenticate: fail });
    expect(await server.sockets.admit(request)).toEqual({ accepted: false, status: 500, reason: 'internal' });
    expect(server.errors).toHaveLength(1);
  });

  it('is not waited for longer than 5 s', async () => {
    const server = createTestServer(channels, { authenticate: () => new Promise(() => undefined) });
    const admitted = server.sockets.admit(request);
    server.clock.advance(4_999);
    expect(await Promise.race([admitted, settle().then(() => 'it waits')])).toBe('it waits');
    server.clock.advance(1);
    expect(await admitted).toEqual({ accepted: false, status: 503, reason: 'overloaded' });
    expect(server.clock.pending).toBe(0);
  });

  it('may fail after that without harm', async () => {
    let fail = (_: Error): void => undefined;
    const server = createTestServer(channels, {
      authenticate: () => new Promise((_, reject) => (fail = reject)),
    });
    const admitted = server.sockets.admit(request);
    server.clock.advance(5_000);
    await admitted;
    fail(new Error('late'));
    await settle();
    expect(server.errors).toEqual([]);
  });

  it('is asked for 1,000 at a time', async () => {
    let decide = (): void => undefined;
    const gate = new Promise<void>((resolve) => (decide = resolve));
    const server = createTestServer(channels, { authenticate: () => gate });
    const admissions = Array.from({ length: 2_000 }, () => server.sockets.admit(request));
    decide();
    const accepted = (await Promise.all(admissions)).map((admission) => admission.accepted);
    expect(accepted.filter(Boolean)).toHaveLength(1_000);
    expect(accepted.lastIndexOf(true)).toBe(999);
    expect(server.sockets.stats().refused.overload).toBe(1_000);
    expect((await server.sockets.admit(request)).accepted).toBe(true);
    expect(server.clock.pending).toBe(0);
  });

  it('that is still running when the server closes decides nothing any more', async () => {
    const server = createTestServer(channels, { authenticate: () => new Promise(() => undefined) });
    const admissions = [server.sockets.admit(request), server.sockets.admit({ ...request, ...v1 })];
    await server.sockets.close();
    const closing = { accepted: false, status: 503, reason: 'the server is closing' };
    expect(await Promise.all(admissions)).toEqual([closing, closing]);
    expect(await server.sockets.admit(request)).toEqual(closing);
    expect(server.clock.pending).toBe(0);
    expect(server.sockets.stats().refused.identity).toBe(0);
  });

  it('lets nobody in whose connection is made after the server closed', async () => {
    const { server, connected } = start();
    const admission = await server.sockets.admit({ ...request, ...v1 });
    await server.sockets.close();
    const transport = new FakeTransport();
    if (admission.accepted) admission.open(transport);
    expect(transport.closedWith).toEqual({ code: 1001, reason: 'the server is closing' });
    expect(connected).toEqual([]);
    expect(server.clock.pending).toBe(0);
  });
});

describe('origins', () => {
  it("with '*' hide cookies from authenticate and from handlers", async () => {
    const seen: unknown[] = [];
    const server = createTestServer(channels, {
      origins: '*',
      authenticate: ({ headers }) => void seen.push(headers),
      event: { onConnect: (socket) => seen.push(socket.handshake.headers) },
    });
    const headers = { ...request.headers, origin: 'https://evil.example', cookie: 'session=1' };
    await server.connectPlain({ headers });
    expect(seen).toMatchObject([{ origin: 'https://evil.example' }, { origin: 'https://evil.example' }]);
    expect(JSON.stringify(seen)).not.toContain('cookie');
  });

  it('refuse a foreign page with 403 before authenticate is asked, v1 or not', async () => {
    const ask = vi.fn();
    const server = createTestServer(channels, { authenticate: ask });
    for (const headers of [request.headers, v1.headers]) {
      const foreign = { ...request, headers: { ...headers, origin: 'https://evil.example' } };
      expect(await server.sockets.admit(foreign)).toMatchObject({ accepted: false, status: 403 });
    }
    expect(ask).not.toHaveBeenCalled();
    expect(server.sockets.stats().refused).toMatchObject({ origin: 2, identity: 0, overload: 0 });
  });

  it('refuse everybody when the decision throws; onError is told', async () => {
    const fault = new Error('in origins');
    const server = createTestServer(channels, {
      origins: () => {
        throw fault;
      },
    });
    expect(await server.sockets.admit(request)).toMatchObject({ accepted: false, status: 403 });
    expect(server.errors).toEqual([fault]);
  });
});

describe('a client that sends a new token', () => {
  it('has another context, and is the same socket', async () => {
    const { server, connected, gone } = start();
    const client = await server.connect('ann');
    const [socket] = server.sockets.clients();
    const before = socket!.context;
    expect(await client.ask({ path: '$auth', data: 'ann@99' })).toEqual([]);
    expect(socket!.context).not.toBe(before);
    expect(socket!.context).toEqual({ user: 'ann', expiresAt: 99 });
    expect([connected, gone]).toEqual([['ann'], []]);
  });

  it.each([
    ['bad', 4401],
    ['bob', 4403],
  ])('that says %s is closed with %i', async (token, code) => {
    const { server, gone } = start();
    const client = await server.connect('ann');
    await client.ask({ path: '$auth', data: token });
    expect(client.transport.closedWith?.code).toBe(code);
    expect(gone).toEqual([code]);
  });

  it.each([undefined, null, 5, {}, ['ann']])(
    'that is no token (%s) is who it is without one',
    async (data) => {
      const { server } = start();
      const client = await server.connect();
      await client.ask(JSON.stringify({ path: '$auth', data }));
      expect(client.transport.closedWith).toBeUndefined();
    },
  );

  it('again while the last is checked has only the newest looked at after it', async () => {
    const asked: unknown[] = [];
    const decide: (() => void)[] = [];
    const server = createTestServer(channels, {
      authenticate: ({ token }) => {
        asked.push(token);
        return new Promise<string | undefined>((resolve) => decide.push(() => resolve(token)));
      },
    });
    const connecting = server.connect();
    decide[0]!();
    const client = await connecting;
    for (const data of ['a', 'b', 'c']) client.say({ path: '$auth', data });
    await settle();
    expect(asked).toEqual([undefined, 'a']);
    decide[1]!();
    await settle();
    expect(asked).toEqual([undefined, 'a', 'c']);
    decide[2]!();
    await settle();
    expect([...server.sockets.clients()][0]!.context).toBe('c');
    await server.sockets.close();
    expect(server.clock.pending).toBe(0);
  });

  it('and comes back with another has each checked once', async () => {
    const asked: unknown[] = [];
    const decide: (() => void)[] = [];
    const server = createTestServer(channels, {
      authenticate: ({ token }) => {
        if (token === undefined) return undefined;
        asked.push(token);
        return new Promise<undefined>((resolve) => decide.push(() => resolve(undefined)));
      },
    });
    const client = await server.connect();
    client.say({ path: '$auth', data: 'a' });
    client.cut();
    const back = await server.resume(client);
    back.say({ path: '$auth', data: 'b' });
    await settle();
    // the first is decided while the second is not
    decide[0]!();
    await settle();
    expect(asked).toEqual(['a', 'b']);
    decide[1]!();
    await settle();
    back.say({ path: '$auth', data: 'c' });
    await settle();
    expect(asked).toEqual(['a', 'b', 'c']);
    decide[2]!();
    await settle();
  });

  it('and is gone before it is checked changes nothing', async () => {
    const { server, gone } = start();
    const client = await server.connect('ann');
    client.say({ path: '$auth', data: 'bad' });
    client.transport.end(1000);
    await settle();
    expect(gone).toEqual([1000]);
  });

  it('is not cut off by a drain while that is checked', async () => {
    let finish = (_name: string): void => undefined;
    const server = createTestServer(channels, {
      authenticate,
      routes: { who: () => new Promise<string>((resolve) => (finish = resolve)) },
    });
    const client = await server.connect('ann');
    client.say({ path: 'who', id: 1 });
    client.say({ path: '$auth', data: 'hang' });
    const drained = server.sockets.drain();
    await settle();
    client.say({ path: '$pong' });
    finish('ann');
    await drained;
    expect(client.take()).toContainEqual({ path: 'who', data: 'ann', id: 1 });
    expect(client.transport.closedWith?.code).toBe(1012);
    expect([server.errors, server.clock.pending]).toEqual([[], 0]);
  });

  it('that hangs is closed after 5 s, to come back', async () => {
    const { server } = start();
    const client = await server.connect('ann');
    client.say({ path: '$auth', data: 'hang' });
    server.clock.advance(5_000);
    await settle();
    expect(client.transport.closedWith?.code).toBe(1013);
  });
});

describe('an identity that expires', () => {
  it('is asked to be renewed, and lives on when it is', async () => {
    const { server } = start();
    const client = await server.connect('ann@10000');
    server.clock.advance(9_999);
    expect(client.take()).toEqual([]);
    server.clock.advance(1_001);
    expect(client.take()).toEqual([{ path: '$reauth' }]);
    // it may go on meanwhile
    expect(await client.ask({ path: 'who', id: 1 })).toMatchObject([{ data: 'ann' }]);
    await client.ask({ path: '$auth', data: 'ann@60000' });
    client.transport.ping = () => (client.transport.receivedBytes += 2);
    server.clock.advance(40_000);
    expect(client.take().filter(({ path }) => path === '$reauth')).toEqual([]);
    expect(client.transport.closedWith).toBeUndefined();
  });

  it('is asked for again when the new one expires', async () => {
    const { server } = start();
    const client = await server.connect('ann@10000');
    server.clock.advance(11_000);
    await client.ask({ path: '$auth', data: 'ann@20000' });
    server.clock.advance(10_000);
    expect(client.take().filter(({ path }) => path === '$reauth')).toHaveLength(1);
  });

  it('is closed with 4401 when nothing comes within 25 s', async () => {
    const { server, gone } = start();
    const client = await server.connect('ann@10000');
    server.clock.advance(10_000);
    const askedAt = 10_000;
    // it is heard of all the time, or its silence would end it
    for (let now = askedAt; now < askedAt + 24_000; now += 1_000) {
      server.clock.advance(1_000);
      client.say({ path: '$ping' });
    }
    expect(client.transport.closedWith).toBeUndefined();
    server.clock.advance(2_000);
    expect(client.transport.closedWith).toEqual({ code: 4401, reason: 'the identity has expired' });
    // another token may bring it back
    expect(gone).toEqual([]);
    server.clock.advance(121_000);
    expect(gone).toEqual([4401]);
  });

  it.each([true, false])(
    'is renewed by a token that came in time, however late (decided: %s)',
    async (isDecided) => {
      let decide = (): void => undefined;
      const server = createTestServer(channels, {
        authenticate: ({ token = '' }) =>
          token === 'next'
            ? new Promise<number>((resolve) => (decide = () => resolve(60_000)))
            : Number(token),
        expiresAt: (at) => at,
        limits: { renewTimeoutMs: 2_000 },
      });
      const client = await server.connect('10000');
      server.clock.advance(11_000);
      client.say({ path: '$auth', data: 'next' });
      server.clock.advance(4_999);
      await settle();
      expect(client.transport.closedWith).toBeUndefined();
      if (isDecided) decide();
      await settle();
      server.clock.advance(2_000);
      await settle();
      expect(client.transport.closedWith?.code).toBe(isDecided ? undefined : 1013);
    },
  );

  it('closes a plain client at once, which cannot be asked', async () => {
    const server = createTestServer(channels, { expiresAt: () => 10_000 });
    const client = await server.connectPlain();
    server.clock.advance(11_000);
    expect(client.transport.closedWith?.code).toBe(4401);
    expect(client.take()).toEqual([]);
  });
});

describe('recheck', () => {
  /** A server that has begun to ask, and gets no answer. */
  async function startAsking(limits: LimitOptions = {}) {
    const recheck = vi.fn(() => new Promise<boolean>(() => undefined));
    const server = createTestServer(channels, { limits: { recheckIntervalMs: 10_000, ...limits }, recheck });
    const client = await server.connect();
    server.clock.advance(10_000);
    await settle();
    expect(recheck).toHaveBeenCalledOnce();
    return { server, client };
  }

  it('that takes too long is reported by its own name', async () => {
    const { server, client } = await startAsking();
    server.clock.advance(5_000);
    await settle();
    expect(server.errors).toMatchObject([{ message: '[overloaded] recheck took longer than 5000 ms' }]);
    expect(client.transport.closedWith).toBeUndefined();
  });

  it.each(['drain', 'close'] as const)('that runs when the server does %s is no error', async (how) => {
    const { server, client } = await startAsking();
    const done = server.sockets[how]();
    await settle();
    client.say({ path: '$pong' });
    await done;
    await settle();
    expect(client.transport.closedWith?.code).toBe(how === 'drain' ? 1012 : 1001);
    expect([server.errors, server.clock.pending]).toEqual([[], 0]);
  });

  it('is not asked about a client whose identity has just expired', async () => {
    const recheck = vi.fn(() => true);
    const limits = { recheckIntervalMs: 10_000 };
    const server = createTestServer(channels, { limits, recheck, expiresAt: () => 10_000 });
    const client = await server.connectPlain();
    server.clock.advance(10_000);
    await settle();
    expect(client.transport.closedWith?.code).toBe(4401);
    expect(recheck).not.toHaveBeenCalled();
  });

  it('takes nobody’s place who wants to be let in', async () => {
    const { server } = await startAsking({ maxAuthenticating: 1 });
    expect((await server.sockets.admit(request)).accepted).toBe(true);
  });
});
