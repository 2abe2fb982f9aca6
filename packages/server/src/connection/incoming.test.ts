import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startNodes } from '../cluster/cluster.fixture.js';
import type { LimitOptions } from '../limits/limits.js';
import { createTestServer, settle } from '../test-server.fixture.js';

const channels = defineChannels({ note: { in: z.string(), reply: z.string() } });

const start = (limits: LimitOptions = {}) =>
  createTestServer(channels, { limits, routes: { note: (_socket, text) => text } });

describe('messages that are no frames', () => {
  it('are answered ten times in 10 s, and the eleventh closes with 4429', async () => {
    const server = start();
    const client = await server.connectPlain();
    for (let n = 0; n < 10; n += 1) {
      client.say('no JSON');
      server.clock.advance(999);
    }
    expect(client.take()).toHaveLength(10);
    expect(client.transport.closedWith).toBeUndefined();
    client.say('no JSON');
    expect(client.transport.closedWith).toEqual({ code: 4429, reason: 'too many messages were no frames' });
    expect(client.take()).toEqual([]);
    expect(server.sockets.stats()).toMatchObject({ badFrames: 11, limited: { badFrames: 1 } });
    expect(server.sockets.countClients).toBe(0);
  });

  it('are forgiven after 10 s', async () => {
    const server = start({ badFramesPer10s: 1 });
    const client = await server.connect();
    for (let n = 0; n < 5; n += 1) {
      client.say('no JSON');
      server.clock.advance(10_000);
    }
    expect(client.transport.closedWith).toBeUndefined();
    client.say('no JSON');
    server.clock.advance(9_999);
    client.say('no JSON');
    expect(client.transport.closedWith?.code).toBe(4429);
  });

  it('count whatever they are, also before the greeting', async () => {
    const server = start({ badFramesPer10s: 3 });
    const client = await server.connectSilent();
    for (const message of ['1', '{"path":"note"}', '{"__proto__":1}']) client.say(message);
    expect(client.take()).toMatchObject(Array.from({ length: 3 }, () => ({ data: { code: 'bad_frame' } })));
    client.transport.receive(undefined);
    expect(client.transport.closedWith?.code).toBe(4429);
  });

  it('are no matter of frames that are merely wrong', async () => {
    const server = start({ badFramesPer10s: 1 });
    const client = await server.connectPlain();
    for (let id = 0; id < 20; id += 1) client.say({ path: id % 2 ? 'note' : 'nope', data: 5, id });
    expect(client.take()).toHaveLength(20);
    expect(client.transport.closedWith).toBeUndefined();
  });
});

describe('a request that is not let in', () => {
  const excess = { path: 'note', data: Array.from({ length: 10_001 }, () => 0) };

  it('is answered on its id, the same when it comes again, and counts', async () => {
    const server = start();
    const client = await server.connect();
    const refused = [
      { path: 'note', id: 1, error: { code: 'bad_frame', message: expect.stringContaining('10000 keys') } },
    ];
    for (let time = 0; time < 2; time += 1) {
      client.say({ ...excess, id: 1 });
      expect(client.take()).toEqual(refused);
    }
    expect(server.sockets.stats().badFrames).toBe(2);
    client.cut();
    const back = await server.resume(client, { open: { 1: 0 } });
    expect(back.welcome.done).toEqual([[1, 1]]);
    expect(back.take()).toEqual(refused);
  });

  it('is answered on its id to a plain client', async () => {
    const client = await start().connectPlain();
    client.say({ ...excess, id: 'a' });
    expect(client.take()).toMatchObject([{ path: 'note', id: 'a', error: { code: 'bad_frame' } }]);
  });

  it('and is one too many is answered when the client is back', async () => {
    const server = start({ badFramesPer10s: 1 });
    const client = await server.connect();
    client.say('no JSON');
    client.take();
    client.say({ ...excess, id: 1 });
    expect(client.transport.closedWith?.code).toBe(4429);
    expect(client.take()).toEqual([]);
    const back = await server.resume(client, { open: { 1: 0 } });
    await settle();
    expect(back.take()).toMatchObject([{ path: 'note', id: 1, error: { code: 'bad_frame' } }]);
  });
});

describe('a client whose session is being looked for', () => {
  async function startGreeting(limits: LimitOptions = {}) {
    const finish: (() => void)[] = [];
    const { nodes, brokers } = await startNodes(channels, {
      limits,
      routes: { note: (_socket, text) => new Promise((resolve) => finish.push(() => resolve(text))) },
    });
    const [one] = nodes;
    const first = await one.connect();
    /** Says hello; `isDecided` lets it be known whose the client is. */
    const comeBack = async () => {
      const client = await one.connectSilent();
      brokers[0].hold('everything', true);
      const { session, token } = first.welcome;
      client.say({ path: '$hello', data: { session, token } });
      await settle();
      const decide = async (): Promise<void> => {
        brokers[0].hold('everything', false);
        await settle();
      };
      return { client, decide };
    };
    return { first, comeBack, finish };
  }

  it('is read once it is welcomed: what it says too early is heard then', async () => {
    const { comeBack, finish } = await startGreeting();
    const { client, decide } = await comeBack();
    expect([client.transport.isPaused, client.transport.sent]).toEqual([true, []]);
    await decide();
    expect(client.takeAll()[0]?.path).toBe('$welcome');
    expect(client.transport.isPaused).toBe(false);
    client.say({ path: 'note', data: 'x', id: 1 });
    finish[0]?.();
    await settle();
    expect(client.take()).toEqual([{ path: 'note', data: 'x', id: 1 }]);
  });

  it('is not read after that either while too many of its handlers run', async () => {
    const { first, comeBack, finish } = await startGreeting({ maxInFlight: 1 });
    first.say({ path: 'note', data: 'x', id: 1 });
    const { client, decide } = await comeBack();
    await decide();
    expect(client.takeAll()[0]?.path).toBe('$welcome');
    expect(client.transport.isPaused).toBe(true);
    finish[0]?.();
    await settle();
    expect(client.transport.isPaused).toBe(false);
  });
});

describe('what nests deeper than a stack, where the limits let it in', () => {
  interface Tree {
    readonly child?: Tree | undefined;
  }
  const Tree: z.ZodType<Tree> = z.object({ child: z.lazy(() => Tree).optional() });
  const arrays = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const objects = `${'{"child":'.repeat(100_000)}{}${'}'.repeat(100_000)}`;
  const depthOf = (value: unknown): number => (Array.isArray(value) ? 1 + depthOf(value[0]) : 0);

  function startDeep() {
    return createTestServer(
      defineChannels({
        echo: { in: z.unknown(), reply: z.unknown() },
        depth: { in: z.unknown(), reply: z.number() },
        tree: { in: Tree, reply: z.string() },
        find: { out: z.string(), answer: Tree },
      }),
      {
        limits: { maxJsonDepth: 2 ** 31 - 1, maxJsonKeys: 2 ** 31 - 1 },
        routes: {
          echo: (_socket, data) => data,
          depth: (_socket, data) => depthOf(data),
          tree: () => 'seen',
        },
      },
    );
  }

  it.each([
    ['the schema', 'tree', objects],
    ['the route', 'depth', arrays],
    ['the answer', 'echo', arrays],
  ])('is an error of its sender, be it too deep for %s', async (_what, path, data) => {
    const server = startDeep();
    const client = await server.connectPlain();
    expect(await client.ask(`{"path":"${path}","id":1,"data":${data}}`)).toMatchObject([
      { path, id: 1, error: { code: 'internal' } },
    ]);
    expect(server.errors).toHaveLength(1);
    expect(client.transport.closedWith).toBeUndefined();
  });

  it('fails the question that it answers', async () => {
    const server = startDeep();
    const client = await server.connect();
    const [socket] = server.sockets.clients();
    const asked = socket!.request('find', 'the root');
    client.say(`{"path":"find","id":"s1","data":${objects}}`);
    await expect(asked).rejects.toMatchObject({ code: 'internal' });
  });

  it('is ignored in what is the protocol’s own', async () => {
    const server = startDeep();
    const client = await server.connect();
    for (const path of ['$hello', '$join', '$leave', '$cancel', '$more', '$ack', '$auth'])
      client.say(`{"path":"${path}","data":${arrays}}`);
    await settle();
    expect(server.errors).toEqual([]);
  });
});
