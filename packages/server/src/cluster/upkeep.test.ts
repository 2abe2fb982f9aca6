import { describe, expect, it, vi } from 'vitest';
import { defineChannels, SocketError } from '@wirepact/core';
import { z } from 'zod';
import { connectTo, startNodes } from './cluster.fixture.js';
import { atOnce } from '../each-of.js';
import { everyoneName } from '../delivery/log.js';
import { inboxLogOf } from './shared-sender.js';
import { settle } from '../test-server.fixture.js';

const channels = defineChannels({ said: { in: z.string(), out: z.string() } });

describe('clients that came from another process', () => {
  it('are kept in their rooms in one go, and put back where they are not in them any more', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const [, broker] = brokers;
    const clients = [await connectTo(one, 'lobby', 'ann'), await connectTo(one, 'lobby', 'bob')];
    const [ann] = clients.map(({ welcome }) => welcome.session);
    await settle();
    engine.kill(brokers[0]);
    await broker.leave('lobby', ann ?? '');
    const touch = vi.spyOn(broker, 'touch');
    const enter = vi.spyOn(broker, 'enter');
    const returning = clients.map((client) =>
      other.resume(client, {}, client === clients[0] ? 'ann' : 'bob'),
    );
    for (let call = 0; call < 3; call += 1) {
      await settle();
      clock.advance(100);
    }
    await Promise.all(returning);
    await settle();
    clock.advance(499);
    await settle();
    expect(touch).not.toHaveBeenCalled();
    clock.advance(1);
    await settle();
    expect(touch.mock.calls.map(([log, , ids]) => [log, ids])).toEqual([
      ['lobby', clients.map(({ welcome }) => welcome.session)],
    ]);
    expect(enter.mock.calls.map(([, { id }]) => id)).toEqual([ann]);
    expect(await other.sockets.room('lobby').presence()).toHaveLength(2);
  });

  it('are put back into no room when they have gone for good by then', async () => {
    const { clock, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const ann = await connectTo(one, 'lobby', 'ann');
    await connectTo(other, 'lobby', 'bob');
    const back = await other.resume(ann, {}, 'ann');
    other.sockets.client(back.welcome.session)?.disconnect();
    clock.advance(500);
    await settle();
    expect(await other.sockets.room('lobby').presence()).toEqual([{ userId: 'bob', clients: 1 }]);
  });
});

describe('what a process does every 30 s', () => {
  it('keeps every session and every room, few of them at once', async () => {
    const { brokers, clock, nodes } = await startNodes(channels);
    const [one] = nodes;
    const [broker] = brokers;
    const count = atOnce + 50;
    for (let n = 0; n < count; n += 1) await connectTo(one, `room ${n}`);
    const kept = new Set<string>();
    let underWay = 0;
    let most = 0;
    const watch = async <TAnswer>(what: string, ask: () => Promise<TAnswer>): Promise<TAnswer> => {
      kept.add(what);
      underWay += 1;
      most = Math.max(most, underWay);
      return ask().finally(() => (underWay -= 1));
    };
    const commit = broker.commitSession.bind(broker);
    const touch = broker.touch.bind(broker);
    broker.commitSession = (change) => watch(`session ${change.id}`, () => commit(change));
    broker.touch = (log, ...rest) => watch(log, () => touch(log, ...rest));
    clock.advance(30_000);
    await settle();
    expect([...kept].filter((what) => what.startsWith('session '))).toHaveLength(count);
    expect([...kept].filter((what) => what.startsWith('room '))).toHaveLength(count);
    expect(most).toBe(atOnce);
  });

  it('names the members of rooms, and nobody where there are no members', async () => {
    const { brokers, clock, nodes } = await startNodes(channels);
    const [one] = nodes;
    const [broker] = brokers;
    const { welcome } = await connectTo(one, 'lobby');
    await one.sockets.publish('said', 'to everyone');
    one.sockets.client(welcome.session)?.send('said', 'to one');
    await settle();
    const named = new Map<string, readonly string[]>();
    const touch = broker.touch.bind(broker);
    broker.touch = (log, epoch, memberIds) => {
      named.set(log, memberIds);
      return touch(log, epoch, memberIds);
    };
    clock.advance(30_000);
    await settle();
    expect(Object.fromEntries(named)).toEqual({
      lobby: [welcome.session],
      [everyoneName]: [],
      [inboxLogOf(welcome.session)]: [],
    });
  });

  it('is done in time where the clock is set back meanwhile', async () => {
    const { brokers, clock, nodes } = await startNodes(channels);
    await connectTo(nodes[0], 'lobby');
    const [broker] = brokers;
    const touch = broker.touch.bind(broker);
    const now = vi.spyOn(clock, 'now');
    let touched = 0;
    broker.touch = async (...asked) => {
      touched += 1;
      const before = clock.now() - 3_600_000;
      if (touched === 1) now.mockReturnValue(before);
      return touch(...asked);
    };
    clock.advance(30_000);
    await settle();
    const once = touched;
    expect(once).toBeGreaterThan(0);
    clock.advance(30_000);
    await settle();
    now.mockRestore();
    expect(touched).toBe(2 * once);
  });

  it('takes nothing for lost whose log it has only begun to follow', async () => {
    const { brokers, clock, nodes } = await startNodes(channels);
    const reads: string[] = [];
    for (const [index, broker] of brokers.entries()) {
      const read = broker.read.bind(broker);
      broker.read = (log, range) => (reads.push(log), read(log, range));
      await nodes[index]?.sockets.publish('said', 'to everyone');
    }
    await settle();
    for (let second = 0; second < 3; second += 1) {
      clock.advance(1_000);
      await settle();
    }
    expect(reads).toEqual([]);
  });

  it('is told of once in an outage, however long that is, and once in the next', async () => {
    const { brokers, clock, nodes } = await startNodes(channels);
    const [one] = nodes;
    const [broker] = brokers;
    await connectTo(one, 'lobby');
    const commit = broker.commitSession.bind(broker);
    const round = async (): Promise<void> => {
      clock.advance(30_000);
      await settle();
    };
    for (let outage = 1; outage <= 2; outage += 1) {
      broker.commitSession = () =>
        Promise.reject(new SocketError('not_accepted', '[not_accepted] no answer'));
      for (let rounds = 0; rounds < 3; rounds += 1) await round();
      broker.commitSession = commit;
      await round();
      expect(one.errors).toHaveLength(outage);
    }
    expect(String(one.errors[0])).toBe(
      'SocketError: [not_accepted] 1 session or log could not be renewed, and expires if that continues: no answer',
    );
  });

  it('is told of once when the engine does not take it, and done again', async () => {
    const { brokers, clock, nodes } = await startNodes(channels);
    const [one] = nodes;
    const [broker] = brokers;
    for (let n = 0; n < 3; n += 1) await connectTo(one, 'lobby');
    const commit = broker.commitSession.bind(broker);
    broker.commitSession = () => Promise.reject(new Error('it is full'));
    clock.advance(30_000);
    await settle();
    expect(one.errors.map(String)).toEqual([
      expect.stringMatching(
        / 3 sessions and logs could not be renewed, and expire if that continues: it is full$/,
      ),
    ]);
    const kept: string[] = [];
    broker.commitSession = (change) => (kept.push(change.id), commit(change));
    clock.advance(30_000);
    await settle();
    expect(kept).toHaveLength(3);
    expect(one.errors).toHaveLength(1);
  });

  it('puts back into its room whoever came when that could not be said', async () => {
    const { brokers, clock, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const [broker] = brokers;
    const enter = broker.enter.bind(broker);
    broker.enter = () => Promise.resolve(false);
    await connectTo(one, 'lobby', 'ann');
    await connectTo(one, 'lobby', 'bob');
    broker.enter = enter;
    await connectTo(one, 'lobby', 'carl');
    const present = async (): Promise<readonly string[]> => {
      const there = await other.sockets.room('lobby').presence();
      return there.map(({ userId }) => userId).sort();
    };
    expect(await present()).toEqual(['carl']);
    clock.advance(30_000);
    await settle();
    expect(await present()).toEqual(['ann', 'bob', 'carl']);
  });

  it('is no matter of a moment, however short a client may be away', async () => {
    const { brokers, clock, nodes } = await startNodes(channels, { session: { resumeForMs: 1_000 } });
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    brokers[0].hold('everything', true);
    clock.advance(33_000);
    await settle();
    expect(await other.sockets.findClient(a.welcome.session)).toBeDefined();
    brokers[0].hold('everything', false);
  });

  it('looks once more for what the engine has forgotten, however many sessions say so one after the other', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one] = nodes;
    const [broker] = brokers;
    const count = 50;
    for (let n = 0; n < count; n += 1) await one.connect();
    await settle();
    let looks = 0;
    let opened = 0;
    const read = broker.read.bind(broker);
    const open = broker.openSession.bind(broker);
    broker.read = (log, range) => {
      if (log === everyoneName) looks += 1;
      return read(log, range);
    };
    broker.openSession = async (record) => {
      const turns = (opened += 1);
      await new Promise<void>((resolve) => clock.after(turns, resolve));
      return open(record);
    };
    engine.flush();
    clock.advance(30_000);
    for (let turn = 0; turn < 3 * count; turn += 1) {
      await settle();
      clock.advance(1);
    }
    expect(opened).toBe(count);
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(5);
  });
});

describe('a process whose engine is back and has kept everything', () => {
  it('sends at once, before it knows of any of its sessions or logs what it has missed', async () => {
    const { brokers, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const [broker] = brokers;
    const b = await connectTo(other, 'lobby');
    await connectTo(one, 'lobby');
    const never = new Promise<never>(() => undefined);
    broker.read = () => never;
    broker.commitSession = () => never;
    engine.goAway();
    let isAccepted = false;
    void one.sockets
      .room('lobby')
      .publish('said', 'at once')
      .then(() => (isAccepted = true));
    engine.comeBack();
    await settle();
    expect(isAccepted).toBe(true);
    expect(b.takeData('said')).toEqual(['at once']);
  });

  it('says of its sessions that they are still there, and nothing else', async () => {
    const { brokers, engine, nodes } = await startNodes(channels);
    const [one] = nodes;
    const [broker] = brokers;
    const a = await connectTo(one, 'lobby', 'ann');
    await settle();
    const commits: unknown[] = [];
    const commit = broker.commitSession.bind(broker);
    broker.commitSession = (change) => (commits.push(change), commit(change));
    engine.goAway();
    engine.comeBack();
    await settle();
    expect(commits).toEqual([{ id: a.welcome.session, generation: 1 }]);
    engine.goAway();
    engine.loseTail('lobby', 1);
    engine.comeBack();
    await settle();
    expect(commits[1]).toMatchObject({ isDoubtful: true });
  });

  it('puts nobody back into a room who went while that was found out', async () => {
    const { brokers, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby', 'ann');
    await settle();
    const read = brokers[0].read.bind(brokers[0]);
    let answer = (): void => undefined;
    brokers[0].read = async (log, range) => {
      if (log === inboxLogOf(a.welcome.session)) await new Promise<void>((resolve) => (answer = resolve));
      return read(log, range);
    };
    engine.goAway();
    engine.loseTail('lobby', 1);
    engine.comeBack();
    await settle();
    one.sockets.client(a.welcome.session)?.disconnect();
    await settle();
    answer();
    await settle();
    expect(await other.sockets.room('lobby').presence()).toEqual([]);
  });

  it('reads what it has missed, also when that comes to pass while it does so', async () => {
    const { brokers, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby', 'ann');
    const miss = async (text: string): Promise<void> => {
      engine.dropMessages(brokers[0]);
      await other.sockets.room('lobby').publish('said', `${text} to all`);
      await other.sockets.user('ann').publish('said', `${text} to ann`);
      engine.restoreMessages(brokers[0]);
    };
    await miss('first');
    await miss('then');
    await settle();
    const heard = a.takeData('said');
    expect(heard).toHaveLength(4);
    expect(heard.filter((text) => String(text).endsWith('all'))).toEqual(['first to all', 'then to all']);
    expect(heard.filter((text) => String(text).endsWith('ann'))).toEqual(['first to ann', 'then to ann']);
  });

  it('lets go a client that was sent away while it heard nothing', async () => {
    const { brokers, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect('ann');
    await settle();
    engine.dropMessages(brokers[0]);
    other.sockets.user('ann').disconnect('bye', 4001);
    await settle();
    expect(a.transport.closedWith).toBeUndefined();
    engine.restoreMessages(brokers[0]);
    await settle();
    expect(a.transport.closedWith).toBeDefined();
  });

  it('has those in their rooms who came while the engine was away', async () => {
    const { engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect('ann');
    await settle();
    engine.goAway();
    one.sockets.client(a.welcome.session)?.join('lobby');
    engine.comeBack();
    await settle();
    expect(await other.sockets.room('lobby').presence()).toEqual([{ userId: 'ann', clients: 1 }]);
  });
});
