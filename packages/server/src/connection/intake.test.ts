import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startNodes } from '../cluster/cluster.fixture.js';
import type { LimitOptions } from '../limits/limits.js';
import { createTestServer, settle } from '../test-server.fixture.js';

const channels = defineChannels({
  note: { in: z.string() },
  slow: { in: z.void(), reply: z.string() },
  tail: { in: z.void(), stream: z.number() },
  price: { out: z.string(), answer: z.number() },
});

function start(limits: LimitOptions = {}) {
  const heard: string[] = [];
  const finish: (() => void)[] = [];
  const server = createTestServer(channels, {
    limits,
    routes: {
      note: (_socket, text) => void heard.push(text),
      slow: () => new Promise((resolve) => finish.push(() => resolve('done'))),
      tail: async function* () {
        yield 1;
      },
    },
  });
  const slowed = (): number => server.sockets.stats().limited.reading;
  return { ...server, server, heard, finish, slowed };
}

const note = (data = 'x') => ({ path: 'note', data });

describe('a client that sends', () => {
  it('a thousand messages at once is read; what comes after the next one waits', async () => {
    const { server, clock, heard, slowed } = start();
    const client = await server.connectPlain();
    for (let n = 0; n < 1_000; n += 1) client.say(note());
    expect([client.transport.isPaused, slowed()]).toEqual([false, 0]);
    client.say(note('last'));
    expect([client.transport.isPaused, slowed()]).toEqual([true, 1]);
    expect(heard.at(-1)).toBe('last');
    clock.advance(9);
    expect(client.transport.isPaused).toBe(true);
    clock.advance(1);
    expect(client.transport.isPaused).toBe(false);
    expect(client.take()).toEqual([]);
  });

  it('as often as the rate says never waits', async () => {
    const { server, clock, slowed } = start({ messageBurst: 1 });
    const client = await server.connectPlain();
    for (let n = 0; n < 500; n += 1) {
      client.say(note());
      clock.advance(10);
    }
    expect(slowed()).toBe(0);
    client.say(note());
    clock.advance(9);
    client.say(note());
    expect(slowed()).toBe(1);
  });

  it('more bytes than may come at once waits, letters counted as they travel', async () => {
    const { server, clock, slowed } = start({ byteBurst: 1_000, bytesPerSecond: 100 });
    const client = await server.connectPlain();
    const frame = (bytes: number): string => {
      const empty = JSON.stringify(note('é'));
      return JSON.stringify(note(`é${'x'.repeat(bytes - Buffer.byteLength(empty))}`));
    };
    client.say(frame(1_000));
    expect(slowed()).toBe(0);
    clock.advance(10_000);
    client.say(frame(1_001));
    expect([client.transport.isPaused, slowed()]).toEqual([true, 1]);
    clock.advance(10);
    expect(client.transport.isPaused).toBe(false);
  });

  it('too fast costs the others nothing', async () => {
    const { server } = start({ messageBurst: 1 });
    const fast = await server.connectPlain();
    const other = await server.connectPlain();
    for (let n = 0; n < 3; n += 1) fast.say(note());
    expect([fast, other].map(({ transport }) => transport.isPaused)).toEqual([true, false]);
  });

  it('all it may and comes back for more is read later, on whichever connection', async () => {
    const { server, clock, heard, slowed } = start();
    const client = await server.connect();
    for (let n = 0; n < 999; n += 1) client.say(note());
    expect(slowed()).toBe(0);
    // whether its line broke, or it takes itself over
    client.cut();
    const back = await server.resume(client);
    expect([back.transport.isPaused, slowed()]).toEqual([true, 1]);
    const again = await server.resume(back);
    expect([again.transport.isPaused, slowed()]).toEqual([true, 2]);
    clock.advance(20_000);
    expect(again.transport.isPaused).toBe(false);
    for (let n = 0; n < 1_000; n += 1) again.say(note());
    expect([heard.length, slowed()]).toEqual([1_999, 2]);
  });

  it('what the server asked for is not counted, save by its bytes', async () => {
    const { server, slowed } = start({ messageBurst: 2 });
    const client = await server.connect();
    for (let n = 0; n < 50; n += 1) {
      client.say({ path: '$more', data: { id: 1, n } });
      client.say({ path: 'price', data: 1, id: `s${n}` });
    }
    expect(slowed()).toBe(0);
    const plain = await server.connectPlain();
    for (let n = 0; n < 3; n += 1) plain.say({ path: '$more', data: { id: 1, n } });
    expect(slowed()).toBe(1);
  });
});

describe('reading', () => {
  it('goes on only when neither the rates nor the handlers speak against it', async () => {
    const { server, clock, finish } = start({ messageBurst: 1, maxInFlight: 2 });
    const client = await server.connectPlain();
    const ask = (id: number): void => client.say({ path: 'slow', id });
    ask(1);
    ask(2);
    clock.advance(1_000);
    expect(client.transport.isPaused).toBe(true);
    ask(3);
    ask(4);
    finish.forEach((done) => done());
    await settle();
    expect(client.transport.isPaused).toBe(true);
    clock.advance(1_000);
    expect(client.transport.isPaused).toBe(false);
  });

  it('is over where another process has the session, also for what is heard out when the client closes', async () => {
    const handled: string[] = [];
    const routes = { note: (_socket: unknown, text: string) => void handled.push(text) };
    const { brokers, engine, nodes } = await startNodes(channels, { routes });
    const [one, other] = nodes;
    const client = await one.connect();
    await settle();
    engine.delayMessages(brokers[0]);
    const resuming = other.resume(client);
    // what it puts down of the session is refused
    for (const room of ['lobby', 'attic']) {
      one.sockets.client(client.welcome.session)?.join(room);
      await settle();
    }
    expect(client.transport.isPaused).toBe(true);
    client.say({ ...note(), seq: 1 });
    client.transport.end(1000);
    await settle();
    expect(handled).toEqual([]);
    engine.releaseMessages(brokers[0]);
    await resuming;
  });

  it('that is paused leaves no timer behind when the client goes', async () => {
    const { server, clock } = start({ messageBurst: 1 });
    const client = await server.connectPlain();
    client.say(note());
    client.say(note());
    client.transport.end(1006);
    await server.sockets.close();
    expect(clock.pending).toBe(0);
  });

  it('allows more bytes where messages may be larger, unless told otherwise', async () => {
    const big = JSON.stringify(note('x'.repeat(3_900_000)));
    for (const [limits, slowedTimes] of [
      [{ maxMessageBytes: 4_000_000 }, 0],
      [{ maxMessageBytes: 4_000_000, byteBurst: 1_048_576 }, 1],
    ] as const) {
      const { server, slowed } = start(limits);
      (await server.connectPlain()).say(big);
      expect(slowed()).toBe(slowedTimes);
    }
  });
});
