import { EventEmitter, on } from 'node:events';
import { ChannelError, defineChannels, SocketError } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer, settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({
  tail: { in: z.void(), stream: z.union([z.number(), z.string()]), errors: { OVER: z.string() } },
});

type Item = number | string;

/** A server whose `tail` streams what it is given, and a log of what became of the generator. */
function start(items: (log: string[], signal: AbortSignal) => AsyncIterable<Item>, maxInFlight = 64) {
  const log: string[] = [];
  const server = createTestServer(channels, {
    limits: { maxInFlight },
    routes: { tail: (_socket, _data, { signal }) => items(log, signal) },
  });
  return { server, log };
}

async function* count(log: string[], to = Infinity): AsyncGenerator<number> {
  try {
    for (let n = 1; n <= to; n += 1) {
      log.push(`made ${n}`);
      yield n;
    }
  } finally {
    log.push('finished');
  }
}

const items = (client: TestClient): unknown[] => client.take().map(({ data }) => data);
const grant = (client: TestClient, n: number, id: number | string = 1): void =>
  client.say({ path: '$more', data: { id, n } });

describe('a stream', () => {
  it('sends its items by number, then its end', async () => {
    const { server, log } = start((log) => count(log, 2));
    const client = await server.connect();
    expect(await client.ask({ path: 'tail', id: 1 })).toEqual([
      { path: 'tail', data: 1, id: 1, more: true, n: 1 },
      { path: 'tail', data: 2, id: 1, more: true, n: 2 },
      { path: 'tail', id: 1, end: true },
    ]);
    expect(log.at(-1)).toBe('finished');
  });

  it('has no numbers for a plain client', async () => {
    const { server } = start((log) => count(log, 1));
    const client = await server.connectPlain();
    expect(await client.ask({ path: 'tail', id: 1 })).toEqual([
      { path: 'tail', data: 1, id: 1, more: true },
      { path: 'tail', id: 1, end: true },
    ]);
  });

  it('passes middleware, which waits for its end', async () => {
    const { server, log } = start((log) => count(log, 1));
    server.sockets.use(async (_socket, _message, next) => {
      await next();
      log.push('middleware');
    });
    const client = await server.connectPlain();
    expect(await client.ask({ path: 'tail', id: 1 })).toHaveLength(2);
    expect(log).toEqual(['made 1', 'finished', 'middleware']);
  });

  it('that a middleware does not go on with ends with no_reply, and is open no longer', async () => {
    const { server, log } = start((log) => count(log), 1);
    const remove = server.sockets.use(() => undefined);
    const client = await server.connect();
    expect(await client.ask({ path: 'tail', id: 1 })).toMatchObject([
      { path: 'tail', id: 1, error: { code: 'no_reply' } },
    ]);
    expect(log).toEqual([]);
    remove();
    expect(await client.ask({ path: 'tail', id: 2 })).toHaveLength(16);
  });

  it('is refused beyond the number that may run at a time', async () => {
    const { server } = start((log) => count(log), 2);
    const client = await server.connect();
    for (const id of [1, 2, 3]) client.say({ path: 'tail', id });
    await settle();
    expect(client.take().filter(({ id }) => id === 3)).toMatchObject([{ error: { code: 'overloaded' } }]);
    expect(server.sockets.stats().limited.streams).toBe(1);
    client.say({ path: '$cancel', data: 1 });
    await settle();
    client.take();
    expect(await client.ask({ path: 'tail', id: 4 })).toHaveLength(16);
  });
});

describe('a slow reader', () => {
  it('makes the generator wait after 16 items, until it grants more', async () => {
    const { server, log } = start((log) => count(log));
    const client = await server.connect();
    expect(await client.ask({ path: 'tail', id: 1 })).toHaveLength(16);
    expect(log.at(-1)).toBe('made 16');
    grant(client, 20);
    await settle();
    expect(items(client)).toEqual([17, 18, 19, 20]);
    expect(log.at(-1)).toBe('made 20');
  });

  it('makes it wait at 65,536 characters of frames, however few items they are', async () => {
    const { server } = start(async function* () {
      for (;;) yield 'x'.repeat(30_000);
    });
    const client = await server.connect();
    expect(await client.ask({ path: 'tail', id: 1 })).toHaveLength(3);
    grant(client, 17);
    await settle();
    expect(client.take()).toHaveLength(1);
  });

  it('lets an item pass that is larger than the window by itself', async () => {
    const { server } = start(async function* () {
      for (;;) yield 'x'.repeat(100_000);
    });
    const client = await server.connect();
    expect(await client.ask({ path: 'tail', id: 1 })).toHaveLength(1);
    grant(client, 17);
    await settle();
    expect(client.take()).toHaveLength(1);
  });

  it('grants no more than the window beyond what was sent', async () => {
    const { server, log } = start((log) => count(log));
    const client = await server.connect();
    client.say({ path: 'tail', id: 1 });
    grant(client, Number.MAX_SAFE_INTEGER);
    await settle();
    expect(log.at(-1)).toBe('made 16');
    grant(client, Number.MAX_SAFE_INTEGER);
    await settle();
    expect(log.at(-1)).toBe('made 32');
    client.cut();
    await settle();
    expect(log.at(-1)).toBe('made 32');
  });

  it('is sent what waits for the network, whatever it grants meanwhile', async () => {
    let goOn = (): void => {};
    const { server } = start(async function* () {
      yield 1;
      await new Promise<void>((resolve) => (goOn = resolve));
      yield 2;
    });
    const client = await server.connect();
    await client.ask({ path: 'tail', id: 1 });
    client.transport.bufferedBytes = 65_536;
    goOn();
    await settle();
    grant(client, Number.MAX_SAFE_INTEGER);
    expect(client.take()).toEqual([]);
    client.transport.drain();
    await settle();
    expect(items(client)).toEqual([2, undefined]);
  });

  it.each([15, 16, 0, -5, 1.5, NaN, Infinity, '99', null, undefined])(
    'gets nothing more for the grant %s',
    async (n) => {
      const { server } = start((log) => count(log));
      const client = await server.connect();
      await client.ask({ path: 'tail', id: 1 });
      expect(await client.ask(JSON.stringify({ path: '$more', data: { id: 1, n } }))).toEqual([]);
    },
  );

  it('grants nothing to streams that are not its own, or are none', async () => {
    const { server } = start((log) => count(log));
    const [client, other] = [await server.connect(), await server.connect()];
    await client.ask({ path: 'tail', id: 1 });
    grant(other, 100);
    grant(client, 100, 2);
    grant(client, 100, '1');
    for (const data of [null, 5, 'x', [], {}]) client.say({ path: '$more', data });
    await settle();
    expect(client.take()).toEqual([]);
    expect(other.take()).toEqual([]);
  });

  it('that is plain makes it wait by not taking what was sent', async () => {
    const { server, log } = start((log) => count(log));
    const client = await server.connectPlain();
    client.transport.bufferedBytes = 65_536;
    expect(await client.ask({ path: 'tail', id: 1 })).toEqual([]);
    expect(log).toEqual([]);
    client.transport.send = (text) => {
      client.transport.sent.push(text);
      client.transport.bufferedBytes += 10_000;
    };
    client.transport.drain();
    await settle();
    expect(items(client)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    client.transport.end(1001);
    await settle();
    expect(log.at(-1)).toBe('finished');
  });
});

it.each(['connect', 'connectPlain'] as const)(
  'closes no reader of many for all that they have at once (%s)',
  async (how) => {
    const { server } = start(async function* () {
      yield 'x'.repeat(60_000);
    });
    const client = await server[how]();
    client.transport.isHolding = true;
    for (let id = 1; id <= 40; id += 1) client.say({ path: 'tail', id });
    const frames: unknown[] = [];
    for (let turn = 0; turn < 100; turn += 1) {
      await settle();
      frames.push(...client.take());
      client.transport.drain();
    }
    expect(client.transport.closedWith).toBeUndefined();
    expect(frames).toHaveLength(80);
  },
);

it('that never waits for anything lets others have their turn', async () => {
  const { server, log } = start((log) => count(log));
  const client = await server.connectPlain();
  client.say({ path: 'tail', id: 1 });
  await settle();
  client.transport.end(1001);
  await settle();
  expect(log.at(-1)).toBe('finished');
});

it('that never waits lets them have it too where its reader grants as fast as it is sent', async () => {
  const { server, log } = start((log) => count(log));
  const client = await server.connect();
  client.transport.send = () => grant(client, log.length + 16);
  client.say({ path: 'tail', id: 1 });
  await settle();
  expect(log.length).toBeLessThan(100);
  client.transport.end(1000);
  await settle();
  expect(log.at(-1)).toBe('finished');
});

describe('a reader that is gone', () => {
  it.each(['cancels', 'leaves', 'is disconnected'])(
    'and %s finishes the generator, wherever it waits',
    async (how) => {
      for (const waits of ['for a grant', 'for its own next item', 'for the network']) {
        const { server, log } = start(async function* (log, signal) {
          try {
            for (let n = 1; n < 17 || waits === 'for a grant'; n += 1) yield n;
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          } finally {
            log.push('finished');
          }
        });
        const client = await server.connect();
        if (waits === 'for the network') client.transport.bufferedBytes = 65_536;
        client.say({ path: 'tail', id: 1 });
        await settle();
        grant(client, 16);
        expect(log).toEqual([]);
        client.take();
        if (how === 'cancels') client.say({ path: '$cancel', data: 1 });
        else if (how === 'leaves') client.transport.end(1000);
        else [...server.sockets.clients()][0]!.disconnect();
        await settle();
        // a generator that was never asked for an item has nothing to finish
        expect(log).toEqual(waits === 'for the network' ? [] : ['finished']);
        expect(client.take()).toEqual([]);
        expect(server.errors).toEqual([]);
      }
    },
  );

  it.each(['cancels', 'leaves'])(
    'and %s before the route is called leaves no listener behind',
    async (how) => {
      const emitter = new EventEmitter();
      const { server } = start(() => on(emitter, 'item') as AsyncIterable<never>);
      let goOn = (): void => undefined;
      const isAllowed = new Promise<void>((resolve) => (goOn = resolve));
      server.sockets.use(async (_socket, _message, next) => {
        await isAllowed;
        await next();
      });
      const client = await server.connect();
      client.say({ path: 'tail', id: 1 });
      if (how === 'cancels') client.say({ path: '$cancel', data: 1 });
      else client.transport.end(1000);
      goOn();
      await settle();
      expect(emitter.eventNames()).toEqual([]);
      expect(client.take()).toEqual([]);
      expect(server.errors).toEqual([]);
    },
  );

  it('does not wait for a generator that does not listen', async () => {
    const { server, log } = start(async function* (log) {
      yield 1;
      await new Promise(() => undefined);
      log.push('never');
    });
    server.sockets.use(async (_socket, _message, next) => {
      await next();
      log.push('over');
    });
    const client = await server.connect();
    await client.ask({ path: 'tail', id: 1 });
    await client.ask({ path: '$cancel', data: 1 });
    expect(log).toEqual(['over']);
  });

  it('counts for as long as its generator does not listen', async () => {
    const finish: (() => void)[] = [];
    const { server } = start(async function* () {
      yield 1;
      await new Promise<void>((resolve) => finish.push(resolve));
    });
    const client = await server.connect();
    for (let id = 1; id <= 64; id += 1) {
      expect(await client.ask({ path: 'tail', id })).toMatchObject([{ data: 1 }]);
      await client.ask({ path: '$cancel', data: id });
    }
    expect(await client.ask({ path: 'tail', id: 65 })).toMatchObject([{ error: { code: 'overloaded' } }]);
    finish[0]!();
    await settle();
    expect(await client.ask({ path: 'tail', id: 66 })).toMatchObject([{ data: 1 }]);
    expect(await client.ask({ path: 'tail', id: 67 })).toMatchObject([{ error: { code: 'overloaded' } }]);
  });

  it('calls off an iterator of any kind at once, be it without return or with a failing one', async () => {
    const returns = [
      undefined,
      () => Promise.reject(new Error('in return')),
      () => {
        throw new Error('in return');
      },
    ];
    for (const back of returns) {
      const never = new Promise<never>(() => undefined);
      const iterator = { next: () => never, ...(back && { return: back }) };
      const { server } = start(() => ({ [Symbol.asyncIterator]: () => iterator }));
      const client = await server.connect();
      await client.ask({ path: 'tail', id: 1 });
      expect(await client.ask({ path: '$cancel', data: 1 })).toEqual([]);
      expect(server.errors).toEqual(back ? [new Error('in return')] : []);
    }
  });

  it('hears of no failure that comes after, but onError does', async () => {
    for (const [error, reported] of [
      [new Error('in finally'), 1],
      [new DOMException('stop', 'AbortError'), 0],
    ] as const) {
      const { server } = start(async function* (_log, signal) {
        yield 1;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        throw error;
      });
      const client = await server.connect();
      await client.ask({ path: 'tail', id: 1 });
      expect(await client.ask({ path: '$cancel', data: 1 })).toEqual([]);
      expect(server.errors).toHaveLength(reported);
    }
  });
});

describe('a generator that fails', () => {
  it.each([
    ['before its first item', 0],
    ['after some', 2],
  ])('%s ends the stream with its error', async (_when, after) => {
    const { server } = start(async function* () {
      for (let n = 1; n <= after; n += 1) yield n;
      throw new Error('secret');
    });
    const client = await server.connect();
    const answers = await client.ask({ path: 'tail', id: 1 });
    expect(answers).toHaveLength(after + 1);
    expect(answers.at(-1)).toEqual({
      path: 'tail',
      id: 1,
      error: { code: 'internal', message: '[internal] the server failed to handle "tail"' },
    });
    expect(server.errors).toEqual([new Error('secret')]);
    expect(await client.ask({ path: '$more', data: { id: 1, n: 99 } })).toEqual([]);
  });

  it('on purpose ends it with the declared error', async () => {
    const { server } = start(async function* () {
      yield 1;
      throw new ChannelError('OVER', 'now', 'the match is over');
    });
    const client = await server.connect();
    expect((await client.ask({ path: 'tail', id: 1 })).at(-1)).toMatchObject({
      error: { code: 'OVER', data: 'now' },
    });
  });

  it('by an item that does not fit is finished, and the stream ends with internal', async () => {
    const { server, log } = start((log) =>
      (async function* () {
        try {
          yield {} as Item;
          yield 2;
        } finally {
          log.push('finished');
        }
      })(),
    );
    const client = await server.connect();
    expect(await client.ask({ path: 'tail', id: 1 })).toMatchObject([{ error: { code: 'internal' } }]);
    expect(log).toEqual(['finished']);
    expect(server.errors).toMatchObject([{ code: 'invalid_output', path: 'tail' }]);
  });

  it('by being none at all ends it likewise', async () => {
    for (const result of [undefined, 5, [1, 2], Promise.resolve(count([]))]) {
      const { server } = start(() => result as never);
      const client = await server.connect();
      expect(await client.ask({ path: 'tail', id: 1 })).toMatchObject([{ error: { code: 'internal' } }]);
      expect(server.errors).toMatchObject([{ name: 'TypeError' }]);
    }
  });
});

describe('a middleware that fails while a stream runs', () => {
  /** A server that allows one stream at a time, and a middleware that does not wait for its end once it is told to fail. */
  function startFailing(items: (log: string[], signal: AbortSignal) => AsyncIterable<Item>) {
    const started = start(items, 1);
    let fail = (_error: Error): void => undefined;
    const failed = new Promise<never>((_resolve, reject) => (fail = reject));
    const remove = started.server.sockets.use(async (_socket, _message, next) => {
      await Promise.race([next(), failed]);
    });
    return { ...started, remove, fail: () => fail(new SocketError('overloaded')) };
  }

  it.each(['plain', 'wirepact.v1'])(
    'ends it with its error, which is the last of it (%s)',
    async (speaks) => {
      const { server, log, fail } = startFailing((log, signal) => {
        signal.addEventListener('abort', () => log.push('aborted'));
        return count(log);
      });
      const client = speaks === 'plain' ? await server.connectPlain() : await server.connect();
      client.say({ path: 'tail', id: 1 });
      await settle();
      fail();
      await settle();
      expect(client.take().at(-1)).toMatchObject({ path: 'tail', id: 1, error: { code: 'overloaded' } });
      if (speaks !== 'plain') grant(client, 100);
      await settle();
      expect(client.take()).toEqual([]);
      expect(log.slice(-2).sort()).toEqual(['aborted', 'finished']);
      expect(server.errors).toEqual([]);
    },
  );

  it.each(['plain', 'wirepact.v1'])('ends it after what waits for the network (%s)', async (speaks) => {
    let goOn = (): void => undefined;
    const { server, fail } = startFailing(async function* () {
      await new Promise<void>((resolve) => (goOn = resolve));
      yield* [1, 2];
    });
    const client = speaks === 'plain' ? await server.connectPlain() : await server.connect();
    client.say({ path: 'tail', id: 1 });
    await settle();
    client.transport.bufferedBytes = 65_536;
    goOn();
    await settle();
    expect(client.take()).toEqual([]);
    fail();
    await settle();
    client.transport.drain();
    await settle();
    expect(client.take()).toMatchObject([{ data: 1 }, { error: { code: 'overloaded' } }]);
  });

  it('leaves its place to the next one once its generator has finished', async () => {
    let finish = (): void => undefined;
    const { server, fail, remove } = startFailing(async function* () {
      yield 1;
      await new Promise<void>((resolve) => (finish = resolve));
    });
    const client = await server.connect();
    client.say({ path: 'tail', id: 1 });
    await settle();
    fail();
    await settle();
    remove();
    client.take();
    expect(await client.ask({ path: 'tail', id: 2 })).toMatchObject([{ error: { code: 'overloaded' } }]);
    finish();
    await settle();
    expect(await client.ask({ path: 'tail', id: 3 })).toMatchObject([{ data: 1 }]);
  });

  it('has what was not taken sent again before its error', async () => {
    const { server, fail } = startFailing((log) => count(log));
    const client = await server.connect();
    client.say({ path: 'tail', id: 1 });
    await settle();
    client.cut();
    fail();
    await settle();
    const back = await server.resume(client, { open: { 1: 14 } });
    expect(back.take()).toMatchObject([{ n: 15 }, { n: 16 }, { id: 1, error: { code: 'overloaded' } }]);
    expect(back.welcome.done).toEqual([[1, 1]]);
  });
});

it('hears nothing after its end of a middleware that fails then, but onError does', async () => {
  const { server } = start((log) => count(log, 1));
  const error = new SocketError('forbidden');
  server.sockets.use(async (_socket, _message, next) => {
    await next();
    throw error;
  });
  const client = await server.connect();
  expect(await client.ask({ path: 'tail', id: 1 })).toMatchObject([{ n: 1 }, { end: true }]);
  expect(server.errors).toEqual([error]);
  client.cut();
  const back = await server.resume(client, { open: { 1: 0 } });
  expect(back.take()).toMatchObject([{ n: 1 }, { end: true }]);
});

it('that a middleware goes on with when it is over is finished', async () => {
  const { server, log } = start((log) => count(log));
  let goOn = (): unknown => undefined;
  server.sockets.use((_socket, _message, next) => void (goOn = next));
  const client = await server.connectPlain();
  expect(await client.ask({ path: 'tail', id: 1 })).toMatchObject([{ error: { code: 'no_reply' } }]);
  goOn();
  await settle();
  expect(client.take()).toEqual([]);
  expect(log).toEqual([]);
});
