// Streams that continue on another connection: what the reader may not have is sent again, and the end is not lost.
import { ChannelError, defineChannels } from '@wirepact/core';
import type { Frame, FrameId } from '@wirepact/core/internal';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SessionOptions } from '../options.js';
import { createTestServer, settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({
  tail: { in: z.void(), stream: z.unknown(), errors: { OVER: z.string() } },
});

async function start(items: () => AsyncIterable<unknown>, session: SessionOptions = {}, id: FrameId = 1) {
  const server = createTestServer(channels, { session, routes: { tail: () => items() } });
  const client = await server.connect();
  client.say({ path: 'tail', id });
  await settle();
  const resume = async (taken: number, from: TestClient = client) => {
    const back = await server.resume(from, { open: { [id]: taken } });
    await settle();
    return back;
  };
  return { server, client, resume };
}

async function* count(to = Infinity): AsyncGenerator<number> {
  for (let n = 1; n <= to; n += 1) yield n;
}

const item = (n: number) => ({ path: 'tail', data: n, id: 1, more: true, n });
const from = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => item(first + index));
const end = { path: 'tail', id: 1, end: true };

it('sends again what the reader does not have, and goes on as it allows', async () => {
  const { client, resume } = await start(() => count());
  client.cut();
  const back = await resume(9);
  expect(back.take()).toEqual(from(10, 16));
  expect(await back.ask({ path: '$more', data: { id: 1, n: 20 } })).toEqual(from(17, 20));
});

it('sends nothing again that the reader has', async () => {
  const { client, resume } = await start(() => count());
  await client.ask({ path: '$more', data: { id: 1, n: 20 } });
  client.cut();
  const back = await resume(20);
  expect(back.take()).toEqual([]);
});

it('runs ahead of a reader that is away as far as of one that is not', async () => {
  let made = 0;
  const { server, client, resume } = await start(async function* () {
    for (;;) yield (made += 1);
  });
  client.cut();
  await settle();
  server.clock.advance(60_000);
  await settle();
  // the one that is asked for next is made when there is room for it
  expect(made).toBe(16);
  expect((await resume(0)).take()).toEqual(from(1, 16));
});

it('goes on where the line broke under what the reader allowed', async () => {
  let add = (): void => {};
  const { client, resume } = await start(async function* () {
    for (let n = 1; ; n += 1) {
      yield n;
      if (n >= 3) await new Promise<void>((resolve) => (add = resolve));
    }
  });
  client.cut();
  add();
  await settle();
  const back = await resume(3);
  expect(back.take()).toEqual([item(4)]);
  add();
  await settle();
  expect(back.take()).toEqual([item(5)]);
});

it.each([
  [0, [...from(1, 3), end]],
  [2, [item(3), end]],
  [3, [end]],
])('that is over sends the rest and the end again to a reader that has %i items', async (taken, rest) => {
  const { client, resume } = await start(() => count(3));
  client.cut();
  const back = await resume(taken);
  expect(back.welcome.done).toEqual([[1, 1]]);
  expect(back.take()).toEqual(rest);
});

it('that came to its end while the reader was away says so', async () => {
  let finish = (): void => {};
  const { client, resume } = await start(async function* () {
    yield 1;
    await new Promise<void>((resolve) => (finish = resolve));
  });
  client.cut();
  finish();
  await settle();
  expect((await resume(1)).take()).toEqual([end]);
});

it('that is over says so to a reader that returns while a middleware is still busy', async () => {
  const { server, client, resume } = await start(() => count(3));
  server.sockets.use(async (_socket, _message, next) => {
    await next();
    await new Promise(() => undefined);
  });
  client.say({ path: 'tail', id: 2 });
  await settle();
  client.cut();
  const back = await resume(3);
  await settle();
  expect(back.take()).toEqual([end]);
  back.cut();
  const again = await server.resume(back, { open: { 2: 2 } });
  await settle();
  expect(again.take()).toEqual([
    { ...item(3), id: 2 },
    { ...end, id: 2 },
  ]);
});

it('that failed while the reader was away sends the rest, and says so', async () => {
  let fail = (): void => {};
  const { client, resume } = await start(async function* () {
    yield 1;
    await new Promise<void>((resolve) => (fail = resolve));
    yield 2;
    throw new ChannelError('OVER', 'now', 'the match is over');
  });
  client.cut();
  fail();
  await settle();
  expect((await resume(1)).take()).toMatchObject([item(2), { id: 1, error: { code: 'OVER', data: 'now' } }]);
});

it('that is over and too large to be kept has an unknown outcome, rather than an end that hides what is missing', async () => {
  const { client, resume } = await start(
    async function* () {
      for (let n = 0; n < 2; n += 1) yield 'x'.repeat(600);
    },
    { answerBytes: 1_000 },
  );
  expect(client.take()).toHaveLength(3);
  client.cut();
  expect((await resume(1)).take()).toMatchObject([{ id: 1, error: { code: 'unknown_outcome' } }]);
});

it('that was cancelled while the reader was away is over once that says so', async () => {
  const { client, resume } = await start(() => count());
  client.cut();
  const back = await resume(16);
  expect(back.welcome.done).toEqual([]);
  await back.ask({ path: '$cancel', data: 1 });
  back.cut();
  expect((await resume(16, back)).welcome.done).toEqual([[1, 1]]);
});

/** A stream without an end, and whether it was finished all the same. */
async function startWatched(id?: FrameId) {
  let isFinished = false;
  async function* items(): AsyncGenerator<number> {
    try {
      yield* count();
    } finally {
      isFinished = true;
    }
  }
  const started = await start(items, {}, id);
  return { ...started, isFinished: () => isFinished };
}

it('is finished when its reader does not return', async () => {
  const { server, client, isFinished } = await startWatched();
  client.cut();
  await settle();
  expect(isFinished()).toBe(false);
  server.clock.advance(121_000);
  await settle();
  expect(isFinished()).toBe(true);
});

it('goes on over a connection that takes the session over, and waits for that one', async () => {
  const { server, client, resume } = await start(() => count());
  client.transport.bufferedBytes = 65_536;
  await client.ask({ path: '$more', data: { id: 1, n: 18 } });
  client.take();
  const back = await resume(16);
  expect(back.take()).toEqual(from(17, 18));
  expect(server.sockets.stats().clients).toBe(1);
});

it('ends what a page that was loaded anew does not ask for', async () => {
  const { server, client, isFinished } = await startWatched();
  client.cut();
  const back = await server.resume(client);
  await settle();
  expect(isFinished()).toBe(true);
  expect(back.take()).toEqual([]);
  client.cut();
  const again = await server.resume(back);
  expect(again.welcome.done).toEqual([[1, 1]]);
});

it.each(['x', 0, -1])('ends one with the id %j, which no client can list', async (id) => {
  const { client, resume, isFinished } = await startWatched(id);
  client.cut();
  const back = await resume(3);
  expect(isFinished()).toBe(true);
  expect(await back.ask({ path: '$more', data: { id, n: 20 } })).toEqual([]);
});

describe('a reader that returns and takes little', () => {
  /** Pages of so many characters, which have no end. */
  async function* pages(...sizes: readonly number[]): AsyncGenerator<string> {
    for (const size of sizes) yield 'x'.repeat(size);
    await new Promise(() => undefined);
  }

  /** Comes back over a line of which nothing is taken; `waiting` bytes wait there already. */
  async function comeBack(
    { server, client }: Awaited<ReturnType<typeof start>>,
    open: Record<number, number>,
    waiting = 0,
  ) {
    const back = await server.connectSilent();
    const { session, token } = client.welcome;
    back.transport.isHolding = true;
    back.transport.bufferedBytes = waiting;
    back.say({ path: '$hello', data: { session, token, streams: Object.fromEntries(client.cursors), open } });
    await settle();
    return back;
  }

  const takenBy = async (client: TestClient): Promise<Frame[]> => {
    const frames: Frame[] = [];
    for (let turn = 0; turn < 100; turn += 1) {
      frames.push(...client.take());
      client.transport.drain();
      await settle();
    }
    return frames.filter(({ path }) => path === 'tail');
  };

  it.each([
    ['however many streams', 40, [60_000, 60_000]],
    ['streams whose items are more than may wait', 3, [60_000, 1_500_000]],
  ])('is sent again what it does not have, from %s, and is not closed', async (_what, streams, sizes) => {
    const started = await start(() => pages(...sizes));
    const ids = Array.from({ length: streams }, (_, index) => index + 1);
    for (const id of ids.slice(1)) started.client.say({ path: 'tail', id });
    await settle();
    started.client.cut();
    const back = await comeBack(started, Object.fromEntries(ids.map((id) => [id, 0])));
    const frames = await takenBy(back);
    for (const id of ids) expect(frames.filter((frame) => frame.id === id).map(({ n }) => n)).toEqual([1, 2]);
    expect(back.transport.closedWith).toBeUndefined();
  });

  it('is told the end after that, and new items too', async () => {
    for (const isOver of [true, false]) {
      let goOn = (): void => {};
      const started = await start(async function* () {
        for (let n = 1; n <= 3; n += 1) yield n;
        await new Promise<void>((resolve) => (goOn = resolve));
        if (!isOver) yield 4;
      });
      started.client.cut();
      const back = await comeBack(started, { 1: 1 }, 65_536);
      goOn();
      await settle();
      expect(back.take().filter(({ path }) => path === 'tail')).toEqual([]);
      expect(await takenBy(back)).toEqual([...from(2, isOver ? 3 : 4), end]);
    }
  });

  it('and breaks off under that gets it by the next line, once', async () => {
    const started = await start(() => count());
    const { client } = started;
    client.cut();
    const away = await comeBack(started, { 1: 1 }, 65_536);
    Object.assign(client.welcome, away.takeData('$welcome')[0]);
    away.cut();
    expect(await takenBy(await comeBack(started, { 1: 1 }))).toEqual(from(2, 16));
  });
});
