// The fixture of the behaviour suite. After each test it is closed, and nothing may be left: no client, timer, connection or
// listener, and no error that nobody looked at.
import { expect, onTestFinished } from 'vitest';
import { App, type Setup } from './app.js';
import type { Transport } from './transports.js';

const nothing = {
  ...{ countClients: 0, countUsers: 0, rooms: 0 },
  network: [],
  timers: 0,
  clientErrors: [],
  serverErrors: [],
};

/** Starts a server and one connected client; both are gone when the test is over. */
export async function startApp(transport: Transport, setup: Setup = {}): Promise<App> {
  const app = await prepareApp(transport, setup);
  app.client.connect();
  await app.advance(0);
  expect(app.client.status.name).toBe('connected');
  return app;
}

/** The same, with a client that has not connected yet. */
export async function prepareApp(transport: Transport, setup: Setup = {}): Promise<App> {
  const listeners = countProcessListeners();
  const app = new App(await transport.open(), setup, await transport.join?.());
  onTestFinished(async ({ task }) => {
    const left = await app.close();
    // of a test that failed already nothing more is asked
    if (task.result?.state === 'fail') return;
    expect(left).toEqual(nothing);
    expect(countProcessListeners()).toEqual(listeners);
  });
  await app.start();
  return app;
}

function countProcessListeners(): Record<string, number> {
  return Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)]));
}
