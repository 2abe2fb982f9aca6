// What is stored of a session: nothing is left out for good because the engine did not accept it, or another process had the
// session.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { SessionCommit } from './broker.js';
import { startNodes } from './cluster.fixture.js';
import type { MemoryBroker } from './memory/memory-broker.fixture.js';
import { settle } from '../test-server.fixture.js';

const channels = defineChannels({
  add: { in: z.number(), reply: z.number() },
  fill: { in: z.number(), reply: z.string() },
});

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

it('is put down with who else handles something of it, where that has changed', async () => {
  let finish = (): void => undefined;
  const { brokers, nodes } = await startNodes(channels, {
    routes: { add: async (_socket, n) => (await new Promise<void>((resolve) => (finish = resolve)), n + 1) },
  });
  const [one, other] = nodes;
  const watchFirst = watchCommits(brokers[0]);
  const a = await one.connect();
  a.say({ path: 'add', data: 1, id: 1 });
  await settle();
  const watch = watchCommits(brokers[1]);
  await other.resume(a);
  for (const room of ['lobby', 'hall']) {
    other.sockets.client(a.welcome.session)?.join(room);
    await settle();
  }
  finish();
  await settle();
  other.sockets.client(a.welcome.session)?.leave('hall');
  await settle();
  const named = watch.commits.flatMap(({ holders }) => (holders === undefined ? [] : [holders]));
  expect(named).toEqual([[brokers[0].id], []]);
  for (const commit of watchFirst.commits) expect(commit).not.toHaveProperty('holders');
});

describe('the answers of a session', () => {
  const answersOf = (commit: SessionCommit | undefined): unknown => [...(commit?.answers?.keys() ?? [])];

  it('are put down as far as they are kept: of five at once the two that are', async () => {
    const { brokers, nodes } = await startNodes(channels, {
      session: { answers: 2 },
      routes: { add: (_socket, n) => n + 1 },
    });
    const [one] = nodes;
    const a = await one.connect();
    await settle();
    const watch = watchCommits(brokers[0]);
    for (const id of [1, 2, 3, 4, 5]) a.say({ path: 'add', data: id, id });
    await settle();
    expect(watch.commits.map(answersOf)).toEqual([[4, 5]]);
    await a.ask({ path: 'add', data: 6, id: 6 });
    expect(watch.commits.at(-1)).toMatchObject({ answersGone: [4] });
    expect(answersOf(watch.commits.at(-1))).toEqual([6]);
  });

  it('are not put down where one is larger than all that are kept together', async () => {
    const { brokers, nodes } = await startNodes(channels, {
      session: { answerBytes: 1_000 },
      routes: { fill: (_socket, length) => 'x'.repeat(length) },
    });
    const [one, other] = nodes;
    const a = await one.connect();
    await a.ask({ path: 'fill', data: 10, id: 1 });
    await a.ask({ path: 'fill', data: 2_000, id: 2 });
    const claim = vi.spyOn(brokers[1], 'claimSession');
    const back = await other.resume(a);
    expect(back.welcome.done).toEqual([[1, 2]]);
    const [claimed] = await Promise.all(claim.mock.results.map(({ value }) => value as Promise<unknown>));
    expect(claimed).toMatchObject({ answers: new Map([[1, expect.any(String)]]) });
  });

  it('wait for an engine that is away only as far as they are kept', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels, {
      routes: { add: (_socket, n) => n + 1 },
    });
    const [one] = nodes;
    const a = await one.connect();
    await settle();
    const watch = watchCommits(brokers[0]);
    engine.goAway();
    for (let id = 1; id <= 1_000; id += 1) {
      await a.ask({ path: 'add', data: id, id });
      clock.advance(10);
    }
    expect(watch.commits.length).toBeGreaterThan(1);
    watch.commits.length = 0;
    engine.comeBack();
    clock.advance(5_000);
    await settle();
    const last = Array.from({ length: 64 }, (_, index) => 937 + index);
    expect(answersOf(watch.commits[0])).toEqual(last);
    for (const { answers, answersGone = [] } of watch.commits) {
      expect(answers?.size ?? 0).toBeLessThanOrEqual(64);
      expect(answersGone.filter((number) => answers?.has(number))).toEqual([]);
    }
  });

  it('that were the engine\u2019s before are taken out there when they are not kept any more', async () => {
    const { brokers, nodes } = await startNodes(channels, {
      session: { answers: 2 },
      routes: { add: (_socket, n) => n + 1 },
    });
    const [one, other] = nodes;
    const a = await one.connect();
    await a.ask({ path: 'add', data: 1, id: 1 });
    // put down before, and unknown to the process that hands the session over
    await brokers[0].commitSession({
      ...{ id: a.welcome.session, generation: 1 },
      answers: new Map([[0, '[]']]),
    });
    const back = await other.resume(a);
    const watch = watchCommits(brokers[1]);
    await back.ask({ path: 'add', data: 2, id: 2 });
    expect(watch.commits.flatMap(({ answersGone = [] }) => answersGone)).toContain(0);
  });
});

describe('what a process hands over of a session and had not put down', () => {
  it('is put down by the next one, and not done again where that dies too', async () => {
    const runs: number[] = [];
    const { brokers, clock, engine, nodes } = await startNodes(channels, {
      routes: { add: (_socket, n) => (runs.push(n), n + 1) },
    });
    const [one, other, third] = nodes;
    const a = await one.connect();
    await settle();
    const watch = watchCommits(brokers[0]);
    watch.isFull = true;
    await a.ask({ path: 'add', data: 1, id: 1 });
    // the answer was lost with its line, and so is what the next process says
    const b = await other.resume(a);
    await settle();
    engine.kill(brokers[1]);
    const resuming = third.resume(b, { open: { 1: 0 } });
    await settle();
    clock.advance(1_000);
    const c = await resuming;
    expect(c.welcome).toMatchObject({ resumed: true, done: [[1, 1]] });
    expect(c.take()).toMatchObject([{ path: 'add', data: 2, id: 1 }]);
    expect(runs).toEqual([1]);
  });

  it('is nothing where the next one knows it all, which puts nothing down before its client speaks', async () => {
    const { brokers, nodes } = await startNodes(channels, { routes: { add: (_socket, n) => n + 1 } });
    const [one, other] = nodes;
    const [fresh, a] = [await one.connect(), await one.connect()];
    await a.ask({ path: 'add', data: 1, id: 1 });
    const watch = watchCommits(brokers[1]);
    for (const client of [fresh, a]) await other.resume(client);
    await settle();
    expect(watch.commits).toEqual([]);
  });
});

it.each([
  ['before its client returned', true],
  ['after its client returned', false],
])('does not lose the secret of a return to what was to be put down %s', async (_when, isBefore) => {
  const { brokers, nodes } = await startNodes(channels);
  const [one, other] = nodes;
  const a = await one.resume(await one.connect());
  await settle();
  const commit = brokers[0].commitSession.bind(brokers[0]);
  const refuse: ((error: Error) => void)[] = [];
  brokers[0].commitSession = () => new Promise((_resolve, reject) => refuse.push(reject));
  const fail = async (): Promise<void> => {
    for (const reject of refuse) reject(new Error('it is full'));
    brokers[0].commitSession = commit;
    await settle();
  };
  // that it has the secret of its first return
  a.say({ path: '$pong' });
  await settle();
  expect(refuse).toHaveLength(1);
  if (isBefore) await fail();
  const lost = await one.resume(a);
  expect(lost.welcome.resumed).toBe(true);
  if (!isBefore) await fail();
  one.sockets.client(a.welcome.session)?.join('lobby');
  await settle();
  // the line broke under that welcome: it has the secret that it came with
  expect((await other.resume(a)).welcome.resumed).toBe(true);
});

describe('a process that is closed', () => {
  async function start() {
    const runs: number[] = [];
    const started = await startNodes(channels, {
      routes: { add: (_socket, n) => (runs.push(n), n + 1) },
    });
    const a = await started.nodes[0].connect();
    await settle();
    return { ...started, a, runs };
  }

  it.each([
    ['in the same turn', false],
    ['while the engine has yet to take what was handled before', true],
  ])('puts down first what it handled %s', async (_when, isBusy) => {
    const { a, engine, nodes, runs } = await start();
    const [one, other] = nodes;
    engine.freeze(isBusy);
    a.say({ path: 'add', data: 1, id: 1 });
    if (isBusy) await settle();
    a.say({ path: 'add', data: 2, id: 2 });
    const closing = one.sockets.close();
    await settle();
    engine.freeze(false);
    await closing;
    expect(a.transport.closedWith?.code).toBe(1001);
    const back = await other.resume(a, { open: { 1: 0, 2: 0 } });
    expect(back.welcome).toMatchObject({ resumed: true, done: [[1, 2]] });
    expect(back.take().map(({ data }) => data)).toEqual([2, 3]);
    expect(runs).toEqual([1, 2]);
  });

  it('hears nothing more meanwhile, and waits no longer than a second', async () => {
    const { a, clock, engine, nodes, runs } = await start();
    const [one] = nodes;
    a.say({ path: 'add', data: 1, id: 1 });
    engine.goAway();
    const closing = one.sockets.close();
    a.say({ path: 'add', data: 2, id: 2 });
    clock.advance(999);
    await settle();
    expect(a.transport.closedWith).toBeUndefined();
    clock.advance(1);
    await closing;
    expect(a.transport.closedWith?.code).toBe(1001);
    expect(runs).toEqual([1]);
  });

  it('does not wait for an engine that knows it all', async () => {
    const { a, engine, nodes } = await start();
    engine.freeze(true);
    await nodes[0].sockets.close();
    expect(a.transport.closedWith?.code).toBe(1001);
  });
});
