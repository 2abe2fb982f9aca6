import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';
import { brief, connectTo, startNodes } from './cluster.fixture.js';
import { Logs } from '../delivery/logs.js';
import { createOutgoingOf } from '../delivery/outgoing-message.fixture.js';
import { resolveOptions } from '../resolve-options.js';
import type { Group } from '../rooms/rooms.js';
import type { SharedLogHost } from './mirror.js';
import { SharedLog } from './shared-log.js';
import { settle } from '../test-server.fixture.js';

const channels = defineChannels({
  said: { in: z.string(), out: z.string() },
  price: { out: z.number(), delivery: 'latest' },
  tick: { out: z.number(), delivery: 'volatile' },
});

describe('a log that processes share', () => {
  it('reads what was missed while the line was broken, once and in order', async () => {
    const { brokers, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    const b = await connectTo(other, 'lobby');
    engine.dropMessages(brokers[1]);
    for (const text of ['a', 'b']) await one.sockets.room('lobby').publish('said', text);
    await settle();
    expect(b.takeData('said')).toEqual([]);
    engine.restoreMessages(brokers[1]);
    await settle();
    await one.sockets.room('lobby').publish('said', 'c');
    await settle();
    expect(brief(a.take())).toEqual(['a', 'b', 'c']);
    expect(brief(b.take())).toEqual(['a', 'b', 'c']);
  });

  it('gives back the tail that the engine has lost, and nobody is told of a gap', async () => {
    const { engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    const b = await connectTo(other, 'lobby');
    for (const text of ['a', 'b', 'c']) await one.sockets.room('lobby').publish('said', text);
    await settle();
    engine.goAway();
    engine.loseTail('lobby', 2);
    engine.comeBack();
    await settle();
    await other.sockets.room('lobby').publish('said', 'd');
    await settle();
    expect(brief(a.take())).toEqual(['a', 'b', 'c', 'd']);
    expect(brief(b.take())).toEqual(['a', 'b', 'c', 'd']);
    expect((await one.sockets.room('lobby').history()).map(({ data }) => data)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('tells everybody when one wrote on before another could give back what was lost', async () => {
    const { brokers, engine, nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    const a = await connectTo(one, 'lobby');
    await one.sockets.room('lobby').publish('said', 'a');
    await settle();
    const b = await connectTo(other, 'lobby');
    engine.dropMessages(brokers[1]);
    await one.sockets.room('lobby').publish('said', 'lost');
    await settle();
    engine.loseTail('lobby', 1);
    engine.restoreMessages(brokers[1]);
    // a process that has nobody in it writes on, knowing nothing
    await third.sockets.room('lobby').publish('said', 'new');
    await settle();
    expect(brief(a.take())).toEqual(['a', 'lost', 'gap of lobby: epoch', 'new']);
    const told = brief(b.take());
    expect(told).toEqual(expect.arrayContaining(['gap of lobby: epoch', 'new']));
    expect(told).not.toContain('lost');
  });

  it('tells who comes back what it cannot know it missed', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    const a = await connectTo(one, 'lobby');
    await one.sockets.room('lobby').publish('said', 'a');
    await settle();
    a.takeAll();
    await one.sockets.room('lobby').publish('said', 'lost');
    await settle();
    a.takeAll();
    a.cut();
    engine.kill(brokers[0]);
    engine.loseTail('lobby', 1);
    clock.advance(1);
    await third.sockets.room('lobby').publish('said', 'new');
    const resuming = other.resume(a);
    await settle();
    // the process that had the session does not answer
    clock.advance(1_000);
    const back = await resuming;
    await settle();
    expect(brief(back.take())).toEqual(['gap of lobby: fork', 'new']);
  });

  it('tells every client once when the engine has forgotten everything, and reads on', async () => {
    const { engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    const b = await connectTo(other, 'lobby');
    await one.sockets.room('lobby').publish('said', 'a');
    await settle();
    engine.goAway();
    engine.flush();
    const publishing = one.sockets.room('lobby').publish('said', 'b');
    engine.comeBack();
    await publishing;
    await settle();
    for (const client of [a, b]) {
      const told = brief(client.take());
      expect(told.filter((what) => what === 'gap of lobby: epoch')).toHaveLength(1);
      expect(told.filter((what) => what === 'a' || what === 'b')).toEqual(['a', 'b']);
    }
  });

  it('sends again what the engine had accepted and lost before anybody heard of it', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    engine.dropMessages(brokers[0]);
    await other.sockets.room('lobby').publish('said', 'unheard');
    engine.goAway();
    engine.loseTail('lobby', 1);
    engine.comeBack();
    engine.restoreMessages(brokers[0]);
    await settle();
    // others have their time to give it back, and more of it where the log may have been made anew
    for (let look = 0; look < 8; look += 1) {
      expect(a.takeData('said')).toEqual([]);
      clock.advance(300);
      await settle();
    }
    expect(a.takeData('said')).toEqual(['unheard']);
  });

  it('sends it again once, however often the engine goes away after that', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    await other.sockets.room('lobby').publish('said', 'heard');
    engine.dropMessages(brokers[0]);
    await other.sockets.room('lobby').publish('said', 'unheard');
    engine.restoreMessages(brokers[0]);
    for (let outage = 0; outage < 3; outage += 1) {
      engine.goAway();
      if (outage === 0) engine.loseTail('lobby', 1);
      engine.comeBack();
      await settle();
      clock.advance(300);
      await settle();
    }
    expect(a.takeData('said')).toEqual(['heard', 'unheard']);
    expect(await one.sockets.room('lobby').history()).toHaveLength(2);
  });

  it('says that something is missing when the log has moved on past what was missed', async () => {
    const { brokers, engine, nodes } = await startNodes(channels, { logs: { maxBytes: 400 } });
    const [one, other] = nodes;
    const b = await connectTo(other, 'lobby');
    engine.dropMessages(brokers[1]);
    for (let n = 0; n < 20; n += 1) await one.sockets.room('lobby').publish('said', `${n}`.padStart(40, '-'));
    engine.restoreMessages(brokers[1]);
    await settle();
    const told = brief(b.take());
    expect(told[0]).toBe('gap of lobby: lagged');
    expect(told.at(-1)).toContain('19');
  });

  it('reads what it has appended and never hears of, and not what it is about to hear of', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one] = nodes;
    const [broker] = brokers;
    const a = await connectTo(one, 'lobby');
    const reading = vi.spyOn(broker, 'read');
    for (let n = 0; n < 10; n += 1) {
      engine.delayMessages(broker);
      await one.sockets.room('lobby').publish('said', `${n}`);
      clock.advance(60);
      await settle();
      engine.releaseMessages(broker);
      await settle();
    }
    expect(a.takeData('said')).toHaveLength(10);
    expect(reading).not.toHaveBeenCalled();
    engine.dropMessages(broker);
    await one.sockets.room('lobby').publish('said', 'lost on its way');
    for (let look = 0; look < 2; look += 1) {
      expect(a.takeData('said')).toEqual([]);
      clock.advance(100);
      await settle();
    }
    expect(a.takeData('said')).toEqual(['lost on its way']);
  });

  it('reads what came while it could not be read, and was too much to wait', async () => {
    const { brokers, engine, nodes, clock } = await startNodes(channels, { logs: { maxBytes: 400 } });
    const [one, other] = nodes;
    const broker = brokers[1];
    const b = await connectTo(other, 'lobby');
    const reading = vi.spyOn(broker, 'read').mockRejectedValue(new Error('not now'));
    engine.dropMessages(broker);
    engine.restoreMessages(broker);
    await settle();
    for (let n = 0; n < 20; n += 1) await one.sockets.room('lobby').publish('said', `${n}`.padStart(40, '-'));
    await settle();
    reading.mockRestore();
    clock.advance(1_000);
    await settle();
    const told = brief(b.take());
    expect(told[0]).toBe('gap of lobby: lagged');
    expect(told.at(-1)).toContain('19');
    await one.sockets.room('lobby').publish('said', 'next');
    await settle();
    expect(brief(b.take())).toEqual(['next']);
  });

  it('is read once for all who come back to a process that did not know it, from where the first of them stands', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    const clients = [];
    for (const text of ['a', 'b', 'c']) {
      clients.push(await connectTo(one, 'lobby'));
      await one.sockets.room('lobby').publish('said', text);
      await settle();
    }
    for (const client of clients) client.takeAll();
    for (const client of clients) client.cut();
    engine.kill(brokers[0]);
    for (const text of ['d', 'e']) await third.sockets.room('lobby').publish('said', text);
    const reading = vi.spyOn(brokers[1], 'read');
    const resuming = clients.map((client) => other.resume(client));
    await settle();
    // the process that had the sessions does not answer
    clock.advance(1_000);
    const back = await Promise.all(resuming);
    await settle();
    for (const client of back) expect(brief(client.take())).toEqual(['d', 'e']);
    const reads = reading.mock.calls.filter(([log, { after }]) => {
      return log === 'lobby' && after < Number.MAX_SAFE_INTEGER;
    });
    expect(reads).toHaveLength(1);
  });

  it('passes over what is none of its messages, and reports it', async () => {
    const { nodes, engine, errors } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    const stranger = engine.broker();
    await stranger.join(silent, {
      processId: 'stranger',
      maxLogBytes: 1e6,
      maxLogAgeMs: 1e6,
      sessionMs: 1e6,
    });
    for (const body of [
      '',
      'nonsense',
      '["said",null]\n{"no',
      '["$welcome",null]\n1',
      '{"kind":"disconnect"}',
    ]) {
      await stranger.append({ log: 'lobby', body, epoch: 'x', knownAt: 0 });
      stranger.emit('lobby', body);
    }
    await other.sockets.room('lobby').publish('said', 'fine');
    await settle();
    expect(brief(a.take()).filter((what) => what !== '$skip')).toEqual(['fine']);
    expect(errors().length).toBeGreaterThan(4);
  });

  it.each([
    ['at the place of one that it holds', 'e1'],
    ['in another epoch', 'e2'],
  ])(
    'takes nothing once it is closed, and gives it no other epoch: what was being read is %s',
    async (_, epoch) => {
      let read = (_page: unknown): void => undefined;
      const broker = {
        follow: () => Promise.resolve(),
        unfollow: () => undefined,
        append: () => Promise.resolve({ epoch: 'e1', at: 1 }),
        read: vi.fn(() => new Promise((resolve) => (read = resolve))),
        latest: () => Promise.resolve([{ body: '["price",null,"price"]\n1', time: 0 }]),
        renew: vi.fn(() => Promise.resolve()),
      };
      const message = createOutgoingOf('a');
      const decoded = (entry: object) => ({ ...entry, message, exceptId: undefined });
      const host = {
        ...{ broker, forget: () => undefined, retry: () => new Promise(() => undefined) },
        decode: decoded,
        decodeValue: () => decoded({}),
      } as unknown as SharedLogHost;
      const group = { name: 'lobby', sessions: () => [], membershipOf: () => undefined };
      const logs = new Logs(resolveOptions({}));
      const shared = new SharedLog(host, 'lobby', group as unknown as Group, (source) =>
        logs.create('lobby', 'e1', source),
      );
      Object.assign(group, { log: shared.log });
      shared.openNew();
      shared.appended('e1', { at: 1, after: 0, time: 0, body: 'a' });
      const checking = shared.check();
      shared.close();
      read({ epoch, at: 2, floor: 0, entries: [{ at: 1, after: 0, time: 0, body: 'other' }] });
      await checking;
      expect(broker.renew).not.toHaveBeenCalled();
      expect(broker.read).toHaveBeenCalledTimes(1);
      expect([shared.log.at, shared.log.latest.sets]).toEqual([1, 0]);
    },
  );

  it('keeps nothing of those who came once it is known where each stands', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const broker = { append: () => Promise.resolve({ epoch: 'e1', at: 1 }) };
    const host = { broker } as unknown as SharedLogHost;
    const group = { name: 'lobby', sessions: () => [], membershipOf: () => undefined } as unknown as Group;
    const logs = new Logs(resolveOptions({}));
    const shared = new SharedLog(host, 'lobby', group, (source) => logs.create('lobby', 'e1', source));
    const come = async (count: number): Promise<number> => {
      for (let n = 0; n < count; n += 1) {
        const appending = shared.append('x');
        shared.place({ since: 0, sinceMs: 0, byClient: true });
        await appending;
      }
      await shared.prepare(Infinity);
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await come(1_000);
    expect((await come(50_000)) - before).toBeLessThan(1_000_000);
  });
});

const silent = {
  appended: () => undefined,
  emitted: () => undefined,
  renewed: () => undefined,
  told: () => undefined,
  returned: () => Promise.resolve(),
  failed: () => undefined,
};
