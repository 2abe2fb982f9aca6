// What is put down of a session: nothing of it is left out for good because the engine did not take it, or another process had it.
import { defineChannels } from '@wirepact/core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { SessionCommit } from './broker.js';
import { startNodes } from './cluster.fixture.js';
import type { MemoryBroker } from './memory/memory-broker.fixture.js';
import { settle } from '../test-server.fixture.js';

const channels = defineChannels({ add: { in: z.number(), reply: z.number() } });

/** What a process puts down from now on, and whether the engine takes it. */
function watchCommits(broker: MemoryBroker) {
  const watch = { commits: [] as SessionCommit[], isFull: false };
  const commit = broker.commitSession.bind(broker);
  broker.commitSession = (change) => {
    watch.commits.push(change);
    return watch.isFull ? Promise.reject(new Error('it is full')) : commit(change);
  };
  return watch;
}

it('is put down with what comes next where the engine did not take it, and its user is to be found again', async () => {
  const { brokers, nodes } = await startNodes(channels, { routes: { add: (_socket, n) => n + 1 } });
  const [one] = nodes;
  const a = await one.connect('ann');
  await settle();
  const watch = watchCommits(brokers[0]);
  watch.isFull = true;
  await a.ask({ path: 'add', data: 1, id: 1 });
  expect(watch.commits).not.toEqual([]);
  watch.isFull = false;
  watch.commits.length = 0;
  await a.ask({ path: 'add', data: 2, id: 2 });
  const [next] = watch.commits;
  expect(next).toMatchObject({ done: '[[1,2]]', isDoubtful: true });
  expect([...(next?.answers?.keys() ?? [])]).toEqual([1, 2]);
  watch.commits.length = 0;
  await a.ask({ path: 'add', data: 3, id: 3 });
  expect(watch.commits).toMatchObject([{ done: '[[1,3]]' }]);
  expect(watch.commits[0]).not.toHaveProperty('isDoubtful');
  expect([...(watch.commits[0]?.answers?.keys() ?? [])]).toEqual([3]);
});

it('has its user found again, once, where it goes on in another process', async () => {
  const { brokers, nodes } = await startNodes(channels);
  const [one, other] = nodes;
  const a = await one.connect('ann');
  await settle();
  const watch = watchCommits(brokers[1]);
  await other.resume(a, {}, 'ann');
  for (const room of ['lobby', 'hall']) {
    other.sockets.client(a.welcome.session)?.join(room);
    await settle();
  }
  const [first, ...later] = watch.commits.map(({ isDoubtful }) => isDoubtful === true);
  expect(first).toBe(true);
  expect(later).toContain(false);
  expect(later).not.toContain(true);
});
