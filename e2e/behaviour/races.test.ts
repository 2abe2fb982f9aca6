// Everything that takes its time ends in any order: tokens, identities, permissions, answers, and what the application does
// meanwhile. Whatever the order, the client ends up where it was told to be, and every promise is settled.
import { setImmediate as turn } from 'node:timers/promises';
import { safe, type Room } from '@wirepact/client';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Channels } from './channels.js';
import { prepareApp } from './start-app.js';
import { transports } from './transports.js';

const [memory] = transports;

const step = fc.constantFrom('cut', 'connect', 'close', 'request', 'send', 'join', 'leave', 'wait', 'stream');

test('whatever the order in which things end, nothing hangs, and the client is where it was told to be', async () => {
  if (memory === undefined) throw new Error('no transport');
  const run = fc.asyncProperty(
    fc.scheduler(),
    fc.array(step, { maxLength: 14 }),
    async (scheduler, steps) => {
      const scheduled = {
        token: scheduler.scheduleFunction(async () => 'ann'),
        identity: scheduler.scheduleFunction(async (user: string) => ({ user })),
        permission: scheduler.scheduleFunction(async () => true),
        answer: scheduler.scheduleFunction(async (n: number) => ({ n })),
      };
      let isOver = false;
      const slowly = <TValue>(slow: () => Promise<TValue>, fast: TValue): Promise<TValue> | TValue =>
        isOver ? fast : slow();
      const app = await prepareApp(memory, {
        server: {
          authenticate: ({ token = '' }) => slowly(() => scheduled.identity(token), { user: token }),
          rooms: { authorize: () => slowly(scheduled.permission, true) },
          routes: {
            count: () => {},
            save: (_, { n }) => slowly(() => scheduled.answer(n), { n }),
            async *tail(_, { n }) {
              yield (await slowly(() => scheduled.answer(n), { n })).n;
            },
          },
        },
        client: { getToken: () => slowly(scheduled.token, 'ann') },
      });
      const { client } = app;
      const handles: Room<Channels>[] = [];
      const pending: Promise<unknown>[] = [];
      const perform = {
        cut: () => app.network.cut(),
        connect: () => client.connect(),
        close: () => client.close(),
        request: () => pending.push(safe(client.request('save', { n: 1 }))),
        stream: () => pending.push(safe(client.stream('tail', { n: 1 })[Symbol.asyncIterator]().next())),
        send() {
          if (client.status.name !== 'closed') client.send('count', { n: 1 });
        },
        join: () => pending.push(safe(client.join('lobby').then((room) => handles.push(room)))),
        leave: () => pending.push(Promise.resolve(handles.pop()?.leave())),
        wait: () => app.clock.advance(400),
      };

      client.connect();
      scheduler.scheduleSequence(
        steps.map((name) => ({
          label: name,
          builder: async () => {
            perform[name]();
            app.clock.advance(0);
          },
        })),
      );
      while (scheduler.count() > 0) {
        await scheduler.waitOne();
        await turn();
        await turn();
      }
      isOver = true;

      client.connect();
      await app.advance(20_000);
      expect(client.status.name).toBe('connected');
      await Promise.all(pending);
      const present = Array.from(app.sockets.clients()).filter(({ connected }) => connected);
      expect(present.map(({ rooms }) => [...rooms])).toEqual([handles.length > 0 ? ['lobby'] : []]);
      expect(await client.request('save', { n: 7 })).toEqual({ n: 7 });
      app.takeClientErrors();
      client.close();
      await app.settle();
      // sessions that were closed while away are waited for
      await app.advance(125_000);
      expect([app.sockets.countClients, app.sockets.stats().rooms]).toEqual([0, 0]);
    },
  );
  await fc.assert(run, { numRuns: 60 });
});
