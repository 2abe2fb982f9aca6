// Faults that the simulation of several nodes has found, as small as possible.
import { describe, expect, it, vi } from 'vitest';
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';
import { brief, connectTo, startNodes } from './cluster.fixture.js';
import { settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({ said: { in: z.string(), out: z.string() } });

/** A client whose message the first process is handling. */
async function handle() {
  let finish = (): void => undefined;
  let runs = 0;
  const started = await startNodes(channels, {
    routes: { said: () => ((runs += 1), new Promise<void>((resolve) => (finish = resolve))) },
  });
  const a = await started.nodes[0].connect();
  const message = { path: 'said', data: 'once', seq: 1 };
  a.say(message);
  await settle();
  /** How often it was handled once it has come again, and the handler is done. */
  const countRuns = async (back: TestClient): Promise<number> => {
    back.say(message);
    await settle();
    finish();
    await settle();
    return runs;
  };
  return { ...started, a, countRuns };
}

describe('processes that a broker joins', () => {
  it('keep a client that came back to the same one while what it had handled was on its way to the engine', async () => {
    const { clock, engine, nodes } = await startNodes(channels, { routes: { said: () => undefined } });
    const [one] = nodes;
    const a = await one.connect();
    await settle();
    engine.goAway();
    a.cut();
    const resuming = one.resume(a);
    await settle();
    // handled before the engine knows of the return, and put down after it
    one.sockets.client(a.welcome.session)?.join('lobby');
    await settle();
    engine.comeBack();
    await settle();
    clock.advance(1_000);
    const back = await resuming;
    await settle();
    expect(back.welcome.resumed).toBe(true);
    expect(back.transport.closedWith).toBeUndefined();
    clock.advance(30_000);
    await settle();
    expect(back.transport.closedWith).toBeUndefined();
  });

  it('send to a client that came while the engine was away what is sent to it alone', async () => {
    const { clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    engine.goAway();
    const connecting = one.connect('ann');
    for (let second = 0; second < 12; second += 1) {
      await settle();
      clock.advance(1_000);
    }
    const a = await connecting;
    engine.comeBack();
    await settle();
    clock.advance(1_000);
    await settle();
    await other.sockets.user('ann').publish('said', 'to ann');
    await settle();
    expect(a.takeData('said')).toEqual(['to ann']);
  });

  it('run nothing twice after the engine has forgotten that they live', async () => {
    let runs = 0;
    const { clock, engine, nodes } = await startNodes(channels, {
      routes: { said: () => ((runs += 1), new Promise<void>((resolve) => clock.after(3_000, resolve))) },
    });
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    engine.goAway();
    engine.flush();
    engine.comeBack();
    await settle();
    clock.advance(0);
    await settle();
    a.say({ path: 'said', data: 'once', seq: 1 });
    await settle();
    a.cut();
    const back = await other.resume(a);
    back.say({ path: 'said', data: 'once', seq: 1 });
    await settle();
    expect(runs).toBe(1);
    clock.advance(3_000);
    await settle();
  });

  it('give a client to the last of its connections, and leave nothing of the others behind', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    const a = await one.connect('ann');
    await settle();
    engine.kill(brokers[0]);
    // the process that had the session is waited for
    const first = other.resume(a, {}, 'ann').catch(() => undefined);
    await settle();
    const second = other.resume(a, {}, 'ann');
    for (let call = 0; call < 6; call += 1) {
      await settle();
      clock.advance(100);
    }
    await settle();
    await first;
    const back = await second;
    for (let second = 0; second < 130; second += 10) {
      clock.advance(10_000);
      await settle();
      back.say({ path: '$pong' });
      await settle();
    }
    await third.sockets.user('ann').publish('said', 'to ann');
    await settle();
    expect(back.takeData('said')).toEqual(['to ann']);
  });

  it('hand over what is still handled, although it was heard before that the session is elsewhere', async () => {
    const { a, brokers, engine, nodes, countRuns } = await handle();
    const [one, other] = nodes;
    // the process is asked for the session only after it was told that what it put down of it is refused
    engine.delayMessages(brokers[0]);
    const resuming = other.resume(a);
    one.sockets.client(a.welcome.session)?.join('lobby');
    await settle();
    one.sockets.client(a.welcome.session)?.join('attic');
    await settle();
    engine.releaseMessages(brokers[0]);
    expect(await countRuns(await resuming)).toBe(1);
  });

  it.each([
    ['for good when they hear that the client is elsewhere', true, 4409],
    ['so that it comes back when they never hear where the client is', false, 4500],
  ])('close a connection whose session is refused them %s', async (_when, isTold, code) => {
    const { brokers, clock, engine, nodes } = await startNodes(channels, {
      routes: { said: () => undefined },
    });
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    engine.delayMessages(brokers[0]);
    const resuming = other.resume(a);
    one.sockets.client(a.welcome.session)?.join('lobby');
    await settle();
    one.sockets.client(a.welcome.session)?.join('attic');
    await settle();
    expect([a.transport.isPaused, a.transport.closedWith]).toEqual([true, undefined]);
    if (isTold) engine.releaseMessages(brokers[0]);
    else clock.advance(3_000);
    await settle();
    expect(a.transport.closedWith?.code).toBe(code);
    engine.releaseMessages(brokers[0]);
    await resuming;
  });

  it('wait for a process that is busy, and do not handle again what it handles', async () => {
    const { a, brokers, clock, engine, nodes, countRuns } = await handle();
    const [, other] = nodes;
    engine.delayMessages(brokers[0]);
    const resuming = other.resume(a);
    for (let passed = 0; passed < 2_000; passed += 100) {
      await settle();
      clock.advance(100);
    }
    engine.releaseMessages(brokers[0]);
    expect(await countRuns(await resuming)).toBe(1);
  });

  it.each([
    ['a moment', 2],
    ['so long that nobody seems to live', 40],
  ])(
    'wait, where the engine was away for %s, for one that is back later than the others',
    async (_what, seconds) => {
      const { a, brokers, clock, engine, nodes, countRuns } = await handle();
      const [one, other] = nodes;
      const wait = async (times: number, ms: number): Promise<void> => {
        for (let time = 0; time < times; time += 1) {
          clock.advance(ms);
          await settle();
        }
      };
      engine.goAway();
      // the handler is done, and the engine cannot be told
      expect(await countRuns(a)).toBe(1);
      a.cut();
      await wait(seconds, 1_000);
      const resuming = other.resume(a);
      await wait(2, 100);
      engine.cutOff(brokers[0]);
      engine.comeBack();
      await wait(10, 100);
      engine.reconnect(brokers[0]);
      await wait(10, 100);
      expect(await countRuns(await resuming)).toBe(1);
      expect(one.sockets.countClients).toBe(0);
    },
  );

  it('tell of what is lost before they hand out what was sent after it', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect('ann');
    await settle();
    engine.flush();
    await other.sockets.user('ann').publish('said', 'goes nowhere');
    const [broker] = brokers;
    const renew = broker.renew.bind(broker);
    broker.renew = async (...of) => {
      broker.renew = renew;
      await other.sockets.user('ann').publish('said', 'as soon as she is found again');
      await settle();
      return renew(...of);
    };
    a.take();
    one.sockets.client(a.welcome.session)?.join('lobby');
    for (let turn = 0; turn < 5; turn += 1) {
      await settle();
      clock.advance(0);
    }
    const heard = a
      .take()
      .filter(({ path, data }) => path === 'said' || (data as { room?: string }).room === '$inbox');
    expect(heard.map(({ path }) => path)).toEqual(['$gap', 'said']);
  });

  it('tell the last of several processes what the first has answered', async () => {
    let finish = (): void => undefined;
    const { nodes } = await startNodes(channels, {
      routes: { said: () => new Promise<void>((resolve) => (finish = resolve)) },
    });
    const [one, other, third] = nodes;
    const a = await one.connect();
    a.say({ path: 'said', data: 'once', id: 1 });
    await settle();
    const b = await other.resume(a);
    await settle();
    const c = await third.resume(b);
    await settle();
    c.takeAll();
    finish();
    await settle();
    expect(c.take()).toMatchObject([{ path: 'said', id: 1 }]);
  });

  it('end a session whose client had gone again before it was looked up', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const { welcome } = await one.connect('ann');
    await settle();
    engine.kill(brokers[0]);
    engine.goAway();
    const gone = await other.connectSilent('ann');
    gone.say({ path: '$hello', data: { session: welcome.session, token: welcome.token } });
    gone.cut();
    for (let second = 0; second < 4; second += 1) {
      clock.advance(1_000);
      await settle();
    }
    engine.comeBack();
    // what others hold, and then the process that had it, is waited for
    for (let passed = 0; passed <= 1_800; passed += 100) {
      await settle();
      clock.advance(100);
    }
    await settle();
    expect(other.sockets.countClients).toBe(1);
    for (let second = 0; second < 140; second += 10) {
      clock.advance(10_000);
      await settle();
    }
    expect(other.sockets.countClients).toBe(0);
  });

  it('send nothing again that the engine still has, whoever has left the room meanwhile', async () => {
    const { clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    const b = await connectTo(other, 'lobby');
    engine.goAway();
    const publishing = ['a', 'b'].map((text) => {
      const published = other.sockets.room('lobby').publish('said', text);
      other.sockets.client(b.welcome.session)?.leave('lobby');
      return published;
    });
    engine.comeBack();
    await Promise.all(publishing);
    clock.advance(1_000);
    await settle();
    expect(a.takeData('said')).toEqual(['a', 'b']);
  });

  it('send again what was accepted and lost before they die, however long the engine was away', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    await other.sockets.room('lobby').publish('said', 'heard');
    engine.dropMessages(brokers[0]);
    await other.sockets.room('lobby').publish('said', 'unheard');
    engine.goAway();
    engine.loseTail('lobby', 1);
    clock.advance(15_000);
    await settle();
    engine.comeBack();
    engine.restoreMessages(brokers[0]);
    await settle();
    // others have had time to give it back
    for (const ms of [0, 300]) {
      clock.advance(ms);
      await settle();
    }
    engine.kill(brokers[1]);
    clock.advance(5_000);
    await settle();
    expect(a.takeData('said')).toEqual(['heard', 'unheard']);
  });

  it.each([
    ['before what waits for them', 'hall', ['heard', 'unheard', 'later']],
    [
      'and tell of it first where later ones were taken',
      'lobby',
      ['heard', 'later', 'gap of lobby: epoch', 'unheard'],
    ],
  ])('send again what was lost %s', async (_when, room, heard) => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    // who has the log here knows more of it, and does not wait
    await connectTo(other, room);
    await other.sockets.room('lobby').publish('said', 'heard');
    engine.dropMessages(brokers[0]);
    engine.dropMessages(brokers[1]);
    await other.sockets.room('lobby').publish('said', 'unheard');
    engine.goAway();
    engine.loseTail('lobby', 1);
    engine.comeBack();
    engine.restoreMessages(brokers[0]);
    engine.restoreMessages(brokers[1]);
    await settle();
    const publishing = other.sockets.room('lobby').publish('said', 'later');
    for (const ms of [0, 300]) {
      await settle();
      clock.advance(ms);
    }
    await publishing;
    await settle();
    expect(brief(a.take())).toEqual(heard);
  });

  it('let each other put back what is theirs before they send to that', async () => {
    const { clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect('ann');
    await settle();
    engine.goAway();
    engine.flush();
    engine.comeBack();
    await settle();
    const publishing = other.sockets.user('ann').publish('said', 'hello');
    await settle();
    expect(a.takeData('said')).toEqual([]);
    clock.advance(300);
    await publishing;
    await settle();
    expect(a.takeData('said')).toEqual(['hello']);
  });

  it.each([
    ['is known to be gone', true],
    ['nobody has noticed to be dead', false],
  ])('go on with a client that an older connection has cut off, which %s', async (_what, isNoticed) => {
    const { clock, brokers, nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    const a = await one.connect();
    await settle();
    a.cut();
    // its first return waits for the engine, and is given up
    brokers[1].hold('everything', true);
    const stale = await other.connectSilent();
    stale.say({ path: '$hello', data: { session: a.welcome.session, token: a.welcome.token } });
    await settle();
    if (isNoticed) stale.cut();
    const resuming = third.resume(a);
    await settle();
    clock.advance(300);
    const back = await resuming;
    expect(back.welcome.resumed).toBe(true);
    brokers[1].hold('everything', false);
    for (let turn = 0; turn < 3; turn += 1) {
      await settle();
      clock.advance(300);
    }
    await settle();
    // it is to come back, and has what opens its session, whoever was given something newer
    expect(back.transport.closedWith?.code).toBe(4500);
    const again = await third.resume(back);
    expect(again.welcome).toMatchObject({ resumed: true, session: a.welcome.session });
    await settle();
    expect(again.transport.closedWith).toBeUndefined();
  });

  it.each([
    ['the process that has it', 0],
    ['another process', 1],
  ])(
    'go on with a client that returns to %s while the engine is away, and forgets everything',
    async (_what, index) => {
      const { clock, engine, nodes } = await startNodes(channels);
      const a = await connectTo(nodes[0], 'lobby', 'ann');
      engine.goAway();
      engine.flush();
      a.cut();
      const resuming = nodes[index as 0 | 1].resume(a, {}, 'ann');
      await settle();
      clock.advance(2_000);
      engine.comeBack();
      for (let turn = 0; turn < 10; turn += 1) {
        await settle();
        clock.advance(100);
      }
      const back = await resuming;
      await settle();
      expect(back.welcome).toMatchObject({ resumed: true, session: a.welcome.session });
      expect(nodes.map(({ sockets }) => sockets.countClients)).toEqual([0, 1, 2].map((n) => +(n === index)));
    },
  );

  it('wait for one another to put down again what a client comes back to', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect('ann');
    await settle();
    a.cut();
    engine.goAway();
    engine.flush();
    brokers[0].hold('everything', true);
    engine.comeBack();
    await settle();
    const resuming = other.resume(a, {}, 'ann');
    await settle();
    brokers[0].hold('everything', false);
    await settle();
    clock.advance(300);
    expect((await resuming).welcome).toMatchObject({ resumed: true, session: a.welcome.session });
  });

  it.each([
    ['with losses', true, 300],
    ['without losses, and then at once', false, 0],
  ])('send to a user in order, also around a time without the engine, %s', async (_what, loses, waitMs) => {
    const { clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect('ann');
    await settle();
    const user = other.sockets.user('ann');
    const publishing = [user.publish('said', '1')];
    engine.goAway();
    publishing.push(user.publish('said', '2'));
    if (loses) engine.loseTail('lobby', 1);
    engine.comeBack();
    publishing.push(user.publish('said', '3'));
    await settle();
    publishing.push(user.publish('said', '4'));
    if (waitMs > 0) clock.advance(waitMs);
    await Promise.all(publishing);
    await settle();
    expect(a.takeData('said')).toEqual(['1', '2', '3', '4']);
  });

  it('accept in time what is sent to a user, or never send it', async () => {
    const { clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect('ann');
    await settle();
    engine.goAway();
    const publishing = other.sockets.user('ann').publish('said', 'late');
    const outcome = expect(publishing).rejects.toMatchObject({ code: 'not_accepted' });
    engine.loseTail('lobby', 1);
    clock.advance(4_900);
    engine.comeBack();
    await settle();
    // others may put right what is theirs, until after the time is over
    clock.advance(100);
    await outcome;
    clock.advance(1_000);
    await settle();
    expect(a.takeData('said')).toEqual([]);
  });

  it('look once for the clients of a user, however much was sent to it while the engine was away', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect('ann');
    await settle();
    engine.goAway();
    const texts = Array.from({ length: 50 }, (_, index) => `${index}`);
    const publishing = texts.map((text) => other.sockets.user('ann').publish('said', text));
    const looking = vi.spyOn(brokers[1], 'sessionsOf');
    engine.loseTail('lobby', 1);
    engine.comeBack();
    await settle();
    clock.advance(300);
    await Promise.all(publishing);
    await settle();
    expect(looking).toHaveBeenCalledTimes(1);
    expect(a.takeData('said')).toEqual(texts);
  });
});
