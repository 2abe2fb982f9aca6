// Sessions that a process has claimed and did not get to put down: what those before it know is not lost with it.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { brief, join, startNodes, type Node } from './cluster.fixture.js';
import type { MemoryBroker } from './memory/memory-broker.fixture.js';
import { settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({
  add: { in: z.number(), reply: z.number() },
  count: { in: z.void(), stream: z.number() },
});
const request = { path: 'add', data: 1, id: 1 };

/** A client whose handlers in the first process end when they are told to. */
async function start() {
  const seen: string[] = [];
  let runs = 0;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const started = await startNodes(channels, {
    event: { onDisconnect: () => void seen.push('disconnect') },
    routes: {
      add: async (_socket, n) => ((runs += 1), await finished, n + runs),
      async *count() {
        for (let n = 1; ; n += 1) yield n;
      },
    },
  });
  const { clock } = started;
  const client = await started.nodes[0].connect();
  await settle();
  /** A process that hears nothing is given up. */
  const resume = async (node: Node<typeof channels>, from: TestClient, open = {}): Promise<TestClient> => {
    const resuming = node.resume(from, { open });
    for (let passed = 0; passed < 400; passed += 100) {
      await settle();
      clock.advance(100);
    }
    return resuming;
  };
  return { ...started, client, seen, resume, finish, runs: () => runs };
}

/** What a process puts down from now on never reaches the engine. */
function keepFromPuttingDown(broker: MemoryBroker): void {
  broker.commitSession = () => new Promise(() => undefined);
}

/** The next claim of a process is made, and it never hears of that. Its client comes to it in vain. */
async function claimUnheard(
  node: Node<typeof channels>,
  broker: MemoryBroker,
  { welcome }: TestClient,
): Promise<void> {
  const claim = broker.claimSession.bind(broker);
  vi.spyOn(broker, 'claimSession').mockImplementationOnce(async (asked) => {
    await claim(asked);
    throw new Error('the engine did not answer');
  });
  const connection = await node.connectSilent();
  connection.say({ path: '$hello', data: { session: welcome.session, token: welcome.token } });
  await settle();
  expect(connection.transport.closedWith?.code).toBe(4500);
}

describe('a message that a process handles whose client went to one that was killed then', () => {
  it.each([
    ['a third one', 2],
    ['the first one', 0],
  ] as const)('is not handled again where it comes back to %s, and is answered', async (_where, index) => {
    const { brokers, client, engine, finish, nodes, resume, runs } = await start();
    client.say(request);
    await settle();
    const lost = await nodes[1].resume(client);
    engine.kill(brokers[1]);
    const back = await resume(nodes[index], lost);
    back.say(request);
    await settle();
    finish();
    await settle();
    expect(back.take()).toEqual([{ path: 'add', data: 2, id: 1 }]);
    expect(runs()).toBe(1);
  });

  it.each([
    ['before that', true],
    ['after that', false],
  ])('is answered where it was done %s', async (_when, isBefore) => {
    const { brokers, client, engine, finish, nodes, resume, runs } = await start();
    keepFromPuttingDown(brokers[1]);
    client.say(request);
    await settle();
    const lost = await nodes[1].resume(client);
    if (isBefore) finish();
    await settle();
    engine.kill(brokers[1]);
    if (!isBefore) finish();
    await settle();
    const back = await resume(nodes[2], lost, { 1: 0 });
    expect(back.welcome.done).toEqual([[1, 1]]);
    expect(back.take()).toEqual([{ path: 'add', data: 2, id: 1 }]);
    expect(runs()).toBe(1);
  });
});

describe('what a process had not put down of a session', () => {
  it('that it has handled is not lost with the next one', async () => {
    const { brokers, client, engine, finish, nodes, resume, runs } = await start();
    keepFromPuttingDown(brokers[0]);
    keepFromPuttingDown(brokers[1]);
    finish();
    await client.ask(request);
    const lost = await nodes[1].resume(client);
    engine.kill(brokers[1]);
    const back = await resume(nodes[2], lost, { 1: 0 });
    expect(back.welcome.done).toEqual([[1, 1]]);
    expect(back.take()).toEqual([{ path: 'add', data: 2, id: 1 }]);
    expect(runs()).toBe(1);
  });

  it.each([
    ['the next one knows', false],
    ['is not lost with the next one', true],
  ])('of its rooms %s', async (_what, isKilled) => {
    const { brokers, client, engine, nodes, resume } = await start();
    keepFromPuttingDown(brokers[0]);
    if (isKilled) keepFromPuttingDown(brokers[1]);
    await join(client, 'lobby');
    client.takeAll();
    let back = await nodes[1].resume(client);
    if (isKilled) {
      engine.kill(brokers[1]);
      back = await resume(nodes[2], back);
    }
    await settle();
    expect(brief(back.take())).not.toContain('gap of lobby: denied');
    const has = nodes[isKilled ? 2 : 1].sockets.client(client.welcome.session);
    expect([...(has?.rooms ?? [])]).toEqual(['lobby']);
  });

  it('of its rooms does not bring back what the next one has put down otherwise', async () => {
    const { brokers, client, engine, nodes, resume } = await start();
    keepFromPuttingDown(brokers[0]);
    // the first process is asked again as long as it handles something
    client.say(request);
    await join(client, 'lobby');
    const b = await nodes[1].resume(client);
    nodes[1].sockets.client(client.welcome.session)?.leave('lobby');
    await settle();
    engine.kill(brokers[1]);
    const c = await resume(nodes[2], b);
    expect([...(nodes[2].sockets.client(c.welcome.session)?.rooms ?? ['gone'])]).toEqual([]);
  });
});

describe('a session that a process has claimed and never heard of that', () => {
  it('is handed over by the one that has it', async () => {
    const { brokers, client, finish, nodes, runs } = await start();
    client.say(request);
    await settle();
    await claimUnheard(nodes[1], brokers[1], client);
    const back = await nodes[2].resume(client);
    back.say(request);
    await settle();
    finish();
    await settle();
    expect(back.take()).toEqual([{ path: 'add', data: 2, id: 1 }]);
    expect(runs()).toBe(1);
  });

  it('is handed over by the one that had it, also a while after that has heard that it is elsewhere', async () => {
    const { brokers, client, clock, finish, nodes, resume, runs } = await start();
    client.say(request);
    await settle();
    await claimUnheard(nodes[1], brokers[1], client);
    keepFromPuttingDown(brokers[1]);
    finish();
    await settle();
    for (let second = 0; second < 14; second += 1) {
      clock.advance(1_000);
      await settle();
    }
    expect(client.transport.closedWith?.code).toBe(4500);
    const back = await resume(nodes[2], client, { 1: 0 });
    expect(back.welcome.done).toEqual([[1, 1]]);
    expect(back.take()).toEqual([{ path: 'add', data: 2, id: 1 }]);
    expect(runs()).toBe(1);
  });

  it('is over where it has ended in the one that had it', async () => {
    const { brokers, client, nodes, seen } = await start();
    await claimUnheard(nodes[1], brokers[1], client);
    client.transport.end(1000);
    await settle();
    expect(seen).toEqual(['disconnect']);
    expect((await nodes[2].resume(client)).welcome.resumed).toBe(false);
    expect(seen).toEqual(['disconnect']);
  });
});

it('begins a stream whose client has nothing of it, although the process that it went to first was killed', async () => {
  const { brokers, client, engine, nodes, resume } = await start();
  const asked = { path: 'count', id: 1 };
  client.say(asked);
  await settle();
  const lost = await nodes[1].resume(client, { open: { 1: 0 } });
  engine.kill(brokers[1]);
  const back = await resume(nodes[2], lost, { 1: 0 });
  back.say(asked);
  await settle();
  expect(back.take().map(({ data }) => data)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
});
