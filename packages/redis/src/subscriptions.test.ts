// Subscriptions in a cluster whose slots move: every channel is heard again, and callers that relied on it learn of the pause.
import { setImmediate as turn } from 'node:timers/promises';
import { ErrorReply } from '@redis/client';
import { createManualClock } from '@wirepact/core/testing';
import { expect, it } from 'vitest';
import { LineLost } from './redis-line.js';
import type { RedisNode } from './redis-node.js';
import { Subscriptions } from './subscriptions.js';
import type { Topology } from './topology.js';

/** A server that confirms at once, unless it is told to do something else with what it is asked. */
class FakeNode {
  readonly name: string;
  readonly asked: string[] = [];
  isOpen = true;
  answer: (channels: readonly string[]) => Promise<void> = () => Promise.resolve();

  constructor(name: string) {
    this.name = name;
  }

  subscribe(channels: readonly string[]): Promise<void> {
    if (!this.isOpen) return Promise.reject(new LineLost('not open'));
    this.asked.push(...channels);
    return this.answer(channels);
  }

  unsubscribe(channel: string): void {
    this.asked.push(`not ${channel}`);
  }
}

function start() {
  const clock = createManualClock();
  const [here, there] = [new FakeNode('here'), new FakeNode('there')];
  const owners = new Map<string, FakeNode>();
  const errors: string[] = [];
  let missed = 0;
  const topology = {
    nodeOf: (channel: string) => owners.get(channel) ?? here,
    slotOf: () => 5,
    moved: () => {
      if (owners.get('c') === there) return true;
      owners.set('c', there);
      void subscriptions.reroute();
      return true;
    },
  } as unknown as Topology;
  const subscriptions = new Subscriptions({
    clock,
    publishTimeoutMs: 5_000,
    topology,
    missed: () => (missed += 1),
    failed: (error) => void errors.push(String(error)),
  });
  const asNode = (node: FakeNode): RedisNode => node as unknown as RedisNode;
  return {
    clock,
    here,
    there,
    errors,
    subscriptions,
    countMissed: () => missed,
    /** The slot is at the other server, as everybody knows by now. */
    async move() {
      owners.set('c', there);
      await subscriptions.reroute();
    },
    deafen(node: FakeNode) {
      node.isOpen = false;
      subscriptions.deafened(asNode(node));
    },
    async open(node: FakeNode) {
      node.isOpen = true;
      await subscriptions.listen(asNode(node));
    },
  };
}

it('asks a server whose line was open all along for what another one told until its line was closed', async () => {
  const { here, there, subscriptions, countMissed, move, deafen, open } = start();
  await subscriptions.follow('c');
  deafen(here);
  await move();
  expect(there.asked).toEqual(['c']);
  expect(countMissed()).toBe(1);
  await open(here);
  expect(here.asked).toEqual(['c']);
  expect(there.asked).toEqual(['c']);
});

it('asks for nothing that is being asked for, or that waits for the line of its server', async () => {
  const { here, there, subscriptions, countMissed, deafen } = start();
  await subscriptions.follow('c');
  await subscriptions.reroute();
  deafen(here);
  await subscriptions.reroute();
  expect(here.asked).toEqual(['c']);
  expect(there.asked).toEqual([]);
  expect(countMissed()).toBe(0);
});

it('goes once to the server that is named by the one that was asked', async () => {
  const { here, there, subscriptions, errors } = start();
  here.answer = () => Promise.reject(new ErrorReply('MOVED 5 there:1'));
  await subscriptions.follow('c');
  expect(here.asked).toEqual(['c']);
  expect(there.asked).toEqual(['c']);
  expect(errors).toEqual([]);
});

it('does not count on a server that confirms what another one has by then', async () => {
  const { here, there, subscriptions, move, deafen } = start();
  let confirm = (): void => undefined;
  here.answer = () => new Promise((resolve) => (confirm = resolve));
  const following = subscriptions.follow('c');
  await move();
  await following;
  confirm();
  await turn();
  expect(here.asked).toEqual(['c', 'not c']);
  deafen(here);
  expect(await subscriptions.follow('c')).toBeUndefined();
  expect(there.asked).toEqual(['c']);
});

it('reports once why a server refuses, and again when it refuses after it had confirmed', async () => {
  const { clock, here, errors, subscriptions, deafen, open } = start();
  await subscriptions.follow('c');
  const outage = async (): Promise<void> => {
    deafen(here);
    here.answer = () => Promise.reject(new ErrorReply('NOPERM no'));
    await open(here);
    for (let tries = 0; tries < 3; tries += 1) {
      clock.advance(200);
      await turn();
    }
    here.answer = () => Promise.resolve();
    clock.advance(200);
    await turn();
  };
  await outage();
  expect(errors).toHaveLength(1);
  await outage();
  expect(errors).toHaveLength(2);
});

it('reports once what is refused again and again, whatever else is confirmed meanwhile', async () => {
  const { clock, here, errors, subscriptions } = start();
  here.answer = (channels) =>
    channels.includes('c') ? Promise.reject(new ErrorReply('NOPERM no')) : Promise.resolve();
  subscriptions.listenTo('c');
  for (const channel of ['d', 'e', 'f']) {
    await subscriptions.follow(channel);
    clock.advance(200);
    await turn();
  }
  expect(errors).toHaveLength(1);
});

it('says that something was missed when what was relied on is confirmed late', async () => {
  const { clock, here, subscriptions, countMissed, deafen, open } = start();
  await subscriptions.follow('c');
  deafen(here);
  here.answer = () => Promise.reject(new ErrorReply('TRYAGAIN in a moment'));
  await open(here);
  clock.advance(200);
  await turn();
  expect(countMissed()).toBe(0);
  here.answer = () => Promise.resolve();
  clock.advance(200);
  await turn();
  expect(countMissed()).toBe(1);
  subscriptions.close();
  expect(clock.pending).toBe(0);
});
