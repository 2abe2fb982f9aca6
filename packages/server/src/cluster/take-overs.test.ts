// Sessions that several processes claim at once, or claim and do not hear of it: what one of them knows, the last of them is told.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startNodes, type Node } from './cluster.fixture.js';
import type { MemoryBroker } from './memory/memory-broker.fixture.js';
import { settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({ said: { in: z.string(), out: z.string() } });

/** A client whose second message the first process is handling. */
async function handle() {
  let finish = (): void => undefined;
  const runs: string[] = [];
  const started = await startNodes(channels, {
    routes: {
      said: async (_socket, text) => {
        runs.push(text);
        if (text === 'slow') await new Promise<void>((resolve) => (finish = resolve));
      },
    },
  });
  const client = await started.nodes[0].connect();
  client.say({ path: 'said', data: 'quick', seq: 1 });
  client.say({ path: 'said', data: 'slow', seq: 2 });
  await settle();
  /** What was handled once all has come again, and the handler is done. */
  const repeat = async (back: TestClient): Promise<readonly string[]> => {
    back.say({ path: 'said', data: 'slow', seq: 2 });
    await settle();
    finish();
    await settle();
    return runs;
  };
  return { ...started, client, repeat };
}

/** A connection by which a client says that it is back, and is not waited for. */
async function say(node: Node<typeof channels>, { welcome }: TestClient): Promise<TestClient> {
  const connection = await node.connectSilent();
  connection.say({ path: '$hello', data: { session: welcome.session, token: welcome.token } });
  await settle();
  return connection;
}

/** The engine does what it is asked, and its answer is lost. */
function loseClaim(broker: MemoryBroker): void {
  const claim = broker.claimSession.bind(broker);
  vi.spyOn(broker, 'claimSession').mockImplementationOnce(async (asked) => {
    await claim(asked);
    throw new Error('the engine did not answer');
  });
}

describe('a process that is asked for a session', () => {
  it('which it is still taking over itself answers when it has, and does not greet its own client', async () => {
    const { brokers, client, engine, nodes, repeat } = await handle();
    const [, other, third] = nodes;
    engine.delayMessages(brokers[0]);
    const overtaken = await say(other, client);
    const resuming = third.resume(client);
    await settle();
    engine.releaseMessages(brokers[0]);
    const back = await resuming;
    expect(back.welcome).toMatchObject({ resumed: true, done: [[1, 1]] });
    expect(overtaken.take()).toEqual([]);
    expect(overtaken.transport.closedWith?.code).toBe(4409);
    expect(await repeat(back)).toEqual(['quick', 'slow']);
  });

  it('which it has claimed, and has no answer yet, answers when it has taken it over', async () => {
    const { brokers, client, nodes, repeat } = await handle();
    const [, other, third] = nodes;
    let hear = (): void => undefined;
    const heard = new Promise<void>((resolve) => (hear = resolve));
    const claim = brokers[1].claimSession.bind(brokers[1]);
    vi.spyOn(brokers[1], 'claimSession').mockImplementationOnce(async (asked) => {
      const claimed = await claim(asked);
      await heard;
      return claimed;
    });
    const overtaken = await say(other, client);
    const resuming = third.resume(client);
    await settle();
    hear();
    expect(await repeat(await resuming)).toEqual(['quick', 'slow']);
    expect(overtaken.transport.closedWith?.code).toBe(4409);
  });

  it('which it is about to take from the one that asks answers at once', async () => {
    const { brokers, client, engine, nodes, repeat } = await handle();
    const [one, other] = nodes;
    engine.delayMessages(brokers[0]);
    // both ask each other
    const overtaken = await say(other, client);
    const resuming = one.resume(client);
    await settle();
    engine.releaseMessages(brokers[0]);
    const back = await resuming;
    expect(overtaken.transport.closedWith?.code).toBe(4409);
    expect(await repeat(back)).toEqual(['quick', 'slow']);
    expect((await nodes[2].resume(back)).welcome.done).toEqual([[1, 2]]);
  });
});

describe('a process that has waited long for the one that had a session', () => {
  it.each([
    ['', 0],
    [', also where the clock is set back meanwhile', 3_600_000],
  ])(
    'looks whether it is still its own before it greets the client: it may not have been heard since%s',
    async (_also, backMs) => {
      const { brokers, client, clock, engine, nodes } = await handle();
      const [, other, third] = nodes;
      engine.dropMessages(brokers[1]);
      const overtaken = await say(other, client);
      const late = await say(third, client);
      late.cut();
      const before = clock.now() - backMs;
      const now = vi.spyOn(clock, 'now');
      if (backMs > 0) now.mockReturnValue(before);
      for (let passed = 0; passed < 3_000; passed += 100) {
        clock.advance(100);
        await settle();
      }
      now.mockRestore();
      expect(overtaken.take()).toEqual([]);
      expect(overtaken.transport.closedWith?.code).toBe(4500);
    },
  );

  it.each([
    ['the secret that it was given', true],
    ['the one that it came with', false],
  ])(
    'puts down, where the engine has forgotten the session, that %s opens it',
    async (_which, isWelcomed) => {
      const { brokers, client, clock, engine, nodes } = await handle();
      engine.delayMessages(brokers[0]);
      const resuming = nodes[1].resume(client);
      for (let passed = 0; passed < 2_000; passed += 100) {
        await settle();
        clock.advance(100);
      }
      engine.flush();
      engine.releaseMessages(brokers[0]);
      const back = await resuming;
      const again = await nodes[2].resume(isWelcomed ? back : client);
      expect(again.welcome).toMatchObject({ resumed: true, session: client.welcome.session });
    },
  );
});

it.each([
  ['to an older claim', 0, 1],
  ['by another process', 2, 2],
] as const)(
  'an answer that is given %s is not taken for the one that is awaited',
  async (_what, from, generation) => {
    const { brokers, client, engine, nodes, repeat } = await handle();
    engine.delayMessages(brokers[0]);
    const resuming = nodes[1].resume(client);
    await settle();
    const late = { kind: 'handed-over', id: client.welcome.session, from: brokers[from].id, generation };
    engine.tell(brokers[1].id ?? '', JSON.stringify(late));
    await settle();
    engine.releaseMessages(brokers[0]);
    expect(await repeat(await resuming)).toEqual(['quick', 'slow']);
  },
);

describe('a process whose line to the engine is gone for a moment', () => {
  it.each([
    ['asks for a session it has claimed as soon as it can', 1, 'hand-over'],
    ['hands a session over as soon as it can', 0, 'handed-over'],
  ] as const)('%s', async (_what, index, kind) => {
    const { brokers, client, clock, nodes, repeat } = await handle();
    const broker = brokers[index];
    const awayUntil = clock.now() + 1_500;
    const tell = broker.tell.bind(broker);
    vi.spyOn(broker, 'tell').mockImplementation(async (to, text) => {
      const isAway = clock.now() < awayUntil && text.includes(`"${kind}"`);
      return isAway ? undefined : tell(to, text);
    });
    const resuming = nodes[1].resume(client);
    for (let passed = 0; passed < 2_000; passed += 100) {
      await settle();
      clock.advance(100);
    }
    const back = await resuming;
    expect(await repeat(back)).toEqual(['quick', 'slow']);
  });
});

it.each([
  ['asks for', 1],
  ['hands over', 0],
] as const)('a process that is closed while it %s a session leaves nothing behind', async (_what, index) => {
  const { brokers, client, clock, nodes } = await handle();
  vi.spyOn(brokers[index], 'tell').mockResolvedValue(undefined);
  await say(nodes[1], client);
  const closing = nodes.map(({ sockets }) => sockets.close());
  for (let passed = 0; passed < 1_000; passed += 100) {
    clock.advance(100);
    await settle();
  }
  await Promise.all(closing);
  expect(clock.pending).toBe(0);
});

describe('a claim whose answer was lost', () => {
  it('costs nothing of what the process that made it is handling', async () => {
    const { brokers, client, nodes, repeat } = await handle();
    const [one] = nodes;
    client.cut();
    loseClaim(brokers[0]);
    await one.resume(client);
    const back = await one.resume(client);
    expect(back.welcome).toMatchObject({ resumed: true, done: [[1, 1]] });
    expect(await repeat(back)).toEqual(['quick', 'slow']);
    expect((await nodes[2].resume(back)).welcome.done).toEqual([[1, 2]]);
  });

  it('costs nothing of what was handled since that process had the session', async () => {
    const { brokers, client, nodes, repeat } = await handle();
    const [one, other, third] = nodes;
    const moved = await other.resume(client);
    await repeat(moved);
    moved.say({ path: 'said', data: 'third', seq: 3 });
    await settle();
    moved.cut();
    loseClaim(brokers[0]);
    await one.resume(moved);
    expect((await third.resume(moved)).welcome).toMatchObject({ resumed: true, done: [[1, 3]] });
  });
});
