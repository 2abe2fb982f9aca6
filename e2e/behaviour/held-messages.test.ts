// Messages that are kept back because as many handlers run as may: they are handled in order, however many they are.
import { expect, test } from 'vitest';
import { startApp } from './start-app.js';
import { transports } from './transports.js';

test.each(transports)(
  'thousands of messages wait for one handler over $name, and are all handled',
  async (transport) => {
    const handled: number[] = [];
    let finish = (): void => {};
    const limits = { maxInFlight: 1, messageBurst: 10_000, messagesPerSecond: 10_000 };
    const app = await startApp(transport, {
      server: {
        limits,
        routes: {
          save: (_socket, saved) => new Promise((resolve) => (finish = () => resolve(saved))),
          count: (_socket, { n }) => void handled.push(n),
        },
      },
      client: { outbox: { maxMessages: 10_000 } },
    });
    const saved = app.client.request('save', { n: 0 });
    for (let n = 1; n <= 5_000; n += 1) app.client.send('count', { n });
    await app.settle();
    expect(handled).toEqual([]);
    finish();
    expect(await saved).toEqual({ n: 0 });
    await app.advance(1_000);
    expect(handled).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
  },
);
