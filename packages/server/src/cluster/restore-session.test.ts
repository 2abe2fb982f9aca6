// What a process makes of a session that it knows only from the engine and from what the client says.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startNodes, type Nodes } from './cluster.fixture.js';
import type { SessionCommit } from './broker.js';
import { settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({
  add: { in: z.number(), reply: z.number() },
  said: { in: z.string() },
  count: { in: z.number(), stream: z.number() },
});

async function start(): Promise<Nodes<typeof channels> & { readonly client: TestClient }> {
  const started = await startNodes(channels, { routes: { add: (_socket, n) => n + 1 } });
  const client = await started.nodes[0].connect();
  await client.ask({ path: 'add', data: 1, id: 1 });
  client.cut();
  await settle();
  return { ...started, client };
}

it.each<[string, Partial<SessionCommit>]>([
  ['no numbers', { done: '[[],["1",2],[2,1],[0,1],[1.5,2],[-1,1],{}]' }],
  ['no JSON', { done: ']', state: '}' }],
  [
    'rooms of the protocol’s own',
    { done: '[]', state: '{"rooms":{"*":[0,0,true],"$inbox":[0,0,true],"":[0,0,true]}}' },
  ],
  ['answers that are none', { done: '[]', answers: new Map([[1, '[{"text":"}"},null]']]) }],
])('takes for nothing what no process has put down: %s', async (_what, put) => {
  const { nodes, brokers, engine, clock, client, errors } = await start();
  await brokers[0].commitSession({ id: client.welcome.session, generation: 1, ...put });
  // what the first process has it would say itself
  engine.kill(brokers[0]);
  const resuming = nodes[1].resume(client);
  await settle();
  clock.advance(1_000);
  const back = await resuming;
  expect(back.welcome).toMatchObject({ resumed: true, done: [] });
  expect([...(nodes[1].sockets.client(client.welcome.session)?.rooms ?? ['gone'])]).toEqual([]);
  expect(await back.ask({ path: 'add', data: 1, id: 1 })).toMatchObject([{ data: 2, id: 1 }]);
  expect(errors()).toEqual([]);
});

describe('a client that comes back to another process', () => {
  it.each([130_000, Number.MAX_SAFE_INTEGER])(
    'costs nothing for claiming that stream %d was begun, and goes on',
    async (claimed) => {
      const heard: string[] = [];
      const { nodes, errors } = await startNodes(channels, {
        routes: { said: (_socket, text) => void heard.push(text) },
      });
      const [one, other, third] = nodes;
      const a = await one.connect();
      a.say({ path: 'said', data: 'first', seq: 1 });
      await settle();
      const back = await other.resume(a, { open: { [claimed]: 1 } });
      expect(back.welcome).toMatchObject({
        resumed: true,
        done: [
          [1, 1],
          [claimed, claimed],
        ],
      });
      back.say({ path: 'said', data: 'second', seq: 2 });
      await settle();
      const again = await third.resume(back);
      expect(again.welcome).toMatchObject({
        resumed: true,
        done: [
          [1, 2],
          [claimed, claimed],
        ],
      });
      expect(heard).toEqual(['first', 'second']);
      expect(errors()).toEqual([]);
    },
  );

  it('is believed no more claims than there are streams', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    let client = await one.connect();
    for (const [turn, node] of [other, third, one].entries()) {
      const claims = Array.from({ length: 2_000 }, (_, index) => [10_000 * turn + 2 * index + 2, 1] as const);
      client = await node.resume(client, { open: Object.fromEntries(claims) });
      expect(client.welcome.done).toHaveLength(256);
    }
  });

  it('has withdrawn what it does not send again before a later number', async () => {
    const heard: string[] = [];
    const { nodes } = await startNodes(channels, {
      routes: { said: (_socket, text) => void heard.push(text) },
    });
    const [one, other, third] = nodes;
    const a = await one.connect();
    await settle();
    const back = await other.resume(a, { open: { 4: 1 } });
    back.say({ path: 'said', data: 'second', seq: 2 });
    back.say({ path: 'said', data: 'first', seq: 1 });
    back.say({ path: 'said', data: 'fifth', seq: 5 });
    await settle();
    expect(heard).toEqual(['second', 'fifth']);
    expect((await third.resume(back)).welcome.done).toEqual([[1, 5]]);
  });

  it('comes back another time where it could not be greeted', async () => {
    const { brokers, nodes, errors } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    const claim = vi.spyOn(brokers[1], 'claimSession').mockResolvedValueOnce({} as never);
    const refused = await other.resume(a);
    expect(refused.transport.closedWith?.code).toBe(4500);
    expect(errors()).toHaveLength(1);
    expect((await other.resume(a)).welcome.resumed).toBe(true);
    expect(claim).toHaveBeenCalledTimes(2);
  });
});
