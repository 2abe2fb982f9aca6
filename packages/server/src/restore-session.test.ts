// What a process makes of a session that it knows only by hearsay: by what lies at the engine, and by what its client says.
import { defineChannels } from '@wirepact/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { startNodes, type Nodes } from './cluster.fixture.js';
import type { SessionCommit } from './broker.js';
import { settle, type TestClient } from './test-server.fixture.js';

const channels = defineChannels({ add: { in: z.number(), reply: z.number() } });

async function start(): Promise<Nodes<typeof channels> & { readonly client: TestClient }> {
  const started = await startNodes(channels, { routes: { add: (_socket, n) => n + 1 } });
  const client = await started.nodes[0].connect();
  await client.ask({ path: 'add', data: 1, id: 1 });
  client.cut();
  await settle();
  return { ...started, client };
}

it('remembers no numbers that a client makes up', async () => {
  const { nodes, client, errors } = await start();
  const back = await nodes[1].resume(client, { open: { 9_007_199_254_740_990: 1, 4: 1 } });
  expect(back.welcome).toMatchObject({
    resumed: true,
    done: [
      [1, 1],
      [4, 4],
    ],
  });
  back.take();
  expect(await back.ask({ path: 'add', data: 1, id: 2 })).toMatchObject([{ data: 2, id: 2 }]);
  expect(errors()).toEqual([]);
});

it.each<[string, Partial<SessionCommit>]>([
  ['no numbers', { done: '[[],["1",2],[2,1],[0,1],[1.5,2],[-1,1],{}]' }],
  ['more open than any client has', { done: '[[1,1],[9007199254740990,9007199254740991]]' }],
  ['no JSON', { done: ']', state: '}' }],
  [
    'rooms of the protocol’s own',
    { done: '[]', state: '{"rooms":{"*":[0,0,true],"$inbox":[0,0,true],"":[0,0,true]}}' },
  ],
  ['answers that are none', { done: '[]', answers: new Map([[1, '[{"text":"}"},null]']]) }],
])('takes for nothing what no process has put down: %s', async (_what, put) => {
  const { nodes, brokers, engine, clock, client, errors } = await start();
  await brokers[2].commitSession({ id: client.welcome.session, generation: 1, ...put });
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
