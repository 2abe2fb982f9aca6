// The engine in memory does what a test asks of it: it goes away, forgets, and breaks connections, in a reproducible order.
import { createManualClock } from '@wirepact/core/testing';
import { expect, it } from 'vitest';
import type { Append, Broker, BrokerListener } from '../broker.js';
import { createMemoryEngine, type MemoryEngine, type MemoryEngineOptions } from './memory-engine.fixture.js';
import { settle } from '../../test-server.fixture.js';

const append: Append = { log: 'lobby', body: '', epoch: 'e1', knownAt: 0 };

interface Process {
  readonly broker: Broker;
  /** What it was told, and when it was asked to look around. */
  readonly heard: string[];
  /** Lets it be done with looking around. */
  readonly look: { done: Promise<void> };
}

async function join(engine: MemoryEngine, processId: string): Promise<Process> {
  const heard: string[] = [];
  const look = { done: Promise.resolve() };
  const listener: BrokerListener = {
    appended: (_log, _epoch, { body }) => void heard.push(body),
    emitted: (_log, body) => void heard.push(body),
    renewed: (log) => void heard.push(`renewed ${log}`),
    told: (text) => void heard.push(text),
    returned: (mayHaveLost) => {
      heard.push(mayHaveLost ? 'returned, and may have lost something' : 'returned');
      return look.done;
    },
    failed: (error) => void heard.push(String(error)),
  };
  const broker = engine.broker();
  const joined = broker.join(listener, {
    processId,
    maxLogBytes: 1_000,
    maxLogAgeMs: 1_000,
    sessionMs: 1_000,
  });
  void joined.then(() => broker.follow('lobby'));
  await settle();
  return { broker, heard, look };
}

async function start(options: Partial<MemoryEngineOptions> = {}) {
  const clock = createManualClock();
  const engine = createMemoryEngine({ clock, ...options });
  return { clock, engine, here: await join(engine, 'here'), there: await join(engine, 'there') };
}

it('holds appends back until a process has looked around after an outage', async () => {
  const { engine, here, there, clock } = await start();
  engine.goAway();
  const accepted = here.broker.append({ ...append, body: 'a' });
  const read = here.broker.read('lobby', { after: 0, epoch: 'e1' });
  let lookedAround = (): void => undefined;
  here.look.done = new Promise((resolve) => (lookedAround = resolve));
  engine.comeBack();
  expect((await read).entries).toEqual([]);
  await settle();
  expect(there.heard).toEqual(['returned']);
  lookedAround();
  await accepted;
  await settle();
  expect(there.heard).toEqual(['returned', 'a']);
  expect(clock.pending).toBe(0);
});

it('says that nothing was accepted when an outage lasts too long, and then nothing is', async () => {
  const { engine, here, there, clock } = await start({ publishTimeoutMs: 100 });
  engine.goAway();
  const accepted = here.broker.append({ ...append, body: 'a' });
  clock.advance(100);
  await expect(accepted).rejects.toMatchObject({ code: 'not_accepted', retryable: true });
  engine.comeBack();
  await settle();
  expect(there.heard).toEqual(['returned']);
});

it('appends once what was appended when its answer got lost', async () => {
  const { engine, here, there, clock } = await start({ delayMs: [5, 5] });
  clock.advance(100);
  await settle();
  clock.advance(100);
  const accepted = here.broker.append({ ...append, body: 'a' });
  clock.advance(5);
  engine.goAway();
  engine.comeBack();
  for (let turn = 0; turn < 10; turn += 1) {
    clock.advance(5);
    await settle();
  }
  const { at } = await accepted;
  const { entries } = await ended(clock, there.broker.read('lobby', { after: 0, epoch: 'e1' }));
  expect(entries).toMatchObject([{ at, body: 'a' }]);
});

it('does not append again what it forgot with everything else, when somebody has given that back', async () => {
  const { engine, here, there, clock } = await start({ delayMs: [5, 5] });
  clock.advance(100);
  await settle();
  clock.advance(100);
  const accepted = here.broker.append({ ...append, body: 'a' });
  clock.advance(5);
  const time = clock.now();
  const entries = [{ at: time * 1_000, after: 0, time, body: 'a' }];
  let lookedAround = (): void => undefined;
  here.look.done = new Promise((resolve) => (lookedAround = resolve));
  engine.goAway();
  engine.flush();
  engine.comeBack();
  await ended(clock, there.broker.restore('lobby', { epoch: 'e1', at: 0 }, entries));
  lookedAround();
  expect(await ended(clock, accepted)).toEqual({ epoch: 'e1', at: time * 1_000 });
  const page = await ended(clock, there.broker.read('lobby', { after: 0, epoch: 'e1' }));
  expect(page.entries).toEqual(entries);
});

it('makes a claim once, however often its answer is lost', async () => {
  const { engine, here, there, clock } = await start({ delayMs: [5, 5] });
  const opening = there.broker.openSession({ id: 's1', userId: undefined, token: 't', state: 'x' });
  expect(await ended(clock, opening)).toBe('kept');
  const claiming = here.broker.claimSession({ id: 's1', userId: undefined, token: 't', nextToken: 'n' });
  clock.advance(5);
  engine.goAway();
  engine.comeBack();
  // not that of this process, though it has the session already
  expect(await ended(clock, claiming)).toMatchObject({ generation: 2, processId: 'there', done: '' });
  const again = here.broker.claimSession({ id: 's1', userId: undefined, token: 'n', nextToken: 'm' });
  expect(await ended(clock, again)).toMatchObject({ generation: 3, processId: 'here' });
});

it('forgets a tail, and never gives a position twice to who knows of it', async () => {
  const { engine, here } = await start();
  const first = await here.broker.append({ ...append, body: 'a' });
  const second = await here.broker.append({ ...append, body: 'b' });
  engine.loseTail('lobby', 1);
  expect(await here.broker.read('lobby', { after: 0, epoch: 'e1' })).toMatchObject({ at: first.at });
  const third = await here.broker.append({ ...append, body: 'c', knownAt: second.at });
  expect(third.at).toBe(second.at + 1);
});

it('forgets everything', async () => {
  const { engine, here } = await start();
  await here.broker.append({ ...append, body: 'a' });
  engine.flush();
  expect(await here.broker.read('lobby', { after: 0, epoch: 'e2' })).toEqual({
    epoch: 'e2',
    at: 0,
    floor: 0,
    entries: [],
  });
});

it('breaks the line on which messages come to one process, and tells it when it is whole again', async () => {
  const { engine, here, there } = await start();
  engine.dropMessages('there');
  await here.broker.append({ ...append, body: 'a' });
  await settle();
  engine.restoreMessages('there');
  await settle();
  await here.broker.append({ ...append, body: 'b' });
  await settle();
  expect(here.heard).toEqual(['a', 'b']);
  expect(there.heard).toEqual(['returned', 'b']);
});

it('holds messages to one process back, and loses none', async () => {
  const { engine, here, there } = await start();
  engine.delayMessages(there.broker);
  here.broker.emit('lobby', 'a');
  void here.broker.tell('there', 'b');
  await settle();
  expect(there.heard).toEqual([]);
  engine.releaseMessages(there.broker);
  await settle();
  expect(there.heard).toEqual(['a', 'b']);
});

it('loses a process from one instant to the next', async () => {
  const { engine, here, there, clock } = await start();
  await here.broker.enter('lobby', { id: 's1', userId: undefined, info: '{}' });
  await settle();
  here.broker.emit('lobby', 'a');
  void here.broker.read('lobby', { after: 0, epoch: 'e1' }).finally(() => expect.unreachable());
  engine.kill('here');
  await settle();
  expect(there.heard).toEqual([]);
  expect(await there.broker.members('lobby')).toHaveLength(1);
  clock.advance(60_000);
  expect(await there.broker.members('lobby')).toEqual([]);
  expect(clock.pending).toBe(0);
});

it('gives positions that rise while its clock goes back', async () => {
  const { engine, here, clock } = await start();
  clock.advance(60_000);
  const first = await here.broker.append({ ...append, body: 'a' });
  engine.turnClock(-5_000);
  const second = await here.broker.append({ ...append, body: 'b' });
  expect([first.at, second.at]).toEqual([60_000_000, 60_000_001]);
});

it('stands still, and goes on where it stood', async () => {
  const { engine, here, there } = await start();
  engine.freeze(true);
  const accepted = here.broker.append({ ...append, body: 'a' });
  await settle();
  expect(there.heard).toEqual([]);
  engine.freeze(false);
  await accepted;
  await settle();
  expect(there.heard).toEqual(['a']);
});

it('lets what is said take its time, in an order of each line that the seed decides', async () => {
  const orders = new Set<string>();
  for (const seed of [1, 1, 2, 3, 4, 5]) {
    const { clock, here, there } = await start({ delayMs: [0, 50], seed });
    for (let turn = 0; turn < 20; turn += 1) {
      clock.advance(50);
      await settle();
    }
    for (const body of ['1', '2']) here.broker.emit('lobby', body);
    for (const body of ['3', '4']) there.broker.emit('lobby', body);
    for (let turn = 0; turn < 20; turn += 1) {
      clock.advance(50);
      await settle();
    }
    const heard = here.heard.join('');
    expect(heard).toMatch(/1.*2/);
    expect(heard).toMatch(/3.*4/);
    orders.add(heard);
  }
  expect(orders.size).toBeGreaterThan(1);
});

it('ends everything that waits when it is closed', async () => {
  const { engine, here, clock } = await start();
  engine.goAway();
  const accepted = here.broker.append(append);
  const followed = here.broker.follow('hall');
  await here.broker.close();
  await expect(accepted).rejects.toMatchObject({ code: 'closed' });
  await expect(followed).rejects.toMatchObject({ code: 'closed' });
  await expect(here.broker.latest('lobby')).rejects.toMatchObject({ code: 'closed' });
  expect(clock.pending).toBe(0);
});

/** What comes of something that takes time. */
async function ended<TResult>(
  clock: { advance(ms: number): void },
  coming: Promise<TResult>,
): Promise<TResult> {
  await settle();
  clock.advance(100);
  await settle();
  clock.advance(100);
  return coming;
}
