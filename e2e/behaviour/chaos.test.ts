// Lines cut at random moments while everything flows both ways. What is promised then: order, nothing twice, an end for
// every question, and that all comes back. A failure names the seed that repeats it.
import { setImmediate as turn } from 'node:timers/promises';
import { isSocketError, type SocketError } from '@wirepact/core';
import { safe } from '@wirepact/client';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { App } from './app.js';
import { startApp } from './start-app.js';
import { transports } from './transports.js';

const cuts = 25;

const cutting = fc.record({
  /** Messages each way before the cut. */
  talked: fc.nat({ max: 12 }),
  /** Turns of the event loop that they get. */
  turns: fc.nat({ max: 4 }),
  /** Messages of the client while the line is down. */
  away: fc.nat({ max: 12 }),
  isRestart: fc.boolean(),
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

describe.each(transports)(`${cuts} cuts over $name`, (transport) => {
  test('order holds, nothing comes twice, every question ends, and all comes back', async () => {
    const run = fc.asyncProperty(
      fc.array(cutting, { minLength: cuts, maxLength: cuts }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      async (plan, chance) => {
        const received: number[] = [];
        const heard: number[] = [];
        const app: App = await startApp(transport, {
          random: () => Number(chance.next().value),
          client: { reconnect: { maxDelayMs: 1_000 } },
          server: {
            rooms: { authorize: () => true, member: ({ id }) => id },
            routes: {
              count: (_, { n }) => void received.push(n),
              save: async (_, { n }) => ({ n }),
              chat: async (_, { text }) => ({ id: text }),
              async *tail(_, { n }) {
                for (let i = 1; i <= n; i++) yield i;
              },
            },
          },
        });
        app.client.on('count', ({ n }) => heard.push(n));
        const lobby = await app.client.join('lobby');
        let sent = 0;
        const idempotent: Promise<number | string>[] = [];
        const once: Promise<number | string>[] = [];
        const streams: Promise<number | string>[] = [];
        const talk = (): void => {
          const n = ++sent;
          app.client.send('count', { n });
          app.sockets.room('lobby').send('count', { n });
          idempotent.push(outcomeOf(app.client.request('save', { n })));
          once.push(
            outcomeOf(app.client.request('chat', { text: `${n}` }).then(({ id }) => ({ n: Number(id) }))),
          );
          if (n % 5 === 0) streams.push(outcomeOf(readUpTo(app.client.stream('tail', { n: 40 }))));
        };

        for (const { talked, turns, away, isRestart } of plan) {
          for (let n = 0; n < talked; n++) talk();
          for (let n = 0; n < turns; n++) await turn();
          if (isRestart) await app.killServer();
          else await app.cut();
          for (let n = 0; n < away; n++) talk();
          if (isRestart) await app.startServer();
          const before = received.length;
          await app.advance(3_000);
          expect(app.client.status.name).toBe('connected');
          // what was never written waited, and nothing of it is lost
          expect(received.slice(before)).toHaveLength(away);
          expect(app.sockets.room('lobby').size).toBe(1);
          expect(app.sockets.countClients).toBe(1);
        }
        talk();
        await app.advance(20_000);

        expect(isRising(received)).toBe(true);
        expect(isRising(heard)).toBe(true);
        expect([received.at(-1), heard.at(-1)]).toEqual([sent, sent]);
        expect(await Promise.all(idempotent)).toEqual(idempotent.map((_, index) => index + 1));
        for (const [index, outcome] of (await Promise.all(once)).entries()) {
          expect([index + 1, 'unknown_outcome']).toContain(outcome);
        }
        for (const outcome of await Promise.all(streams)) expect([40, 'unknown_outcome']).toContain(outcome);
        expect(lobby.members).toHaveLength(1);
        expect(app.network.upgrades).toBeGreaterThan(cuts);
      },
    );
    await fc.assert(run, { numRuns: 1, endOnFailure: true });
  });
});
