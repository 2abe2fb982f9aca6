import { SocketError } from '@wirepact/core';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it, vi } from 'vitest';
import type { ClientStatus } from './client-status.js';
import { plain } from './dialect.js';
import { settle, startClient } from './test-socket.fixture.js';

const decodeToken = (offered: string | undefined): string =>
  Buffer.from(offered?.replace('wirepact.auth.', '') ?? '', 'base64url').toString('utf8');

describe('connecting', () => {
  it('opens nothing until it is used, and then in a task', async () => {
    const { client, clock, sockets, advance } = startClient();
    await settle();
    expect(clock.pending).toBe(0);
    client.on('output', () => {});
    await settle();
    expect(sockets).toHaveLength(0);
    expect(client.status).toEqual({ name: 'idle' });
    await advance(0);
    expect(sockets).toHaveLength(1);
    expect(client.status).toEqual({ name: 'connecting', attempt: 1 });
  });

  it('waits for connect() when autoConnect is false', async () => {
    const { client, sockets, advance } = startClient({ autoConnect: false });
    client.on('output', () => {});
    client.send('time');
    await advance(1_000);
    expect(sockets).toHaveLength(0);
    client.connect();
    await advance(0);
    expect(sockets).toHaveLength(1);
  });

  it('says hello first and is connected with the welcome', async () => {
    const { client, socket, advance } = startClient();
    client.connect();
    await advance(0);
    expect(socket().offered).toEqual(['wirepact.v1']);
    socket().open();
    expect(socket().takeSent()).toEqual([{ path: '$hello', data: {} }]);
    expect(client.status.name).toBe('connecting');
    socket().welcome({ session: 's_9' });
    expect(client.status).toEqual({
      name: 'connected',
      sessionId: 's_9',
      since: 0,
      resumed: false,
    });
  });

  it('is connected on open where no subprotocol was agreed on', async () => {
    const { client, socket, advance } = startClient({ dialect: plain });
    client.connect();
    await advance(0);
    expect(socket().offered).toEqual([]);
    socket().open();
    expect(client.status).toEqual({
      name: 'connected',
      sessionId: undefined,
      since: 0,
      resumed: false,
    });
    expect(socket().takeSent()).toEqual([]);
  });

  it('comes back when the welcome does not come within 10 s', async () => {
    const { client, socket, sockets, advance } = startClient();
    client.connect();
    await advance(0);
    socket().open();
    await advance(10_000);
    expect(sockets[0]?.closedWith).toEqual([4408]);
    expect(client.status).toMatchObject({ name: 'reconnecting', attempt: 2, reason: { code: 4408 } });
    await advance(1_000);
    expect(sockets).toHaveLength(2);
  });

  it('turns http into ws and asks a url function anew for every attempt', async () => {
    let attempts = 0;
    const { client, socket, advance } = startClient({ url: () => `https://server.test/ws?n=${++attempts}` });
    client.connect();
    await advance(0);
    expect(socket().url).toBe('wss://server.test/ws?n=1');
    socket().drop();
    await advance(1_000);
    expect(socket().url).toBe('wss://server.test/ws?n=2');
  });

  it('closes for an address that no socket can be opened to, and says why', async () => {
    const { client, advance, clock } = startClient({ url: 'not an address' });
    client.connect();
    await advance(0);
    expect(client.status).toMatchObject({ name: 'closed', error: { code: 'internal' } });
    expect(clock.pending).toBe(0);
  });

  it('sends the token as a subprotocol, any character of it', async () => {
    const { client, socket, advance } = startClient({ getToken: () => 'tökén?🔑' });
    client.connect();
    await advance(0);
    expect(socket().offered[0]).toBe('wirepact.v1');
    expect(socket().offered[1]).toMatch(/^wirepact\.auth\.[\w-]+$/);
    expect(decodeToken(socket().offered[1])).toBe('tökén?🔑');
  });

  it('takes no token that was asked for before it was closed', async () => {
    const answers: ((token: string) => void)[] = [];
    const getToken = (): Promise<string> => new Promise((resolve) => answers.push(resolve));
    const { client, sockets, advance } = startClient({ getToken });
    client.connect();
    await advance(0);
    client.close();
    client.connect();
    await advance(0);
    answers[0]?.('old');
    await settle();
    expect(sockets).toHaveLength(0);
    answers[1]?.('new');
    await settle();
    expect(decodeToken(sockets[0]?.offered[1])).toBe('new');
  });

  it.each(['url', 'getToken'])('tries again when %s says nothing for a minute', async (option) => {
    const never = new Promise<never>(() => {});
    const asked = vi.fn(() => 'ws://server.test/ws').mockReturnValueOnce(never as never);
    const { client, sockets, advance } = startClient({ [option]: asked });
    client.connect();
    await advance(0);
    await advance(59_999);
    expect(client.status).toEqual({ name: 'connecting', attempt: 1 });
    await advance(1);
    expect(client.status).toMatchObject({ name: 'reconnecting', attempt: 2, reason: { code: 4408 } });
    expect(asked).toHaveBeenCalledTimes(1);
    client.connect();
    await advance(0);
    expect(sockets).toHaveLength(1);
  });

  it('reports a getToken that fails, and tries again', async () => {
    let attempts = 0;
    const { client, errors, sockets, advance } = startClient({
      getToken: () => {
        if (++attempts === 1) throw new Error('no network');
        return Promise.resolve(undefined);
      },
    });
    client.connect();
    await advance(0);
    expect(errors).toEqual([{ code: 'internal' }]);
    expect(client.status).toMatchObject({ name: 'reconnecting', attempt: 2 });
    await advance(1_000);
    expect(sockets).toHaveLength(1);
    expect(sockets[0]?.offered).toEqual(['wirepact.v1']);
  });
});

describe('coming back', () => {
  it('retries quickly after a stable connection', async () => {
    const { client, connected, sockets, clock, advance } = startClient();
    const socket = await connected();
    await advance(1_000);
    socket.drop(1006);
    expect(client.status).toEqual({
      name: 'reconnecting',
      attempt: 1,
      nextAttemptAt: clock.now() + 100,
      reason: { code: 1006, reason: '' },
    });
    await advance(100);
    expect(sockets).toHaveLength(2);
    expect(client.status).toMatchObject({ name: 'reconnecting', attempt: 1, nextAttemptAt: undefined });
  });

  it('waits longer from one failed attempt to the next, and after a connection that did not last', async () => {
    const { client, connected, socket, clock, advance } = startClient();
    (await connected()).drop();
    const delays: number[] = [];
    for (let attempt = 2; attempt < 10; attempt++) {
      expect(client.status).toMatchObject({ name: 'reconnecting', attempt });
      delays.push((client.status as { nextAttemptAt: number }).nextAttemptAt - clock.now());
      await advance(10_000);
      socket().drop();
    }
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('closes after maxAttempts', async () => {
    const { client, sockets, socket, advance, clock } = startClient({ reconnect: { maxAttempts: 2 } });
    client.connect();
    await advance(0);
    socket().drop();
    await advance(10_000);
    socket().drop();
    expect(client.status).toMatchObject({
      name: 'closed',
      reason: { code: 1006 },
      error: { code: 'closed' },
    });
    expect(sockets).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it('spreads its return over the window of a goodbye', async () => {
    const { client, connected, clock } = startClient();
    const socket = await connected();
    socket.receive('$goodbye', { why: 'restart', returnWithinMs: 8_000 });
    socket.drop(1012);
    expect(client.status).toMatchObject({ nextAttemptAt: clock.now() + 4_000 });
  });

  it('spreads over 5 s where no window was announced', async () => {
    const { client, connected, clock } = startClient();
    (await connected()).drop(1013);
    expect(client.status).toMatchObject({ nextAttemptAt: clock.now() + 2_500 });
  });

  it('tries at once when told to connect', async () => {
    const { client, connected, sockets, advance } = startClient();
    (await connected()).drop(1013);
    client.connect();
    await advance(0);
    expect(sockets).toHaveLength(2);
  });

  it('is deaf to a socket that it gave up', async () => {
    const { client, connected, socket, advance } = startClient();
    const heard: unknown[] = [];
    client.on('output', (text) => heard.push(text));
    const first = await connected();
    await advance(35_000);
    expect(client.status.name).toBe('reconnecting');
    await advance(1_000);
    socket().open();
    socket().welcome();
    first.receive('output', 'late');
    first.drop(1000);
    expect(heard).toEqual([]);
    expect(client.status.name).toBe('connected');
  });
});

describe('closed doors', () => {
  it('says how the server closed it over a message that was too large', async () => {
    const { client, connected } = startClient();
    (await connected()).drop(1009, 'Max payload size exceeded');
    expect(client.status).toMatchObject({
      error: {
        message:
          '[message_too_large] a message was larger than the server accepts (1009 Max payload size exceeded); send less, or raise its limit',
      },
    });
  });

  it.each([
    [4403, 'forbidden'],
    [4406, 'unsupported'],
    [1009, 'message_too_large'],
    [1008, 'closed'],
    [4600, 'closed'],
  ])('stays closed after %i, with %s', async (code, error) => {
    const { client, connected, clock } = startClient();
    (await connected()).drop(code, 'because');
    expect(client.status).toMatchObject({
      name: 'closed',
      reason: { code, reason: 'because' },
      error: { code: error },
    });
    expect(clock.pending).toBe(0);
  });

  it('stays closed without an error when the server closes on purpose', async () => {
    const { client, connected } = startClient();
    (await connected()).drop(1000);
    expect(client.status).toEqual({ name: 'closed', reason: { code: 1000, reason: '' }, error: undefined });
  });

  it('asks for another token once after 4401, and then stays closed', async () => {
    let tokens = 0;
    const { client, connected, sockets, advance } = startClient({ getToken: () => `t${++tokens}` });
    (await connected()).drop(4401);
    await advance(0);
    expect(decodeToken(sockets[1]?.offered[1])).toBe('t2');
    sockets[1]?.open();
    sockets[1]?.drop(4401);
    expect(client.status).toMatchObject({ name: 'closed', error: { code: 'unauthenticated' } });
  });

  it('does not come back for ever to a server that lets it in and refuses it at once', async () => {
    const { client, connected, sockets, advance } = startClient({ getToken: () => 'stale' });
    (await connected()).drop(4401);
    await advance(0);
    (await connected()).drop(4401);
    expect(client.status).toMatchObject({ name: 'closed', error: { code: 'unauthenticated' } });
    expect(sockets).toHaveLength(2);
  });

  it('asks for another token after 4401 whenever the connection had been stable', async () => {
    const { client, connected, sockets, advance } = startClient({ getToken: () => 'short-lived' });
    for (let times = 0; times < 3; times += 1) {
      const socket = await connected();
      await advance(1_000);
      socket.drop(4401);
      await advance(0);
    }
    expect(client.status.name).toBe('reconnecting');
    expect(sockets).toHaveLength(4);
  });

  it('has no second try after 4401 without getToken', async () => {
    const { client, connected, sockets } = startClient();
    (await connected()).drop(4401);
    expect(client.status.name).toBe('closed');
    expect(sockets).toHaveLength(1);
  });

  it('has one without getToken where the connection had been stable: a cookie may be another now', async () => {
    const { client, connected, sockets, advance } = startClient();
    const socket = await connected();
    await advance(1_000);
    socket.drop(4401);
    await advance(0);
    expect(client.status.name).toBe('reconnecting');
    expect(sockets).toHaveLength(2);
    sockets[1]?.drop(4401);
    expect(client.status).toMatchObject({ name: 'closed', error: { code: 'unauthenticated' } });
  });

  it('opens again by connect(), with listeners as they were', async () => {
    const { client, connected, sockets } = startClient();
    const heard: unknown[] = [];
    client.on('output', (text) => heard.push(text));
    (await connected()).drop(4403);
    const socket = await connected();
    socket.receive('output', 'back');
    expect(heard).toEqual(['back']);
    expect(sockets).toHaveLength(2);
  });
});

describe('liveness', () => {
  it('gives a connection up that was silent for the heartbeat and 10 s more', async () => {
    const { client, connected, advance } = startClient();
    const socket = await connected({ heartbeatMs: 5_000 });
    await advance(14_000);
    socket.receive('$ping');
    expect(socket.takeSent()).toEqual([{ path: '$pong' }]);
    await advance(14_999);
    expect(client.status.name).toBe('connected');
    await advance(1);
    expect(client.status).toMatchObject({ name: 'reconnecting', reason: { code: 1006 } });
    expect(socket.closedWith).toHaveLength(1);
  });

  it('counts any message as a sign of life, and takes its own limit from the options', async () => {
    const { client, connected, advance } = startClient({ heartbeat: { timeoutMs: 1_000 } });
    const socket = await connected({ heartbeatMs: 5_000 });
    for (let beat = 0; beat < 5; beat++) {
      await advance(5_000);
      socket.receive('anything');
    }
    await advance(5_999);
    expect(client.status.name).toBe('connected');
    await advance(1);
    expect(client.status.name).toBe('reconnecting');
  });

  it('reads what has arrived before it judges, when its timer was late', async () => {
    const { client, connected, clock, advance, sleep } = startClient();
    const socket = await connected();
    clock.after(35_000, () => socket.receive('anything'));
    sleep(60_000);
    await advance(35_000);
    expect(client.status.name).toBe('connected');
  });

  it('gives a silent connection up in at most twice that time, however far the clock is set back', async () => {
    const { client, connected, advance, sleep } = startClient();
    await connected({ heartbeatMs: 5_000 });
    await advance(10_000);
    sleep(-3_600_000);
    await advance(19_999);
    expect(client.status.name).toBe('connected');
    await advance(1);
    expect(client.status.name).toBe('reconnecting');
  });

  it('judges no plain connection: its server has nothing to say that a browser could hear', async () => {
    const { client, connected, advance, clock } = startClient({ dialect: plain });
    await connected();
    await advance(1_000_000);
    expect(client.status.name).toBe('connected');
    expect(clock.pending).toBe(0);
  });

  it('answers $reauth with a new token', async () => {
    let tokens = 0;
    const { connected } = startClient({ getToken: () => `t${++tokens}` });
    const socket = await connected();
    socket.receive('$reauth');
    await settle();
    expect(socket.takeSent()).toEqual([{ path: '$auth', data: 't2' }]);
  });
});

describe('what cannot be read', () => {
  it('goes to onError, and the connection goes on', async () => {
    const { client, connected, errors } = startClient();
    const socket = await connected();
    socket.receiveText('hello');
    socket.receiveText('{"path":7}');
    socket.receive('$members');
    expect(errors.map(({ code }) => code)).toEqual(['bad_frame', 'bad_frame', 'internal']);
    expect(client.status.name).toBe('connected');
  });

  it('reports what the server says was wrong', async () => {
    const { connected, errors } = startClient();
    const socket = await connected();
    socket.receive('$error', { code: 'unknown_path', message: 'no such path', path: 'nope' });
    expect(errors).toEqual([{ code: 'unknown_path', path: 'nope' }]);
  });

  it('gives the details of what was wrong, among which the path is not', async () => {
    const { client, connected } = startClient();
    const details: unknown[] = [];
    client.onError(({ data, path }) => details.push([path, data]));
    const socket = await connected();
    const issues = [{ message: 'too short', path: ['text'] }];
    socket.receive('$error', { code: 'unknown_path', message: 'no such path', path: 'nope' });
    socket.receive('$error', { code: 'invalid_input', message: 'wrong', path: 'chat', issues });
    expect(details).toEqual([
      ['nope', undefined],
      ['chat', { issues }],
    ]);
  });
});

describe('closing', () => {
  it('leaves nothing behind, from whatever state', async () => {
    const reached: string[] = [];
    for (const stage of ['idle', 'scheduled', 'opening', 'greeting', 'connected', 'waiting']) {
      const { client, clock, sockets, advance, socket } = startClient();
      if (stage !== 'idle') client.connect();
      if (!['idle', 'scheduled'].includes(stage)) await advance(0);
      if (['greeting', 'connected', 'waiting'].includes(stage)) socket().open();
      if (['connected', 'waiting'].includes(stage)) socket().welcome();
      if (stage === 'waiting') socket().drop();
      client.close();
      client.close();
      expect(clock.pending, stage).toBe(0);
      expect(client.status, stage).toEqual({
        name: 'closed',
        reason: { code: 1000, reason: '' },
        error: undefined,
      });
      expect(
        sockets.every(({ readyState }) => readyState >= 2),
        stage,
      ).toBe(true);
      reached.push(stage);
    }
    expect(reached).toHaveLength(6);
  });

  it('rejects what is pending and refuses what comes after', async () => {
    const { client, connected, errors } = startClient();
    const asked = client.request('time');
    client.send('chat', 'never written');
    client.close();
    await expect(asked).rejects.toMatchObject({ code: 'closed' });
    expect(errors).toEqual([{ code: 'closed', path: 'chat', data: 'never written' }]);
    expect(() => client.send('chat', 'hi')).toThrow(SocketError);
    await expect(client.request('time')).rejects.toMatchObject({ code: 'closed' });
    await connected();
  });

  it('rejects with closed also what was written already', async () => {
    const { client, connected } = startClient();
    await connected();
    const asked = client.request('time');
    client.close();
    await expect(asked).rejects.toMatchObject({ code: 'closed' });
  });

  it('is over before those hear of it who would send again', () => {
    const { client, errors } = startClient();
    client.onError(({ code }, { path }) => {
      if (code === 'closed' && path === 'chat') client.send('log', 'an error');
    });
    client.send('chat', 'never written');
    client.close();
    expect(errors.map(({ path }) => path)).toEqual(['chat']);
  });

  it('lets nobody join any more', async () => {
    const { client } = startClient();
    client.close();
    await expect(client.join('lobby')).rejects.toMatchObject({ code: 'closed' });
  });

  it('closes when its scope is left', async () => {
    const { client, connected } = startClient();
    await connected();
    await client[Symbol.asyncDispose]();
    expect(client.status.name).toBe('closed');
  });
});

it('tells nobody what is no longer so', async () => {
  const { client, connected } = startClient();
  const seen: string[] = [];
  client.onStatus(({ name }) => {
    if (name === 'connected') client.close();
  });
  client.onStatus(({ name }) => seen.push(name));
  await connected();
  expect(seen).toEqual(['connecting', 'closed']);
});

it('tells every change of status once', async () => {
  const { client, connected } = startClient();
  const seen: ClientStatus['name'][] = [];
  const off = client.onStatus(({ name }) => seen.push(name));
  (await connected()).drop();
  client.close();
  off();
  expect(seen).toEqual(['connecting', 'connected', 'reconnecting', 'closed']);
});

describe('whatever happens', () => {
  const happenings = fc.oneof(
    fc.constantFrom('open', 'welcome', 'connect', 'close', 'send', 'request', 'join', 'goodbye'),
    fc.constantFrom(1000, 1006, 1012, 4401, 4403, 4500),
    fc.constantFrom(0, 10, 3_000, 40_000).map((advanceMs) => ({ advanceMs })),
  );

  test.prop([fc.array(happenings, { maxLength: 40 }), fc.boolean()])(
    'the client holds one socket at most, and none and no timer once closed',
    async (sequence, plainly) => {
      const { client, clock, sockets, advance } = startClient({
        getToken: () => 'token',
        ...(plainly && { dialect: plain }),
      });
      for (const happening of sequence) {
        const socket = sockets.at(-1);
        if (happening === 'open' && socket?.readyState === 0) socket.open();
        else if (happening === 'welcome' && socket?.readyState === 1) socket.welcome();
        else if (happening === 'goodbye' && socket?.readyState === 1) socket.receive('$goodbye', {});
        else if (happening === 'connect') client.connect();
        else if (happening === 'close') client.close();
        else if (happening === 'send' && client.status.name !== 'closed') client.send('chat', 'hi');
        else if (happening === 'request') void client.request('time').catch(() => {});
        else if (happening === 'join') void client.join('lobby').catch(() => {});
        else if (typeof happening === 'number' && socket && socket.readyState < 3) socket.drop(happening);
        else if (typeof happening === 'object') await advance(happening.advanceMs);
        await settle();

        const live = sockets.filter(({ readyState }) => readyState < 2).length;
        const { status } = client;
        expect(live).toBeLessThanOrEqual(1);
        if (status.name === 'connected') expect(live).toBe(1);
        if (status.name === 'reconnecting' && status.nextAttemptAt !== undefined) expect(live).toBe(0);
        if (status.name === 'closed') expect([live, clock.pending]).toEqual([0, 0]);
      }
      client.close();
      await settle();
      expect(clock.pending).toBe(0);
      expect(sockets.every(({ readyState }) => readyState >= 2)).toBe(true);
    },
  );
});
