import { describe, expect, it, vi } from 'vitest';
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';
import { brief, connectTo, startNodes } from './cluster.fixture.js';
import { settle } from '../test-server.fixture.js';

const channels = defineChannels({
  said: { in: z.string(), out: z.string() },
  add: { in: z.number(), reply: z.number() },
  count: { in: z.number(), stream: z.number() },
  ask: { out: z.string(), answer: z.string() },
});

/** A handler that goes on when told to. */
function createGate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('a session whose client comes back to another process', () => {
  it('goes on there: its rooms, its direct messages, what was handled', async () => {
    const seen: string[] = [];
    const { nodes, errors } = await startNodes(channels, {
      event: {
        onConnect: (socket) => (seen.push('connect'), socket.join('lobby')),
        onSuspend: () => void seen.push('suspend'),
        onResume: (socket) => void seen.push(`resume in ${[...socket.rooms].join()}`),
        onDisconnect: () => void seen.push('disconnect'),
      },
      routes: { add: (_socket, n) => n + 1 },
    });
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    a.takeAll();
    expect(await a.ask({ path: 'add', data: 1, id: 1 })).toEqual([{ path: 'add', data: 2, id: 1 }]);
    a.cut();
    await other.sockets.room('lobby').publish('said', 'missed');
    one.sockets.client(a.welcome.session)?.send('said', 'direct');
    await settle();
    const back = await other.resume(a);
    await settle();
    expect(back.welcome).toMatchObject({ resumed: true, session: a.welcome.session, done: [[1, 1]] });
    expect([one.sockets.countClients, other.sockets.countClients]).toEqual([0, 1]);
    expect(back.takeData('said').sort()).toEqual(['direct', 'missed']);
    expect(seen).toEqual(['connect', 'suspend', 'resume in lobby']);
    back.say({ path: 'said', data: 'x', seq: 2 });
    other.sockets.client(a.welcome.session)?.disconnect();
    await settle();
    expect(seen.at(-1)).toBe('disconnect');
    expect((await one.resume(back)).welcome.resumed).toBe(false);
    expect(errors()).toEqual([]);
  });

  it('is taken over from a connection that nobody noticed is dead', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    await one.sockets.room('lobby').publish('said', 'on its way');
    const back = await other.resume(a);
    await settle();
    expect(back.welcome.resumed).toBe(true);
    expect(a.transport.closedWith?.code).toBe(4409);
    expect(back.takeData('said')).toEqual(['on its way']);
    await one.sockets.room('lobby').publish('said', 'new');
    await settle();
    expect(back.takeData('said')).toEqual(['new']);
  });

  it('goes on although the process that had it was killed', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels, {
      routes: { said: () => undefined },
    });
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    a.say({ path: 'said', data: 'x', seq: 2 });
    await settle();
    engine.kill(brokers[0]);
    const resuming = other.resume(a);
    await settle();
    clock.advance(1_000);
    const back = await resuming;
    expect(back.welcome).toMatchObject({ resumed: true, done: [[1, 2]] });
  });

  it('does not run again what the other process is still handling, and gets its answer', async () => {
    const gate = createGate();
    let runs = 0;
    const { nodes } = await startNodes(channels, {
      routes: { add: async (_socket, n) => ((runs += 1), await gate.opened, n + 1) },
    });
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    a.say({ path: 'add', data: 1, id: 1 });
    await settle();
    const back = await other.resume(a);
    expect(back.welcome).toMatchObject({ resumed: true, done: [] });
    back.say({ path: 'add', data: 1, id: 1 });
    await settle();
    expect(runs).toBe(1);
    gate.open();
    await settle();
    expect(back.take()).toEqual([{ path: 'add', data: 2, id: 1 }]);
    expect(runs).toBe(1);
    expect(await back.ask({ path: 'add', data: 1, id: 1 })).toEqual([{ path: 'add', data: 2, id: 1 }]);
    expect(runs).toBe(1);
  });

  it('leaves no more answers with the engine than are kept for a client, whichever process gave them', async () => {
    const { brokers, nodes } = await startNodes(channels, {
      session: { answers: 2 },
      routes: { add: (_socket, n) => n + 1 },
    });
    const [one, other] = nodes;
    const claims = brokers.map((broker) => vi.spyOn(broker, 'claimSession'));
    const claimed = (broker: 0 | 1): unknown => {
      const claim = claims[broker]?.mock.settledResults.at(-1);
      return claim?.type === 'fulfilled' ? [...(claim.value?.answers.keys() ?? [])] : claim;
    };
    const a = await one.connect();
    for (const id of [1, 2, 3, 4, 5]) await a.ask({ path: 'add', data: id, id });
    await settle();
    const back = await other.resume(a);
    expect(claimed(1)).toEqual([4, 5]);
    await back.ask({ path: 'add', data: 6, id: 6 });
    await settle();
    await one.resume(back);
    expect(claimed(0)).toEqual([5, 6]);
  });

  it('is asked by ids that the other process has not used', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    const asked = one.sockets.client(a.welcome.session)?.request('ask', 'first');
    const lost = expect(asked).rejects.toMatchObject({ code: 'unknown_outcome' });
    await settle();
    a.take();
    const back = await other.resume(a);
    await lost;
    const asking = other.sockets.client(a.welcome.session)?.request('ask', 'second');
    const [question] = back.take().filter(({ path }) => path === 'ask');
    expect(question).toMatchObject({ id: 's2.1', data: 'second' });
    back.say({ path: 'ask', id: question?.id ?? '', data: 'yes' });
    expect(await asking).toBe('yes');
  });

  it('is sent what a handler sends that still runs in the other process', async () => {
    const gate = createGate();
    const { nodes } = await startNodes(channels, {
      routes: { said: async (socket) => (await gate.opened, socket.send('said', 'from afar')) },
    });
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    a.say({ path: 'said', data: 'x', seq: 1 });
    await settle();
    const back = await other.resume(a);
    gate.open();
    await settle();
    expect(back.takeData('said')).toEqual(['from afar']);
  });

  it('acknowledges an event that the other process has handled meanwhile', async () => {
    const gate = createGate();
    const { clock, nodes } = await startNodes(channels, { routes: { said: async () => gate.opened } });
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    a.say({ path: 'said', data: 'x', seq: 1 });
    await settle();
    const back = await other.resume(a);
    back.say({ path: 'said', data: 'x', seq: 1 });
    gate.open();
    await settle();
    clock.advance(100);
    await settle();
    expect(back.takeAll()).toContainEqual({ path: '$ack', data: { done: [[1, 1]] } });
  });

  it('runs again what a process was handling when it died, and only that', async () => {
    const runs: string[] = [];
    const { brokers, clock, engine, nodes } = await startNodes(channels, {
      routes: {
        said: (_socket, text) => {
          runs.push(text);
          return text === 'slow' && runs.length === 2 ? new Promise(() => undefined) : undefined;
        },
      },
    });
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    for (const [seq, data] of [
      [1, 'quick'],
      [2, 'slow'],
      [3, 'last'],
    ] as const)
      a.say({ path: 'said', data, seq });
    await settle();
    engine.kill(brokers[0]);
    const resuming = other.resume(a);
    await settle();
    clock.advance(1_000);
    const back = await resuming;
    expect(back.welcome).toMatchObject({
      done: [
        [1, 1],
        [3, 3],
      ],
    });
    back.say({ path: 'said', data: 'slow', seq: 2 });
    await settle();
    expect(runs).toEqual(['quick', 'slow', 'last', 'slow']);
  });

  it('begins anew with a wrong secret, for another user, and where nobody knows it any more', async () => {
    const { engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect('ann');
    await settle();
    const wrong = await other.resume(a, { token: 'wrong' }, 'ann');
    const another = await other.resume(a, {}, 'bob');
    expect([wrong, another].map(({ welcome }) => welcome.resumed)).toEqual([false, false]);
    expect(a.transport.closedWith).toBeUndefined();
    engine.flush();
    expect((await other.resume(a, {}, 'ann')).welcome.resumed).toBe(false);
  });

  it('is put down again when the engine has forgotten it, without anybody noticing at first', async () => {
    const { clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby', 'ann');
    await one.sockets.user('ann').publish('said', 'before');
    await settle();
    a.takeAll();
    engine.flush();
    clock.advance(30_000);
    await settle();
    clock.advance(1);
    await settle();
    expect(brief(a.takeAll())).toContain('gap of $inbox: epoch');
    await other.sockets.user('ann').publish('said', 'after');
    await settle();
    expect(a.takeData('said')).toEqual(['after']);
    expect((await other.resume(a, {}, 'ann')).welcome.resumed).toBe(true);
  });

  it('is ended although its process did not hear of that', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect('ann');
    await settle();
    engine.dropMessages(brokers[0]);
    other.sockets.user('ann').disconnect('bye');
    await settle();
    expect(a.transport.closedWith).toBeUndefined();
    clock.advance(30_000);
    await settle();
    expect(a.transport.closedWith?.code).toBe(1000);
  });

  it('is told of nothing by the process that had it, which ends it without a word', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    const a = await connectTo(one, 'lobby');
    const back = await other.resume(a);
    const again = await third.resume(back);
    await settle();
    await one.sockets.room('lobby').publish('said', 'hello');
    await settle();
    expect(brief(again.take())).toContain('hello');
    expect(nodes.map(({ sockets }) => sockets.countClients)).toEqual([0, 0, 1]);
    expect(nodes.map(({ sockets }) => sockets.stats().disconnected)).toEqual([0, 0, 0]);
  });

  it('waits for its client when its process is drained', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    const draining = one.sockets.drain({ spreadMs: 0 });
    a.say({ path: '$pong' });
    await draining;
    expect(a.take()).toContainEqual({ path: '$goodbye', data: { why: 'restart', returnWithinMs: 0 } });
    expect(a.transport.closedWith?.code).toBe(1012);
    await other.sockets.room('lobby').publish('said', 'meanwhile');
    const back = await other.resume(a);
    await settle();
    expect(back.takeData('said')).toEqual(['meanwhile']);
  });

  it.each([
    ['slow', 'event', { path: 'said', data: 'second', seq: 2 }],
    ['slow', 'request', { path: 'add', data: 2, id: 2 }],
    ['away for a moment', 'event', { path: 'said', data: 'second', seq: 2 }],
    ['away for a moment', 'request', { path: 'add', data: 2, id: 2 }],
  ])(
    'has, where the engine is %s, the last %s put down before its process leaves',
    async (how, _what, last) => {
      const handled: unknown[] = [];
      const { clock, engine, nodes } = await startNodes(channels, {
        routes: {
          said: (_socket, text) => void handled.push(text),
          add: (_socket, n) => (handled.push(n), n + 1),
        },
      });
      const [one, other] = nodes;
      const a = await one.connect();
      await settle();
      engine.freeze(true);
      // what was handled before is on its way to the engine, and what comes then has to wait for that
      a.say({ path: 'said', data: 'first', seq: 1 });
      await settle();
      a.say(last);
      await settle();
      // nor is there anything left that it could be told: that is on its way as well
      clock.advance(100);
      const draining = one.sockets.drain({ spreadMs: 0 });
      a.say({ path: '$pong' });
      await settle();
      if (how !== 'slow') engine.goAway();
      engine.freeze(false);
      engine.comeBack();
      await draining;
      const resuming = other.resume(a);
      // after an outage also one that is gone is waited for
      for (let passed = 0; passed < 1_500; passed += 100) {
        await settle();
        clock.advance(100);
      }
      const back = await resuming;
      back.say(last);
      await settle();
      expect(handled).toEqual(['first', last.data]);
    },
  );

  it('takes along what could not be put down before it left a process that is still being drained', async () => {
    const handled: unknown[] = [];
    const { opened, open } = createGate();
    const { brokers, nodes } = await startNodes(channels, {
      routes: {
        said: (_socket, text) => void handled.push(text),
        add: async (_socket, n) => (await opened, n),
      },
    });
    const [one, other] = nodes;
    const a = await one.connect();
    const busy = await one.connect();
    busy.say({ path: 'add', data: 1, id: 1 });
    await settle();
    vi.spyOn(brokers[0], 'commitSession').mockRejectedValue(new Error('slow'));
    const last = { path: 'said', data: 'last', seq: 1 };
    a.say(last);
    const draining = one.sockets.drain({ spreadMs: 0 });
    for (const client of [a, busy]) client.say({ path: '$pong' });
    await settle();
    expect(a.transport.closedWith).toEqual({ code: 1012, reason: 'the server restarts' });
    const back = await other.resume(a);
    back.say(last);
    await settle();
    expect(handled).toEqual(['last']);
    open();
    await draining;
  });

  it('is told that a stream it was reading has ended with its process', async () => {
    const { nodes } = await startNodes(channels, {
      routes: {
        count: async function* (_socket, n) {
          yield n;
          await new Promise(() => undefined);
        },
      },
    });
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    a.say({ path: 'count', data: 7, id: 1 });
    await settle();
    const back = await other.resume(a, { open: { 1: 1 } });
    await settle();
    expect(back.take()).toContainEqual(
      expect.objectContaining({ id: 1, error: expect.objectContaining({ code: 'unknown_outcome' }) }),
    );
  });
});
