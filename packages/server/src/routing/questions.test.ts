import { getEventListeners } from 'node:events';
import { defineChannels, type SocketError } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer, settle } from '../test-server.fixture.js';

const channels = defineChannels({
  price: {
    out: z.object({ of: z.string() }),
    answer: z.number().transform((price) => price * 100),
    errors: {
      UNKNOWN: z.object({ of: z.string() }),
      FAULTY: z.string().refine(() => {
        throw new Error('in the schema');
      }),
    },
  },
  broken: {
    out: z.string(),
    answer: z.number().refine(() => {
      throw new Error('in the schema');
    }),
  },
  note: { in: z.string(), out: z.string() },
});

async function start() {
  const unrouted: unknown[] = [];
  const server = createTestServer(channels, {
    event: { onMessage: (_socket, message) => unrouted.push(message) },
  });
  const client = await server.connect();
  const [socket] = server.sockets.clients();
  return { server, client, socket: socket!, unrouted };
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'it was answered',
    (error: SocketError) => error.code,
  );

describe('a question to a client', () => {
  it('is sent with an id of its own, and resolves to what the contract makes of the answer', async () => {
    const { client, socket, server } = await start();
    const first = socket.request('price', { of: 'tea' });
    const second = socket.request('price', { of: 'bread' });
    expect(client.take()).toEqual([
      { path: 'price', data: { of: 'tea' }, id: 's1' },
      { path: 'price', data: { of: 'bread' }, id: 's2' },
    ]);
    client.say({ path: 'price', data: 2, id: 's2' });
    client.say({ path: 'price', data: 1, id: 's1' });
    expect(await Promise.all([first, second])).toEqual([100, 200]);
    await server.sockets.close();
    expect(server.clock.pending).toBe(0);
  });

  it('rejects with the error the channel declares, its data checked', async () => {
    const { client, socket } = await start();
    const asked = socket.request('price', { of: 'tea' });
    client.say({
      path: 'price',
      id: 's1',
      error: { code: 'UNKNOWN', message: 'm', data: { of: 'tea', more: 1 } },
    });
    await expect(asked).rejects.toMatchObject({
      name: 'ChannelError',
      code: 'UNKNOWN',
      data: { of: 'tea' },
      path: 'price',
    });
  });

  it.each([
    ['an answer that does not fit', { data: 'dear' }, 'invalid_message'],
    ['no answer', {}, 'invalid_message'],
    [
      'an error whose data do not fit',
      { error: { code: 'UNKNOWN', message: '', data: 5 } },
      'invalid_message',
    ],
    ['an error that is none', { error: 5 as never }, 'internal'],
    ['an error whose schema throws', { error: { code: 'FAULTY', message: '', data: 'x' } }, 'internal'],
    ['a code of the library', { error: { code: 'unsupported', message: '' } }, 'unsupported'],
    ['a code that every object has', { error: { code: 'constructor', message: '' } }, 'constructor'],
  ])('rejects for %s', async (_what, frame, code) => {
    const { client, socket, server } = await start();
    const asked = codeOf(socket.request('price', { of: 'tea' }));
    client.say({ path: 'price', id: 's1', ...frame });
    expect(await asked).toBe(code);
    expect(client.take().slice(1)).toEqual([]);
    expect(server.clock.pending).toBe(1);
  });

  it('rejects when the schema of the answer throws, and the process goes on', async () => {
    const { client, socket } = await start();
    const asked = socket.request('broken', 'x');
    client.say({ path: 'broken', data: 1, id: 's1' });
    await expect(asked).rejects.toMatchObject({ code: 'internal', path: 'broken' });
  });

  it('rejects with timeout when nothing comes, after 10 s or as told', async () => {
    const { socket, server } = await start();
    const short = codeOf(socket.request('price', { of: 'tea' }, { timeoutMs: 50 }));
    const long = codeOf(socket.request('price', { of: 'tea' }));
    server.clock.advance(50);
    expect(await short).toBe('timeout');
    server.clock.advance(9_949);
    const [soon] = [await Promise.race([long, settle().then(() => 'it waits')])];
    expect(soon).toBe('it waits');
    server.clock.advance(1);
    expect(await long).toBe('timeout');
  });

  it.each([NaN, -1])('is not asked with the patience of %d ms', async (timeoutMs) => {
    const { client, socket } = await start();
    client.take();
    await expect(socket.request('price', { of: 'tea' }, { timeoutMs })).rejects.toThrow(TypeError);
    expect(client.take()).toEqual([]);
  });

  it.each([Infinity, 2 ** 31])(
    'waits for %d ms without a timer, which would fire before that',
    async (timeoutMs) => {
      const { client, server, socket } = await start();
      const timers = server.clock.pending;
      const asked = socket.request('price', { of: 'tea' }, { timeoutMs });
      expect(server.clock.pending).toBe(timers);
      client.say({ path: 'price', data: 1, id: 's1' });
      expect(await asked).toBe(100);
    },
  );

  it('rejects with aborted, before or after it was sent', async () => {
    const { client, socket } = await start();
    const controller = new AbortController();
    const asked = socket.request('price', { of: 'tea' }, { signal: controller.signal });
    client.take();
    controller.abort('why');
    await expect(asked).rejects.toMatchObject({ code: 'aborted', cause: 'why', path: 'price' });
    expect(await codeOf(socket.request('price', { of: 'tea' }, { signal: controller.signal }))).toBe(
      'aborted',
    );
    expect(client.take()).toEqual([]);
  });

  it('lets the signal go when it is answered', async () => {
    const { client, socket } = await start();
    const { signal } = new AbortController();
    const asked = socket.request('price', { of: 'tea' }, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    client.say({ path: 'price', data: 1, id: 's1' });
    await asked;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('rejects with unknown_outcome when the client is gone for good, and with closed once it is', async () => {
    const { client, socket, server } = await start();
    const asked = [
      codeOf(socket.request('price', { of: 'a' })),
      codeOf(socket.request('price', { of: 'b' })),
    ];
    client.transport.end(1000);
    expect(await Promise.all(asked)).toEqual(['unknown_outcome', 'unknown_outcome']);
    expect(await codeOf(socket.request('price', { of: 'c' }))).toBe('closed');
    await server.sockets.close();
    expect(server.clock.pending).toBe(0);
  });

  it('rejects at once for a plain client, and for a channel that clients do not answer', async () => {
    const { server, socket } = await start();
    await server.connectPlain();
    const plain = [...server.sockets.clients()][1]!;
    expect(await codeOf(plain.request('price', { of: 'tea' }))).toBe('unsupported');
    expect(await codeOf(socket.request('note' as 'price', { of: 'tea' }))).toBe('unsupported');
    expect(await codeOf(socket.request('__proto__' as 'price', { of: 'tea' }))).toBe('unsupported');
  });

  it('rejects with invalid_output when it does not fit', async () => {
    const { client, socket, server } = await start();
    expect(await codeOf(socket.request('price', { of: 5 } as never))).toBe('invalid_output');
    expect(client.take()).toEqual([]);
    expect(server.clock.pending).toBe(1);
  });
});

describe('an answer nobody waits for', () => {
  it('is dropped, be it late, twice, on another path or to no question at all', async () => {
    const { client, socket, server, unrouted } = await start();
    const late = codeOf(socket.request('price', { of: 'tea' }, { timeoutMs: 1 }));
    server.clock.advance(1);
    await late;
    const asked = socket.request('price', { of: 'tea' });
    client.take();
    client.say({ path: 'price', data: 1, id: 's1' });
    client.say({ path: 'broken', data: 1, id: 's2' });
    client.say({ path: 'price', data: 1, id: 2 });
    client.say({ path: 'price', data: 1, id: 's99' });
    client.say({ path: 'price', data: 1, id: 's2' });
    client.say({ path: 'price', data: 5, id: 's2' });
    expect(await asked).toBe(100);
    expect(unrouted).toEqual([]);
    expect(client.take()).toEqual([]);
  });

  it('is a message like any other from a client that cannot be asked', async () => {
    const { server, unrouted } = await start();
    const plain = await server.connectPlain();
    await plain.ask({ path: 'price', data: 1, id: 's1' });
    expect(unrouted).toEqual([{ path: 'price', data: 1 }]);
  });
});

describe('a question to a client whose connection is lost', () => {
  it('is asked again when the client returns, by the same id, and takes one answer', async () => {
    const { client, socket, server } = await start();
    const asked = socket.request('price', { of: 'tea' });
    client.cut();
    const back = await server.resume(client);
    expect(back.take()).toEqual([{ path: 'price', data: { of: 'tea' }, id: 's1' }]);
    back.say({ path: 'price', data: 1, id: 's1' });
    expect(await asked).toBe(100);
    back.cut();
    expect((await server.resume(back)).take()).toEqual([]);
    expect(server.clock.pending).toBe(1);
  });

  it('may be put while it is away', async () => {
    const { client, socket, server } = await start();
    client.cut();
    const asked = socket.request('price', { of: 'tea' });
    const back = await server.resume(client);
    back.say({ path: 'price', data: 2, id: 's1' });
    expect(await asked).toBe(200);
  });

  it('comes after what the client is read from the logs', async () => {
    const { client, socket, server } = await start();
    void codeOf(socket.request('price', { of: 'tea' }));
    client.cut();
    socket.send('note', 'one');
    const back = await server.resume(client);
    expect(back.take().map(({ path }) => path)).toEqual(['note', 'price']);
  });

  it('is asked again as the client takes it, where there are many', async () => {
    const { client, socket, server } = await start();
    const questions = Array.from({ length: 5 }, () =>
      codeOf(socket.request('price', { of: 'x'.repeat(900_000) })),
    );
    client.cut();
    const back = await server.connectSilent();
    back.transport.isHolding = true;
    const { session, token } = client.welcome;
    back.say({ path: '$hello', data: { session, token } });
    const asked: unknown[] = [];
    for (let turn = 0; turn < questions.length; turn += 1) {
      await settle();
      asked.push(...back.take().map(({ id }) => id));
      back.transport.drain();
    }
    expect(asked.slice(1)).toEqual(['s1', 's2', 's3', 's4', 's5']);
    await server.sockets.close();
  });

  it('is not asked again once nobody waits for an answer', async () => {
    const { client, socket, server } = await start();
    const callOff = new AbortController();
    const asked = [{ timeoutMs: 1_000 }, { signal: callOff.signal }, {}, {}].map((options) =>
      codeOf(socket.request('price', { of: 'tea' }, options)),
    );
    client.cut();
    const back = await server.connectSilent();
    back.transport.bufferedBytes = 65_536;
    const { session, token } = client.welcome;
    back.say({ path: '$hello', data: { session, token } });
    server.clock.advance(1_000);
    callOff.abort();
    back.say({ path: 'price', data: 1, id: 's3' });
    expect(await Promise.all(asked.slice(0, 3))).toEqual(['timeout', 'aborted', 'it was answered']);
    back.take();
    back.transport.drain();
    await settle();
    expect(back.take()).toEqual([{ path: 'price', data: { of: 'tea' }, id: 's4' }]);
    await server.sockets.close();
  });

  it('waits no longer for that', async () => {
    const { client, socket, server } = await start();
    const asked = codeOf(socket.request('price', { of: 'tea' }, { timeoutMs: 1_000 }));
    client.cut();
    server.clock.advance(1_000);
    expect(await asked).toBe('timeout');
    expect((await server.resume(client)).take()).toEqual([]);
  });

  it('rejects with unknown_outcome when the client does not return', async () => {
    const { client, socket, server } = await start();
    const asked = codeOf(socket.request('price', { of: 'tea' }, { timeoutMs: 1_000_000 }));
    client.cut();
    server.clock.advance(121_000);
    expect(await asked).toBe('unknown_outcome');
    expect(server.clock.pending).toBe(0);
  });
});
