// Clients that return to a process all at once, as they do when another process has died.
import { defineChannels, type ChannelDefinitions } from '@wirepact/core';
import { expect, it, vi } from 'vitest';
import { startNodes, type Node } from './cluster.fixture.js';
import { returnsAtOnce } from './greetings.js';
import { settle, type TestClient } from '../test-server.fixture.js';

it('are taken so many at a time, and who is gone again by its turn is not asked for', async () => {
  const { nodes, brokers, errors } = await startNodes(defineChannels({}));
  const [one, other] = nodes;
  const [, broker] = brokers;
  const count = returnsAtOnce + 10;
  const clients = await Promise.all(Array.from({ length: count }, () => one.connect()));
  for (const client of clients) client.cut();
  const claim = vi.spyOn(broker, 'claimSession');
  broker.hold('everything', true);
  const returning = await Promise.all(clients.map(() => other.connectSilent()));
  returning.forEach((client, index) => {
    const { session, token } = clients[index]?.welcome ?? {};
    client.say({ path: '$hello', data: { session, token } });
  });
  await settle();
  expect(claim).toHaveBeenCalledTimes(returnsAtOnce);
  returning.at(-1)?.cut();
  broker.hold('everything', false);
  while (other.sockets.countClients < count - 1) await settle();
  expect(claim).toHaveBeenCalledTimes(count - 1);
  const welcomes = returning.map((client) => client.takeAll()[0]?.data);
  expect(welcomes.slice(0, -1).every((data) => (data as { resumed: boolean }).resumed)).toBe(true);
  expect(welcomes.at(-1)).toBeUndefined();
  expect(errors()).toEqual([]);
});

/** A client that says which session it had, and is not waited for. */
async function say(
  node: Pick<Node<ChannelDefinitions>, 'connectSilent'>,
  session: string,
  token: string,
): Promise<TestClient> {
  const client = await node.connectSilent();
  client.say({ path: '$hello', data: { session, token } });
  return client;
}

/** Lets the engine be slow for so long that it may have been away. */
async function slowly({ clock, brokers }: Awaited<ReturnType<typeof startNodes>>, say: () => Promise<void>) {
  brokers[1].hold('everything', true);
  await say();
  await settle();
  clock.advance(150);
  brokers[1].hold('everything', false);
  for (let turn = 0; turn < 5; turn += 1) await settle();
}

it('do not wait for strangers who know a session, and not its secret', async () => {
  const started = await startNodes(defineChannels({}));
  const [one, other] = started.nodes;
  const { transport, welcome } = await one.connect();
  transport.end(1006);
  const { session, token } = welcome;
  const strangers: TestClient[] = [];
  let back: TestClient | undefined;
  await slowly(started, async () => {
    for (let n = 0; n < 50; n += 1) strangers.push(await say(other, session, `wrong ${n}`));
    back = await say(other, session, token);
  });
  expect(back?.takeAll()[0]).toMatchObject({ path: '$welcome', data: { session, resumed: true } });
  started.clock.advance(300);
  await settle();
  for (const stranger of strangers)
    expect(stranger.takeAll()[0]).toMatchObject({ path: '$welcome', data: { resumed: false } });
});

it('wait for an engine that was away once, and not each for the one before', async () => {
  const started = await startNodes(defineChannels({}));
  const [, other] = started.nodes;
  const clients: TestClient[] = [];
  await slowly(started, async () => {
    for (let n = 0; n < 3; n += 1) clients.push(await say(other, 's_gone', 'secret'));
  });
  started.clock.advance(300);
  for (let turn = 0; turn < 5; turn += 1) await settle();
  const welcomed = clients.map((client) => client.takeAll().map(({ path }) => path)[0]);
  expect(welcomed).toEqual(['$welcome', '$welcome', '$welcome']);
});

it('are one client where two of its secrets open the session, and the last one has it', async () => {
  const { nodes, brokers, engine, errors } = await startNodes(defineChannels({}));
  const [one, other] = nodes;
  const a = await one.connect();
  const { session } = a.welcome;
  // it has not shown that it has the newest
  const again = await one.resume(a);
  engine.delayMessages(brokers[0]);
  const older = await say(other, session, a.welcome.token);
  const newer = await say(other, session, again.welcome.token);
  await settle();
  engine.releaseMessages(brokers[0]);
  for (let turn = 0; turn < 5; turn += 1) await settle();
  expect(older.transport.closedWith?.code).toBe(4409);
  expect(newer.takeAll()[0]).toMatchObject({ path: '$welcome', data: { session, resumed: true } });
  expect(nodes.map(({ sockets }) => [...sockets.clients()].length)).toEqual([0, 1, 0]);
  other.sockets.client(session)?.disconnect();
  expect(newer.transport.closedWith?.code).toBe(1000);
  expect(errors()).toEqual([]);
});
