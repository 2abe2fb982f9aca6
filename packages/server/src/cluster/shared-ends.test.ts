// Sessions that were ended while the engine was away are ended when it is back, wherever they are.
import { defineChannels } from '@wirepact/core';
import { createManualClock } from '@wirepact/core/testing';
import { describe, expect, it } from 'vitest';
import { startNodes } from './cluster.fixture.js';
import { SharedEnds } from './shared-ends.js';
import { settle, type TestClient } from '../test-server.fixture.js';
import { Timers } from '../timers.js';

const channels = defineChannels({});
const banned = { code: 4600, reason: 'banned' };

async function start() {
  /** The codes of those that have ended, in whatever process. */
  const gone: number[] = [];
  const event = { onDisconnect: (_socket: unknown, { code }: { code: number }) => void gone.push(code) };
  const started = await startNodes(channels, { event });
  const { clock, engine, nodes } = started;
  /** Time passes. */
  const wait = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      await settle();
      clock.advance(1_000);
    }
    await settle();
  };
  /** The engine is away for longer than it is waited for. */
  const outage = async (meanwhile: () => unknown): Promise<void> => {
    engine.goAway();
    await meanwhile();
    await wait(8);
    engine.comeBack();
    await wait(2);
  };
  const isResumed = async (client: TestClient): Promise<unknown> =>
    (await nodes[2].resume(client, {}, 'ann')).welcome.resumed;
  return { ...started, gone, wait, outage, isResumed };
}

describe('while the engine is away', () => {
  it.each([
    ['keeps everything', false],
    ['forgets everything', true],
  ])('a user is logged out in every process once it is back, where it %s', async (_what, forgets) => {
    const { engine, nodes, outage, isResumed } = await start();
    const [one, other] = nodes;
    const [here, there, away] = [
      await one.connect('ann'),
      await other.connect('ann'),
      await other.connect('ann'),
    ];
    const bob = await other.connect('bob');
    await settle();
    away.cut();
    await outage(() => {
      one.sockets.user('ann').disconnect('banned', 4600);
      if (forgets) engine.flush();
    });
    expect([here, there].map(({ transport }) => transport.closedWith)).toEqual([banned, banned]);
    expect(bob.transport.closedWith).toBeUndefined();
    for (const client of [here, there, away]) expect(await isResumed(client)).toBe(false);
    expect(nodes.map(({ sockets }) => sockets.user('ann').size)).toEqual([0, 0, 3]);
  });

  it('a user who logs in again stays', async () => {
    const { clock, nodes, outage, wait } = await start();
    const [one, other] = nodes;
    const old = await other.connect('ann');
    await settle();
    const connecting: Promise<TestClient>[] = [];
    await outage(() => {
      one.sockets.user('ann').disconnect('banned', 4600);
      clock.advance(1);
      connecting.push(other.connect('ann'));
    });
    const [fresh] = await Promise.all(connecting);
    // until it would be found that it was ended without its process hearing of that
    for (let seconds = 0; seconds < 40; seconds += 10) {
      await wait(10);
      fresh?.say({ path: '$pong' });
    }
    expect(old.transport.closedWith).toEqual(banned);
    expect(fresh?.transport.closedWith).toBeUndefined();
  });

  it('a user who logs in again stays where its process is not heard at first, and who was there before goes', async () => {
    const { brokers, clock, engine, nodes, outage, wait } = await start();
    const [one, other] = nodes;
    const old = await other.connect('ann');
    await settle();
    const connecting: Promise<TestClient>[] = [];
    await outage(() => {
      one.sockets.user('ann').disconnect('banned', 4600);
      clock.advance(1);
      connecting.push(other.connect('ann'));
      engine.dropMessages(brokers[1]);
    });
    const [fresh] = await Promise.all(connecting);
    expect(old.transport.closedWith).toBeUndefined();
    engine.restoreMessages(brokers[1]);
    for (let seconds = 0; seconds < 40; seconds += 10) {
      await wait(10);
      for (const client of [old, fresh]) client?.say({ path: '$pong' });
    }
    expect(old.transport.closedWith).toEqual(banned);
    expect(fresh?.transport.closedWith).toBeUndefined();
  });

  it('a user is logged out at once where it is back before that was given up', async () => {
    const { engine, nodes, isResumed } = await start();
    const [one, other] = nodes;
    const there = await other.connect('ann');
    await settle();
    engine.goAway();
    one.sockets.user('ann').disconnect('banned', 4600);
    await settle();
    engine.comeBack();
    await settle();
    await settle();
    expect(there.transport.closedWith?.code).toBe(4600);
    expect(await isResumed(there)).toBe(false);
  });

  it('a client that is closed by its process cannot go on in another one', async () => {
    const { nodes, outage, isResumed, errors } = await start();
    const [one] = nodes;
    const client = await one.connect('ann');
    await settle();
    await outage(() => one.sockets.client(client.welcome.session)?.disconnect('banned', 4600));
    expect(await isResumed(client)).toBe(false);
    expect(errors()).toEqual([]);
  });

  it('a client of another process is closed once it is back', async () => {
    const { nodes, outage, isResumed, errors } = await start();
    const [one, other] = nodes;
    const client = await one.connect('ann');
    await settle();
    const found = await other.sockets.findClient(client.welcome.session);
    await outage(() => found?.disconnect('banned', 4600));
    expect(client.transport.closedWith).toEqual(banned);
    expect(await isResumed(client)).toBe(false);
    expect(errors()).toEqual([expect.objectContaining({ code: 'not_accepted' })]);
  });

  it('no process that is back earlier goes on with what another one has ended', async () => {
    const { engine, nodes, gone } = await start();
    const [one, other] = nodes;
    const client = await other.connect('ann');
    await settle();
    engine.goAway();
    other.sockets.client(client.welcome.session)?.disconnect('banned', 4600);
    const returning = one.resume(client, {}, 'ann');
    await settle();
    engine.comeBack();
    const back = await returning;
    expect(back.welcome).toMatchObject({ resumed: false });
    expect(back.welcome.session).not.toBe(client.welcome.session);
    expect(back.transport.closedWith).toBeUndefined();
    expect(gone).toEqual([4600]);
  });

  it('the process that has ended it does not go on with it either', async () => {
    const { engine, nodes, wait, gone } = await start();
    const [one] = nodes;
    const client = await one.connect('ann');
    await settle();
    engine.goAway();
    one.sockets.client(client.welcome.session)?.disconnect('banned', 4600);
    await wait(6);
    const returning = one.resume(client, {}, 'ann');
    await settle();
    engine.comeBack();
    expect((await returning).welcome).toMatchObject({ resumed: false });
    expect(gone).toEqual([4600]);
  });
});

describe('while one process cannot be heard', () => {
  /** A client of the first process, and what lets that one be heard again. */
  async function startUnheard() {
    const started = await start();
    const client = await started.nodes[0].connect('ann');
    await settle();
    started.brokers[0].hold('everything', true);
    return { ...started, client, release: () => started.brokers[0].hold('everything', false) };
  }

  it('a client that it closes is closed where it goes on meanwhile', async () => {
    const { client, nodes, release, wait, isResumed } = await startUnheard();
    const [one, other] = nodes;
    one.sockets.client(client.welcome.session)?.disconnect('banned', 4600);
    const returning = other.resume(client, {}, 'ann');
    await wait(4);
    const back = await returning;
    expect(back.welcome.resumed).toBe(true);
    release();
    await settle();
    await settle();
    expect(back.transport.closedWith).toEqual(banned);
    expect(await isResumed(back)).toBe(false);
  });

  it('a client that it has waited for too long ends once', async () => {
    const { brokers, nodes, wait, gone } = await start();
    const [one, other] = nodes;
    const client = await one.connect('ann');
    client.cut();
    await wait(119);
    brokers[0].hold('everything', true);
    const returning = other.resume(client, {}, 'ann');
    await wait(1);
    expect(gone).toEqual([1006]);
    brokers[0].hold('everything', false);
    expect((await returning).welcome.resumed).toBe(false);
    expect(gone).toEqual([1006]);
  });
});

describe('a session that has ended in a process that did not know that it goes on in another one', () => {
  async function startStale() {
    const started = await start();
    const { brokers, engine, nodes, wait } = started;
    const [one, other] = nodes;
    const client = await one.connect('ann');
    client.cut();
    engine.cutOff(brokers[0]);
    const returning = other.resume(client, {}, 'ann');
    await wait(1);
    const there = await returning;
    for (let seconds = 0; seconds < 120; seconds += 10) {
      await wait(10);
      there.say({ path: '$pong' });
    }
    expect(started.gone).toEqual([1006]);
    engine.reconnect(brokers[0]);
    await settle();
    return { ...started, there };
  }

  it('goes on where its client comes back to that process', async () => {
    const { gone, nodes, there } = await startStale();
    const back = await nodes[0].resume(there, {}, 'ann');
    expect(back.welcome.resumed).toBe(true);
    expect(gone).toEqual([1006]);
  });

  it('takes along what that process knows of it from after that', async () => {
    const { brokers, nodes, there } = await startStale();
    const [one, other] = nodes;
    const back = await one.resume(there, {}, 'ann');
    // it never reaches the engine
    brokers[0].commitSession = () => new Promise(() => undefined);
    one.sockets.client(back.welcome.session)?.join('lobby');
    await settle();
    const next = await other.resume(back, {}, 'ann');
    expect(next.welcome.session).toBe(there.welcome.session);
    const { rooms } = other.sockets.client(next.welcome.session) ?? {};
    expect([...(rooms ?? [])]).toEqual(['lobby']);
  });
});

describe('ends that the engine does not take', () => {
  it('are tried again, also where it was never away', async () => {
    const { brokers, nodes, wait } = await start();
    const client = await nodes[0].connect('ann');
    await settle();
    const end = brokers[0].endSession.bind(brokers[0]);
    brokers[0].endSession = () => Promise.reject(new Error('it is full'));
    nodes[0].sockets.client(client.welcome.session)?.disconnect();
    await settle();
    brokers[0].endSession = end;
    await wait(31);
    expect(await brokers[1].findSession(client.welcome.session)).toBeUndefined();
  });

  function startAway() {
    const clock = createManualClock();
    const reports: unknown[] = [];
    const ended: string[] = [];
    const broker = {
      isAway: true,
      async endSession(id: string) {
        if (broker.isAway) throw new Error('away');
        ended.push(id);
        return true;
      },
      drop: () => undefined,
    };
    const ends = new SharedEnds(broker as never, clock, new Timers(clock), (error) => reports.push(error));
    return { broker, clock, ended, ends, reports };
  }

  it('are kept up to a bound, and those that are given up are reported', async () => {
    const { ends, reports } = startAway();
    for (let count = 0; count <= 10_000; count += 1) await ends.endSession(`s_${count}`, 1, banned);
    expect(reports).toEqual([expect.objectContaining({ code: 'not_accepted' })]);
    expect(String(reports[0])).toContain('session s_0 ');
  });

  it('are kept however many sessions end by themselves, which are not reported', async () => {
    const { broker, ended, ends, reports } = startAway();
    await ends.endSession('closed', 1, banned);
    for (let count = 0; count <= 10_000; count += 1) await ends.endSession(`s_${count}`, 1);
    expect(reports).toEqual([]);
    expect(ends.endedBy('s_0')).toBeUndefined();
    broker.isAway = false;
    ends.returned();
    await settle();
    expect(ended).toHaveLength(10_001);
    expect(ended).toContain('closed');
    expect(ended).not.toContain('s_0');
  });
});

describe('a client that was closed and whose process did not hear of that', () => {
  type Nodes = Awaited<ReturnType<typeof start>>['nodes'];
  it.each<[string, (nodes: Nodes, id: string) => unknown]>([
    ['its user', ([, other]) => other.sockets.user('ann').disconnect('later', 4001)],
    ['itself', async ([, other], id) => (await other.sockets.findClient(id))?.disconnect('later', 4001)],
  ])('is closed with what was said to %s', async (_whom, disconnect) => {
    const { brokers, engine, nodes, wait } = await start();
    const client = await nodes[0].connect('ann');
    await settle();
    engine.dropMessages(brokers[0]);
    await disconnect(nodes, client.welcome.session);
    await settle();
    expect(client.transport.closedWith).toBeUndefined();
    await wait(30);
    expect(client.transport.closedWith).toEqual({ code: 4001, reason: 'later' });
  });

  it.each(['', '1', '{"code":1006,"reason":"x"}', '{"code":4001}', '{"code":4001,"reason":5}', ']'])(
    'is closed as ever where that is none of an application: %j',
    async (said) => {
      const { brokers, nodes, wait } = await start();
      const client = await nodes[0].connect('ann');
      await settle();
      await brokers[1].endSession(client.welcome.session, undefined, said);
      await wait(31);
      expect(client.transport.closedWith).toEqual({ code: 1000, reason: 'the session was ended' });
    },
  );
});
