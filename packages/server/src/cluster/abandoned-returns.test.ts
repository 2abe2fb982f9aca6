// Clients whose return failed, because the connection closed before it was known which session it belongs to.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { connectTo, startNodes } from './cluster.fixture.js';
import { settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({});

async function start() {
  let suspensions = 0;
  const started = await startNodes(channels, { event: { onSuspend: () => void (suspensions += 1) } });
  const [one] = started.nodes;
  const [broker] = started.brokers;
  /** A connection that says whose it is, and is closed before the engine has answered. */
  const abandon = async ({ welcome }: TestClient): Promise<void> => {
    broker.hold('everything', true);
    const gone = await one.connectSilent();
    gone.say({ path: '$hello', data: { session: welcome.session, token: welcome.token } });
    await settle();
    gone.cut();
    broker.hold('everything', false);
    await settle();
  };
  /** Time passes. */
  const wait = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      started.clock.advance(1_000);
      await settle();
    }
  };
  return { ...started, one, abandon, wait, suspensions: () => suspensions };
}

describe('a client that was gone again before its return was decided', () => {
  it('is closed where it was still connected, to come back', async () => {
    const { one, abandon, suspensions } = await start();
    const a = await connectTo(one, 'lobby');
    await abandon(a);
    expect(a.transport.closedWith?.code).toBe(4500);
    expect([one.sockets.client(a.welcome.session)?.connected, suspensions()]).toEqual([false, 1]);
    const back = await one.resume(a);
    expect(back.welcome).toMatchObject({ resumed: true, session: a.welcome.session });
  });

  it('is away as before where it was away, and can still come back', async () => {
    const { one, abandon, suspensions } = await start();
    const a = await connectTo(one, 'lobby');
    a.cut();
    await abandon(a);
    expect([suspensions(), one.sockets.stats().suspensions]).toEqual([1, 1]);
    expect((await one.resume(a)).welcome.resumed).toBe(true);
  });

  it('keeps nobody waiting for longer than that may take', async () => {
    const { one, abandon, wait } = await start();
    const [a, b] = [await connectTo(one, 'lobby'), await connectTo(one, 'lobby')];
    a.cut();
    await wait(1);
    b.cut();
    await wait(100);
    await abandon(a);
    await wait(40);
    expect(one.sockets.countClients).toBe(0);
  });
});
