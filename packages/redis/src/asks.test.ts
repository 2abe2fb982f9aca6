// Commands that are sent again until they are answered, and commands that a newer one of the same slot replaces.
import { setImmediate as turn } from 'node:timers/promises';
import { ErrorReply } from '@redis/client';
import { createManualClock } from '@wirepact/core/testing';
import { expect, it } from 'vitest';
import { Asks } from './asks.js';
import { LineLost } from './redis-line.js';
import type { Topology } from './topology.js';
import { WaitingBytes } from './waiting-bytes.js';

const publishTimeoutMs = 5_000;

/** Writes down what it is asked; each answer is the test's to give. */
class FakeNode {
  isOpen = true;
  readonly asked: string[] = [];
  readonly #answers: ((answer: unknown) => void)[] = [];

  send(words: readonly string[]): Promise<unknown> {
    this.asked.push(words.join(' '));
    return new Promise((resolve, reject) => {
      this.#answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  }

  reload(): void {
    return undefined;
  }

  /** Answers the oldest of what is not answered. */
  async answer(...answers: unknown[]): Promise<void> {
    for (const answer of answers) this.#answers.shift()?.(answer);
    await turn();
  }
}

function start(maxBytes = 1_000_000, maxWaiting = 10_000) {
  const manual = createManualClock({ startMs: 10_000_000 });
  let setBackMs = 0;
  let looks = 0;
  // a fine clock goes on between two looks at it
  const clock = { ...manual, now: () => manual.now() - setBackMs + (looks += 0.01) };
  const setBack = (ms: number): void => void (setBackMs = ms);
  const node = new FakeNode();
  const topology = {
    nodeOf: () => node,
    moved: () => true,
    asked: () => node,
    lost: () => undefined,
    doubted: () => undefined,
  } as unknown as Topology;
  const waiting = new WaitingBytes(maxBytes);
  const asks = new Asks({ clock, topology, publishTimeoutMs, maxWaiting, waiting });
  const outcomes: string[] = [];
  const note = (name: string, asking: Promise<unknown>): void => {
    asking.then(
      () => outcomes.push(`${name} done`),
      (error: unknown) => outcomes.push(`${name}: ${String(error)}`),
    );
  };
  const keep = (value: string, slot = 'slot'): void => {
    const command = (ageMs: number) => ({
      key: 'k',
      words: [value, `${ageMs === 0 ? 0 : Math.max(1, Math.floor(ageMs))} ms`],
    });
    note(value, asks.replace(`the value ${value}`, slot, command));
  };
  const ask = (word: string): void =>
    note(
      word,
      asks.ask(word, { key: 'k', words: [word] }, () => undefined),
    );
  return { asks, ask, clock: manual, keep, node, outcomes, setBack, waiting };
}

const refusal = (text: string): ErrorReply => new ErrorReply(text);

it.each(['MOVED 5 there:1', 'OOM full', 'BUSY script', 'NOSCRIPT no', 'TRYAGAIN'])(
  'does not ask again for a value that was refused, %s, once a newer one is asked for',
  async (text) => {
    const { clock, keep, node, outcomes, waiting } = start();
    keep('old');
    await node.answer(refusal(text));
    keep('new');
    await node.answer('OK');
    clock.advance(100);
    await turn();
    expect(node.asked.map((words) => words.slice(0, 3))).toEqual(['old', 'new']);
    expect(outcomes.sort()).toEqual(['new done', 'old done']);
    expect([waiting.bytes, clock.pending]).toEqual([0, 1]);
  },
);

it('asks again for the newest alone where several were on a line that broke, and says how old it is', async () => {
  const { clock, keep, node, outcomes } = start();
  keep('a');
  keep('b');
  keep('other', 'another slot');
  keep('c');
  clock.advance(7);
  node.isOpen = false;
  await node.answer(...Array.from({ length: 4 }, () => new LineLost('cut')));
  node.isOpen = true;
  node.asked.length = 0;
  expect(outcomes).toEqual([]);
  keep('d');
  expect(node.asked).toEqual(['d 0 ms']);
});

it('sends at once without an age, and later with one', async () => {
  const { asks, clock, keep, node } = start();
  keep('at once');
  node.isOpen = false;
  keep('later', 'another slot');
  node.isOpen = true;
  asks.resume();
  await node.answer(refusal('BUSY script'));
  clock.advance(50);
  expect(node.asked).toEqual(['at once 0 ms', 'later 1 ms', 'at once 50 ms']);
});

it('says again what is the newest of its slot, when there is a line', async () => {
  const { asks, clock, keep, node, outcomes } = start();
  keep('a');
  keep('b');
  node.isOpen = false;
  await node.answer(new LineLost('cut'), new LineLost('cut'));
  clock.advance(7);
  node.isOpen = true;
  node.asked.length = 0;
  asks.resume();
  expect(node.asked).toEqual(['b 7 ms']);
  await node.answer(refusal('NOPERM no'));
  expect(outcomes).toHaveLength(2);
  for (const outcome of outcomes) expect(outcome).toContain('NOPERM');
});

it('never takes what is sent once more for what is sent for the first time', async () => {
  const { keep, node } = start();
  keep('a');
  await node.answer(new LineLost('cut'));
  expect(node.asked).toEqual(['a 0 ms', 'a 1 ms']);
});

it('gives a value up in time, however many newer ones take its place', async () => {
  const { clock, keep, node, outcomes } = start();
  node.isOpen = false;
  for (let n = 0; n < 60; n += 1) {
    keep(`${n}`);
    clock.advance(100);
  }
  await turn();
  expect(outcomes).toHaveLength(11);
  for (const outcome of outcomes) expect(outcome).toContain('within 5000 ms');
});

it('refuses values that are too much while nothing is taken', async () => {
  const { keep, node, outcomes, waiting } = start(2_000_000);
  const large = 'x'.repeat(65_536);
  for (let n = 0; n < 20_000; n += 1) keep(large, `slot ${n}`);
  await turn();
  expect(node.asked).toHaveLength(30);
  expect(outcomes).toHaveLength(19_970);
  expect(waiting.bytes).toBeLessThanOrEqual(2_000_000);
});

it('keeps one of all values of a slot while there is no line', async () => {
  const { keep, node, waiting } = start(200_000);
  node.isOpen = false;
  const large = 'x'.repeat(65_536);
  for (let n = 0; n < 1_000; n += 1) keep(large);
  expect(waiting.bytes).toBeLessThan(70_000);
});

it('has room for others, and for newer values, however many were replaced while there is no line', async () => {
  const { ask, asks, keep, node, outcomes, waiting } = start(1_000_000, 10);
  node.isOpen = false;
  for (let n = 0; n < 100; n += 1) keep(`${n}`);
  ask('other');
  await turn();
  // of those that were replaced as many wait as of others
  expect(outcomes).toHaveLength(89);
  expect(outcomes[0]).toContain('0: SocketError: [not_accepted] the value 0: newer values');
  outcomes.length = 0;
  node.isOpen = true;
  node.asked.length = 0;
  asks.resume();
  expect(node.asked).toEqual(['99 1 ms', 'other']);
  await node.answer('OK', 'OK');
  expect(outcomes).toHaveLength(12);
  for (let n = 0; n < 10; n += 1) ask('other');
  await node.answer(...Array.from({ length: 10 }, () => 'OK'));
  expect(outcomes.slice(12)).toEqual(Array.from({ length: 10 }, () => 'other done'));
  expect(waiting.bytes).toBe(0);
});

it('waits no longer than it may when the clock is set back', async () => {
  const { ask, clock, node, outcomes, setBack } = start();
  node.isOpen = false;
  ask('a');
  clock.advance(1_000);
  ask('b');
  setBack(3_600_000);
  for (let step = 0; step < 10; step += 1) {
    clock.advance(1_000);
    await turn();
  }
  expect(outcomes).toHaveLength(2);
});
