// The queue of messages against a log in memory with random answers: it refuses, its connection breaks before or after it has
// accepted a message, time passes. Whatever happens, what was accepted is in the log once and in order.
import { setImmediate as turn } from 'node:timers/promises';
import { fc, test } from '@fast-check/vitest';
import { ErrorReply } from '@redis/client';
import { createManualClock } from '@wirepact/core/testing';
import type { LogHead } from '@wirepact/server';
import { expect, it } from 'vitest';
import { AppendQueue } from './append-queue.js';
import { LineLost } from './redis-line.js';
import type { RedisNode } from './redis-node.js';
import type { Topology } from './topology.js';
import { WaitingBytes } from './waiting-bytes.js';

const publishTimeoutMs = 5_000;

interface Asked {
  readonly words: readonly string[];
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A server whose every answer the test gives. */
class DrawnServer {
  isOpen = true;
  earliestPosition = 0;
  reloads = 0;
  readonly taken: { readonly log: string; readonly key: string; readonly at: number }[] = [];
  /** How far back each log can be looked through. */
  floor = 0;
  #asked: Asked[] = [];
  #at = 0;

  send(words: readonly string[]): Promise<unknown> {
    return new Promise((resolve, reject) => this.#asked.push({ words, resolve, reject }));
  }

  reload(): void {
    this.reloads += 1;
  }

  /** Does the oldest thing that it is asked, and says so. */
  answer(): void {
    const asked = this.#asked.shift();
    asked?.resolve(this.#do(asked.words));
  }

  /** Refuses the oldest thing that it is asked. */
  refuse(error: string): void {
    this.#asked.shift()?.reject(new ErrorReply(error));
  }

  /** The line breaks: so many of the things that it is asked it has done. */
  break(done: number): void {
    const asked = this.#asked;
    this.#asked = [];
    this.isOpen = false;
    for (const { words } of asked.slice(0, done)) this.#do(words);
    for (const { reject } of asked) reject(new LineLost('drawn'));
  }

  #do([, log = '', knownAt, above, ...keys]: readonly string[]): unknown {
    const positions = keys.map((key) => {
      const judged = above === '' ? undefined : this.#judge(log, key, Number(above));
      if (judged !== undefined) return judged;
      this.#at = Math.max(this.#at, Number(knownAt)) + 1;
      this.taken.push({ log, key, at: this.#at });
      return this.#at;
    });
    return ['e1', ...positions];
  }

  /** Where one stands that may have been taken, or why it is not taken now. Keys are numbers, which rise. */
  #judge(log: string, key: string, above: number): number | undefined {
    const held = this.taken.filter((entry) => entry.log === log && entry.at > above && entry.at > this.floor);
    const found = held.find((entry) => entry.key === key);
    if (found !== undefined) return found.at;
    if (this.floor > above) return -1;
    return held.some((entry) => Number(entry.key) > Number(key)) ? 0 : undefined;
  }
}

function startQueue({ maxMessages = 1_000, maxBytes = 1_000_000 } = {}) {
  const clock = createManualClock();
  const server = new DrawnServer();
  const node = server as unknown as RedisNode;
  /** Redirections for once lead there. */
  const heir = new DrawnServer();
  let looked = 0;
  const topology = {
    nodeOf: () => ((looked += 1), node),
    moved: () => true,
    asked: () => heir,
    lost: () => undefined,
  } as unknown as Topology;
  const queue = new AppendQueue({
    ...{ clock, topology, publishTimeoutMs, maxMessages },
    waiting: new WaitingBytes(maxBytes),
    channelOf: (log) => log,
    commandOf: (appends, knownAt, above) => {
      const [{ message }] = appends;
      const keys = appends.map(({ message: { body } }) => body);
      return { key: '', words: ['append', message.log, String(knownAt), String(above ?? ''), ...keys] };
    },
  });
  const outcomes = new Map<string, LogHead | Error>();
  const append = (log: string, body: string, knownAt = 0): void => {
    const settled = queue.append({ log, body, epoch: 'e1', knownAt });
    settled.then(
      (head) => outcomes.set(body, head),
      (error: unknown) => outcomes.set(body, error as Error),
    );
  };
  const reopen = (isFenced = true): void => {
    if (server.isOpen) return;
    server.isOpen = true;
    queue.hold(node, isFenced);
    queue.release(node);
  };
  const textOf = (body: string): string => (outcomes.get(body) as Error).message;
  /** How often it was asked which server a log is on. */
  const looks = (): number => looked;
  return { clock, server, heir, node, queue, outcomes, textOf, append, reopen, looks };
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ log: fc.constantFrom('a', 'b'), count: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('answer') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('refuse'),
      error: fc.constantFrom('OOM full', 'NOSCRIPT forgotten', 'MOVED 5 host:1', 'LOADING', 'ERR never'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('break'), done: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reopen'), isFenced: fc.constantFrom(true, true, false) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.constantFrom(5, 50, 3_000) }) },
);

test.prop([fc.array(step, { maxLength: 80 })], { numRuns: 400 })(
  'takes everything once and in order, or rejects it',
  async (steps) => {
    const { clock, server, queue, outcomes, append, reopen } = startQueue();
    const said: { readonly log: string; readonly body: string }[] = [];
    for (const drawn of steps) {
      if ('log' in drawn) {
        for (let { count } = drawn; count > 0; count -= 1) {
          const body = String(said.length);
          said.push({ log: drawn.log, body });
          append(drawn.log, body);
        }
      } else if ('error' in drawn) server.refuse(drawn.error);
      else if ('done' in drawn) server.break(drawn.done);
      else if ('isFenced' in drawn) reopen(drawn.isFenced);
      else if ('ms' in drawn) clock.advance(drawn.ms);
      else server.answer();
      await turn();
    }
    reopen();
    while (outcomes.size < said.length) {
      await turn();
      server.answer();
      clock.advance(1);
    }
    for (const log of ['a', 'b']) {
      const called = said.filter((one) => one.log === log).map(({ body }) => body);
      const kept = server.taken.filter((one) => one.log === log).map(({ key }) => key);
      expect(new Set(kept).size).toBe(kept.length);
      expect(kept).toEqual(called.filter((body) => kept.includes(body)));
      for (const body of called) {
        const outcome = outcomes.get(body);
        const entry = server.taken.find(({ key }) => key === body);
        if (!(outcome instanceof Error)) expect(outcome?.at).toBe(entry?.at);
        else if (!outcome.message.includes('not known')) expect(entry).toBeUndefined();
      }
    }
    // whose time is over may still be answered
    while (clock.pending > 0) {
      server.answer();
      clock.advance(publishTimeoutMs);
      await turn();
    }
    queue.close();
    expect(clock.pending).toBe(0);
  },
);

it('sends together what is said to a log in one turn, as much of it as Redis can do in a moment', async () => {
  const { server, append, outcomes } = startQueue();
  const sent: (readonly string[])[] = [];
  const { send } = server;
  server.send = (words) => {
    sent.push(words);
    return send.call(server, words);
  };
  for (let n = 1; n <= 70; n += 1) append('a', `a${n}`);
  append('b', 'b1');
  append('b', 'x'.repeat(70_000));
  append('b', 'b3');
  await turn();
  expect(sent.map(([, log, , , ...bodies]) => [log, bodies.length])).toEqual([
    ['a', 64],
    ['a', 6],
    ['b', 1],
    ['b', 1],
    ['b', 1],
  ]);
  for (let n = 0; n < 5; n += 1) server.answer();
  await turn();
  expect(server.taken.map(({ key }) => key).slice(0, 3)).toEqual(['a1', 'a2', 'a3']);
  expect(outcomes.get('a70')).toEqual({ epoch: 'e1', at: 70 });
});

it('sends at once what something else is about to be said behind', async () => {
  const { server, queue, append } = startQueue();
  append('a', '1');
  append('b', '2');
  queue.flush('a');
  server.answer();
  expect(server.taken.map(({ key }) => key)).toEqual(['1']);
  await turn();
  server.answer();
  expect(server.taken.map(({ key }) => key)).toEqual(['1', '2']);
});

it('gives up one that was refused when a later one was taken', async () => {
  const { server, outcomes, textOf, append, clock } = startQueue();
  for (const body of ['1', '2', '3']) {
    append('a', body);
    await turn();
  }
  server.answer();
  server.refuse('OOM full');
  server.answer();
  await turn();
  clock.advance(50);
  expect(outcomes.get('2')).toMatchObject({ code: 'not_accepted' });
  expect(textOf('2')).toContain('has accepted later ones since');
  expect(server.taken.map(({ key }) => key)).toEqual(['1', '3']);
});

it('sends nothing behind one that was refused before that is sent again', async () => {
  const { server, append, clock, outcomes } = startQueue();
  append('a', '1');
  await turn();
  server.refuse('BUSY running a script');
  await turn();
  append('a', '2');
  await turn();
  server.answer();
  expect(server.taken).toEqual([]);
  clock.advance(50);
  server.answer();
  await turn();
  expect(server.taken.map(({ key }) => key)).toEqual(['1', '2']);
  expect(outcomes.size).toBe(2);
});

it('sends again what a broken line may have carried, for where it does not stand above what was known then', async () => {
  const { server, append, reopen, outcomes } = startQueue();
  const words: (readonly string[])[] = [];
  append('a', '1', 7);
  await turn();
  append('a', '2', 9);
  await turn();
  server.break(1);
  await turn();
  append('a', '3');
  const { send } = server;
  server.send = (asked) => {
    words.push(asked);
    return send.call(server, asked);
  };
  reopen();
  expect(words).toEqual([
    ['append', 'a', '9', '7', '1', '2'],
    ['append', 'a', '0', '', '3'],
  ]);
  server.answer();
  server.answer();
  await turn();
  expect(server.taken.map(({ key }) => key)).toEqual(['1', '2', '3']);
  expect([...outcomes]).toMatchObject([
    ['1', { at: 8 }],
    ['2', { at: 10 }],
    ['3', { at: 11 }],
  ]);
});

it('takes one that was refused behind later ones no more, where only the broken line knew of those', async () => {
  const { server, append, clock, reopen, outcomes, textOf } = startQueue();
  append('a', '1');
  await turn();
  append('a', '2');
  await turn();
  server.refuse('OOM full');
  server.break(1);
  await turn();
  reopen();
  clock.advance(50);
  server.answer();
  await turn();
  expect(textOf('1')).toContain('has accepted later ones since');
  expect(outcomes.get('2')).toEqual({ epoch: 'e1', at: 1 });
});

it('says of one that is refused for good after its line broke that nobody can know', async () => {
  const { server, append, reopen, textOf } = startQueue();
  append('a', '1');
  await turn();
  server.break(1);
  await turn();
  reopen();
  server.refuse('NOPERM nothing may be written');
  await turn();
  expect(textOf('1')).toContain('it is not known whether it was accepted');
});

it('says that nobody can know when the log has moved on', async () => {
  const { server, append, reopen, textOf } = startQueue();
  append('a', '1');
  await turn();
  server.break(1);
  server.floor = 5;
  reopen();
  await turn();
  server.answer();
  await turn();
  expect(textOf('1')).toContain('it is not known whether it was accepted');
});

it('asks again until there is a line to the server that has the slot for this once, and sends it there', async () => {
  const { server, heir, append, clock, outcomes } = startQueue();
  heir.isOpen = false;
  append('a', '1');
  await turn();
  server.refuse('ASK 5 host:2');
  await turn();
  clock.advance(5);
  heir.isOpen = true;
  server.refuse('ASK 5 host:2');
  await turn();
  heir.refuse('NOSCRIPT forgotten');
  await turn();
  expect([server.reloads, heir.reloads]).toEqual([0, 1]);
  server.refuse('ASK 5 host:2');
  await turn();
  heir.answer();
  await turn();
  expect(heir.taken.map(({ key }) => key)).toEqual(['1']);
  expect(outcomes.get('1')).toEqual({ epoch: 'e1', at: 1 });
});

it('takes what a broken line may have carried once where the slot is for this once', async () => {
  const { server, heir, append, clock, outcomes } = startQueue();
  append('a', '1');
  await turn();
  server.refuse('ASK 5 host:2');
  await turn();
  heir.break(1);
  await turn();
  server.refuse('ASK 5 host:2');
  await turn();
  heir.isOpen = true;
  clock.advance(5);
  server.refuse('ASK 5 host:2');
  await turn();
  heir.answer();
  await turn();
  expect(heir.taken.map(({ key }) => key)).toEqual(['1']);
  expect(outcomes.get('1')).toEqual({ epoch: 'e1', at: 1 });
});

it('rejects each when its time is over, and leaves no timer', async () => {
  const { server, queue, clock, append, outcomes, textOf } = startQueue();
  server.break(0);
  append('a', '1');
  clock.advance(2_000);
  append('b', '2');
  clock.advance(2_999);
  await turn();
  expect(outcomes.size).toBe(0);
  clock.advance(1);
  await turn();
  expect([...outcomes.keys()]).toEqual(['1']);
  clock.advance(2_000);
  await turn();
  expect([...outcomes.keys()]).toEqual(['1', '2']);
  expect(textOf('2')).not.toContain('not known');
  expect(clock.pending).toBe(0);
  queue.close();
});

it('looks at each log once, however many messages of it are rejected together', async () => {
  const { server, queue, clock, append, outcomes, looks } = startQueue({ maxMessages: 3_000 });
  server.break(0);
  for (let n = 0; n < 3_000; n += 1) append(`log ${n % 3}`, String(n));
  await turn();
  const before = looks();
  clock.advance(publishTimeoutMs);
  await turn();
  expect(outcomes.size).toBe(3_000);
  expect(looks() - before).toBe(3);
  queue.close();
});

it('refuses at once what is too much', async () => {
  const { append, textOf, server } = startQueue({ maxMessages: 2, maxBytes: 5 });
  append('a', '1');
  append('a', 'äää');
  append('b', '12');
  append('b', '3');
  await turn();
  expect(textOf('äää')).toContain('the queue is full: 1 message, and 1 byte in all; this one has 6 bytes');
  expect(textOf('3')).toContain('the queue is full');
  server.answer();
  await turn();
  append('b', '4');
  await turn();
  server.answer();
  server.answer();
  await turn();
  expect(server.taken.map(({ key }) => key)).toEqual(['1', '12', '4']);
});
