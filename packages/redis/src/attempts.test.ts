// Commands that are sent once: they follow a slot that has moved, and are sent once more if the reason for the refusal can be
// repaired.
import { setImmediate as turn } from 'node:timers/promises';
import { ErrorReply } from '@redis/client';
import { createManualClock } from '@wirepact/core/testing';
import { expect, it } from 'vitest';
import { Attempts } from './attempts.js';
import { LineLost } from './redis-line.js';
import type { Topology } from './topology.js';
import { WaitingBytes } from './waiting-bytes.js';

/** Answers what it is asked with one of these after the other. */
class FakeNode {
  isOpen = true;
  reloads = 0;
  readonly asked: string[] = [];
  readonly #answers: unknown[];

  constructor(...answers: unknown[]) {
    this.#answers = answers;
  }

  async send(words: readonly string[], isAsking: boolean): Promise<unknown> {
    this.asked.push(isAsking ? `asking ${words.join(' ')}` : words.join(' '));
    const answer = this.#answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  }

  reload(): void {
    this.reloads += 1;
  }
}

function start(first: FakeNode, second: FakeNode = new FakeNode(), maxBytes = 1_000_000) {
  const clock = createManualClock();
  const errors: string[] = [];
  const lost: unknown[] = [];
  let owner = first;
  const topology = {
    nodeOf: () => owner,
    moved: () => ((owner = second), true),
    asked: () => second,
    lost: (node: unknown) => void lost.push(node),
  } as unknown as Topology;
  const waiting = new WaitingBytes(maxBytes);
  const failed = (error: unknown): void => void errors.push(String(error));
  const attempts = new Attempts({ clock, topology, waiting, failed });
  const say = (...words: string[]): Promise<unknown> => attempts.make({ key: 'k', words });
  return { attempts, clock, errors, lost, say, waiting };
}

const refusal = (text: string): ErrorReply => new ErrorReply(text);

it('says again at the server that has the slot by now', async () => {
  const [first, second] = [new FakeNode(refusal('MOVED 5 there:1')), new FakeNode(1)];
  const { say, errors } = start(first, second);
  expect(await say('tell')).toBe(1);
  expect(second.asked).toEqual(['tell']);
  expect(errors).toEqual([]);
});

it('asks a server for once that is about to have the slot', async () => {
  const [first, second] = [new FakeNode(refusal('ASK 5 there:1'), 2), new FakeNode(1)];
  const { say } = start(first, second);
  expect(await say('tell')).toBe(1);
  expect(second.asked).toEqual(['asking tell']);
  expect(await say('tell')).toBe(2);
});

it('keeps the order of what is said when the scripts were forgotten', async () => {
  const forgotten = refusal('NOSCRIPT No matching script');
  const first = new FakeNode(forgotten, forgotten, 'entered', 'left');
  const { say } = start(first);
  expect(await Promise.all([say('enter'), say('leave')])).toEqual(['entered', 'left']);
  expect(first.asked).toEqual(['enter', 'leave', 'enter', 'leave']);
  expect(first.reloads).toBe(2);
});

it('says once more after a moment what cannot be done now, and then tells why it is dropped', async () => {
  const busy = refusal('TRYAGAIN Multiple keys request during rehashing of slot');
  const first = new FakeNode(busy, 'done', busy, busy);
  const { say, clock, errors } = start(first);
  const patient = say('enter');
  await turn();
  expect(first.asked).toHaveLength(1);
  clock.advance(50);
  expect(await patient).toBe('done');
  expect(errors).toEqual([]);
  const dropped = say('enter');
  await turn();
  clock.advance(50);
  expect(await dropped).toBeUndefined();
  expect(errors).toEqual([expect.stringContaining('Redis refused it: TRYAGAIN')]);
  expect(clock.pending).toBe(0);
});

it('leaves a server that takes no writes any more, and drops what is refused for good', async () => {
  const first = new FakeNode(refusal('READONLY You can not'), refusal('NOPERM no'));
  const { say, errors, lost } = start(first);
  first.isOpen = true;
  const demoted = say('enter');
  first.isOpen = false;
  expect(await demoted).toBeUndefined();
  expect(lost).toEqual([first]);
  first.isOpen = true;
  expect(await say('enter')).toBeUndefined();
  expect(errors).toEqual([
    expect.stringContaining('READONLY'),
    expect.stringContaining('give this user of the ACL'),
  ]);
});

it('drops in silence what a line carried that broke, and what there is no line for', async () => {
  const first = new FakeNode(new LineLost('cut'));
  const { say, errors } = start(first);
  expect(await say('enter')).toBeUndefined();
  first.isOpen = false;
  expect(await say('enter')).toBeUndefined();
  expect(first.asked).toHaveLength(1);
  expect(errors).toEqual([]);
});

it('leaves no timer when it is closed', async () => {
  const first = new FakeNode(refusal('BUSY running a script'));
  const { attempts, clock, say } = start(first);
  const waiting = say('enter');
  await turn();
  first.isOpen = false;
  attempts.close();
  expect(await waiting).toBeUndefined();
  expect(clock.pending).toBe(0);
});

it('drops what is too much while nothing is taken', async () => {
  const first = new FakeNode(...Array.from({ length: 100 }, () => new Promise(() => undefined)));
  const { say, errors, waiting } = start(first);
  const body = 'x'.repeat(65_536);
  const said = Array.from({ length: 20_000 }, () => say('emit', body));
  expect(first.asked).toHaveLength(15);
  expect(waiting.bytes).toBeLessThanOrEqual(1_000_000);
  expect(await said.at(-1)).toBeUndefined();
  expect(errors).toEqual([]);
});

it('counts what waits until it is taken', async () => {
  const { say, waiting } = start(new FakeNode('a', new LineLost('cut')));
  const said = [say('enter'), say('leave')];
  expect(waiting.bytes).toBeGreaterThan(0);
  await Promise.all(said);
  expect(waiting.bytes).toBe(0);
});
