// Lines cut at random moments while everything flows both ways. Where the server stays, nothing is lost, doubled or out of
// order; where it is lost too, all that is lost is told of. A failure names the seed that repeats it.
import { setImmediate as turn } from 'node:timers/promises';
import { isSocketError, type SocketError } from '@wirepact/core';
import { safe, type Gap } from '@wirepact/client';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { App } from './app.js';
import { startApp } from './start-app.js';
import { transports, type Transport } from './transports.js';

const cuts = 25;

const cutting = fc.record({
  /** Messages each way before the cut. */
  talked: fc.nat({ max: 12 }),
  /** Turns of the event loop that they get. */
  turns: fc.nat({ max: 4 }),
  /** Messages each way while the line is down. */
  away: fc.nat({ max: 12 }),
});

/** What came of a request: its answer, or the code of its error. */
async function outcomeOf(asked: Promise<{ n: number }>): Promise<number | string> {
  const [error, answer] = await safe<{ n: number }, SocketError>(asked);
  if (error === undefined) return answer.n;
  return isSocketError(error) ? error.code : `untyped: ${String(error)}`;
}

/** Reads a stream of 1, 2, 3, … to its end. */
async function readUpTo(stream: AsyncIterable<number>): Promise<{ n: number }> {
  let n = 0;
  for await (const item of stream) if (item !== ++n) throw new Error(`${item} came after ${n - 1}`);
  return { n };
}

const isRising = (numbers: readonly number[]): boolean =>
  numbers.every((n, index) => index === 0 || n > (numbers[index - 1] ?? n));

/** A server and a client that talk both ways, and what came of it. */
class Conversation {
  readonly app: App;
  readonly received: number[] = [];
  readonly heard: number[] = [];
  readonly gaps: Gap[] = [];
  readonly idempotent: Promise<number | string>[] = [];
  readonly once: Promise<number | string>[] = [];
  readonly streams: Promise<number | string>[] = [];
  sent = 0;

  constructor(app: App) {
    this.app = app;
  }

  static async start(transport: Transport, chance: Iterator<number>): Promise<Conversation> {
    const app = await startApp(transport, {
      random: () => Number(chance.next().value),
      client: { reconnect: { maxDelayMs: 1_000 } },
      server: {
        rooms: { authorize: () => true, member: ({ id }) => id },
        routes: {
          count: (_, { n }) => void talk.received.push(n),
          save: async (_, { n }) => ({ n }),
          chat: async (_, { text }) => ({ id: text }),
          async *tail(_, { n }) {
            for (let i = 1; i <= n; i++) yield i;
          },
        },
      },
    });
    const talk = new Conversation(app);
    app.client.on('count', ({ n }) => talk.heard.push(n));
    app.client.onGap((gap) => talk.gaps.push(gap));
    await app.client.join('lobby');
    return talk;
  }

  say(): void {
    const { app, idempotent, once, streams } = this;
    const n = ++this.sent;
    app.client.send('count', { n });
    app.sockets.room('lobby').send('count', { n });
    idempotent.push(outcomeOf(app.client.request('save', { n })));
    once.push(outcomeOf(app.client.request('chat', { text: `${n}` }).then(({ id }) => ({ n: Number(id) }))));
    if (n % 5 === 0) streams.push(outcomeOf(readUpTo(app.client.stream('tail', { n: 40 }))));
  }
}

const plans = fc.array(cutting, { minLength: cuts, maxLength: cuts });
const chances = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe.each(transports)(`${cuts} cuts over $name`, (transport) => {
  test('nothing is lost, nothing comes twice, order holds, and every question is answered', async () => {
    const run = fc.asyncProperty(plans, chances, async (plan, chance) => {
      const talk = await Conversation.start(transport, chance);
      const { app } = talk;
      for (const { talked, turns, away } of plan) {
        for (let n = 0; n < talked; n++) talk.say();
        for (let n = 0; n < turns; n++) await turn();
        await app.cut();
        for (let n = 0; n < away; n++) talk.say();
        await app.advance(3_000);
        expect(app.client.status).toMatchObject({ name: 'connected', resumed: true });
      }
      talk.say();
      await app.advance(20_000);
      const all = upTo(talk.sent);
      expect(talk.received).toEqual(all);
      expect(talk.heard).toEqual(all);
      expect(await Promise.all(talk.idempotent)).toEqual(all);
      expect(await Promise.all(talk.once)).toEqual(all);
      expect(new Set(await Promise.all(talk.streams))).toEqual(new Set([40]));
      expect(talk.gaps).toEqual([]);
      expect(app.sockets.stats()).toMatchObject({ connected: 1, clients: 1, resumed: cuts, gaps: 0 });
    });
    await fc.assert(run, { numRuns: 1, endOnFailure: true });
  });

  test('where the server is lost every time, what is lost is told of', async () => {
    const run = fc.asyncProperty(plans, chances, async (plan, chance) => {
      const talk = await Conversation.start(transport, chance);
      const { app } = talk;
      for (const { talked, turns, away } of plan) {
        for (let n = 0; n < talked; n++) talk.say();
        for (let n = 0; n < turns; n++) await turn();
        await app.killServer();
        for (let n = 0; n < away; n++) talk.say();
        await app.startServer();
        const before = talk.received.length;
        await app.advance(3_000);
        expect(app.client.status).toMatchObject({ name: 'connected', resumed: false });
        // what was never written waited, and nothing of it is lost
        expect(talk.received.slice(before)).toHaveLength(away);
        expect(app.sockets.room('lobby').size).toBe(1);
      }
      talk.say();
      await app.advance(20_000);
      const unknown = app.takeClientErrors().map(({ code, data }) => {
        expect(code).toBe('unknown_outcome');
        return (data as { n: number }).n;
      });
      const known = [...talk.received, ...unknown].sort((one, other) => one - other);
      expect(new Set(known)).toEqual(new Set(upTo(talk.sent)));
      expect(isRising(talk.received)).toBe(true);
      expect(isRising(talk.heard)).toBe(true);
      expect(talk.heard.at(-1)).toBe(talk.sent);
      const logs = ['everyone', 'inbox', 'room'];
      expect(talk.gaps.map(({ log }) => log).sort()).toEqual(
        logs.flatMap((log) => Array<string>(cuts).fill(log)),
      );
      expect(await Promise.all(talk.idempotent)).toEqual(upTo(talk.sent));
      for (const [index, outcome] of (await Promise.all(talk.once)).entries()) {
        expect([index + 1, 'unknown_outcome']).toContain(outcome);
      }
      for (const outcome of await Promise.all(talk.streams)) {
        expect([40, 'unknown_outcome']).toContain(outcome);
      }
    });
    await fc.assert(run, { numRuns: 1, endOnFailure: true });
  });
});
