import { describe, expect, it } from 'vitest';
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';
import { brief, connectTo, startNodes } from './cluster.fixture.js';
import { createPublisher } from './publisher.js';
import { SocketManager } from '../socket-manager.js';
import { createTestServer, request, settle } from '../test-server.fixture.js';

const channels = defineChannels({
  said: { in: z.string(), out: z.string() },
  price: { out: z.number(), delivery: 'latest' },
  tick: { out: z.number(), delivery: 'volatile' },
});

describe('processes that a broker joins', () => {
  it('send to a room whoever is in it, wherever', async () => {
    const { nodes, errors } = await startNodes(channels);
    const [one, other, third] = nodes;
    const a = await connectTo(one, 'lobby');
    const b = await connectTo(other, 'lobby');
    const c = await connectTo(other, 'elsewhere');
    await third.sockets.room('lobby').publish('said', 'hello');
    await settle();
    expect([a, b, c].map((client) => client.takeData('said'))).toEqual([['hello'], ['hello'], []]);
    expect(errors()).toEqual([]);
  });

  it('send to everyone, and to everyone but one', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect();
    const b = await other.connect();
    one.sockets.sendToAll('said', 'all');
    other.sockets.sendToAllExcept({ id: a.welcome.session }, 'said', 'all but a');
    await settle();
    other.sockets.sendToAll('price', 7);
    other.sockets.sendToAll('tick', 8);
    await settle();
    expect(brief(a.take())).toEqual(['all', '$skip', 7, 8]);
    expect(brief(b.take())).toEqual(['all', 'all but a', 7, 8]);
  });

  it('send to every client of a user, and keep it for those that are away', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    const here = await one.connect('ann');
    const away = await other.connect('ann');
    const somebody = await other.connect('bob');
    await settle();
    away.cut();
    await third.sockets.user('ann').publish('said', 'to ann');
    await settle();
    expect(here.takeData('said')).toEqual(['to ann']);
    expect(somebody.takeData('said')).toEqual([]);
    const back = await third.resume(away, {}, 'ann');
    await settle();
    expect(back.takeData('said')).toEqual(['to ann']);
  });

  it('close every client of a user, and let none of them resume', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    const here = await one.connect('ann');
    const away = await other.connect('ann');
    await settle();
    away.cut();
    third.sockets.user('ann').disconnect('bye', 4001);
    await settle();
    expect(here.transport.closedWith).toEqual({ code: 4001, reason: 'bye' });
    expect((await one.resume(away, {}, 'ann')).welcome.resumed).toBe(false);
  });

  it('read to a newcomer nothing that was sent before it came', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    const b = await other.connect();
    other.sockets.room('lobby').send('said', 'before');
    other.sockets.client(b.welcome.session)?.join('lobby');
    other.sockets.room('lobby').send('said', 'after');
    await settle();
    expect(a.takeData('said')).toEqual(['before', 'after']);
    expect(b.takeData('said')).toEqual(['after']);
  });

  it('give a room its history in each of them', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other] = nodes;
    for (const text of ['a', 'b', 'c']) await one.sockets.room('lobby').publish('said', text);
    const all = await other.sockets.room('lobby').history();
    expect(all.map(({ data }) => data)).toEqual(['a', 'b', 'c']);
    const [first] = all;
    const next = await other.sockets
      .room('lobby')
      .history({ ...(first && { after: first.position }), limit: 1 });
    expect(next.map(({ data }) => data)).toEqual(['b']);
    expect((await other.sockets.room('lobby').history({ limit: 1 })).map(({ data }) => data)).toEqual(['c']);
    expect(await other.sockets.room('lobby').history({ limit: 0 })).toEqual([]);
    expect(await other.sockets.room('lobby').history({ limit: Infinity })).toHaveLength(3);
    await expect(other.sockets.room('lobby').history({ limit: NaN })).rejects.toThrow(TypeError);
  });

  it('let a newcomer read back where it may, also what was said when nobody was there', async () => {
    const { nodes } = await startNodes(channels, { rooms: { authorize: () => true, history: () => true } });
    const [one, other] = nodes;
    await one.sockets.room('lobby').publish('said', 'long ago');
    const b = await other.connect();
    await b.ask({ path: '$join', data: { room: 'lobby' }, id: 1 });
    await settle();
    expect(b.transport.sent.join()).not.toContain('denied');
    const late = await other.connect();
    expect(brief(await late.ask({ path: '$join', data: { room: 'lobby' }, id: 1 }))).toContain('long ago');
  });

  it('reject what the engine does not take, and report it where nobody waits', async () => {
    const { clock, engine, nodes } = await startNodes(channels);
    const [one] = nodes;
    engine.goAway();
    const publishing = one.sockets.room('lobby').publish('said', 'lost');
    one.sockets.sendToAll('said', 'lost too');
    clock.advance(6_000);
    await expect(publishing).rejects.toMatchObject({ code: 'not_accepted' });
    await settle();
    expect(one.errors).toContainEqual(expect.objectContaining({ code: 'not_accepted' }));
  });

  it('let nobody in before it is known what everyone is sent', async () => {
    const { engine } = await startNodes(channels);
    engine.goAway();
    await using late = new SocketManager(channels, { broker: engine.broker() });
    expect(await late.admit(request)).toMatchObject({ accepted: false, status: 503 });
    engine.comeBack();
    await settle();
    expect(await late.admit(request)).toMatchObject({ accepted: true });
  });

  it('join an engine that refused them again and again, and say why it did', async () => {
    const { clock, engine } = await startNodes(channels);
    const broker = engine.broker();
    const join = broker.join.bind(broker);
    let refusals = 3;
    broker.join = (...given) => (refusals-- > 0 ? Promise.reject(new Error('it is full')) : join(...given));
    const late = createTestServer(channels, { broker }, clock);
    for (let second = 0; second < 10; second += 1) {
      await settle();
      clock.advance(1_000);
    }
    await settle();
    expect(await late.sockets.admit(request)).toMatchObject({ accepted: true });
    expect(late.errors.map(String)).toEqual(Array(3).fill('Error: it is full'));
  });

  it('do not take a broker that another one has', async () => {
    const { brokers, engine } = await startNodes(channels);
    const taken = 'this broker has a SocketManager or publisher already; make one for each';
    for (const broker of [brokers[0], engine.broker()]) {
      await using publisher = broker === brokers[0] ? undefined : createPublisher(channels, { broker });
      expect(() => new SocketManager(channels, { broker })).toThrow(new TypeError(taken));
      expect(() => createPublisher(channels, { broker })).toThrow(new TypeError(taken));
      await publisher?.close();
      expect(() => createPublisher(channels, { broker })).toThrow(new TypeError(taken));
    }
  });

  it('take a broker that was given to what was never made', async () => {
    const { engine } = await startNodes(channels);
    const broker = engine.broker();
    expect(() => new SocketManager(channels, { broker, dialect: 'morse' as never })).toThrow(/morse/);
    expect(() => createPublisher(channels, { broker, logs: { maxBytes: 0 } })).toThrow(/maxBytes/);
    await using sockets = new SocketManager(channels, { broker });
    await settle();
    expect(await sockets.admit(request)).toMatchObject({ accepted: true });
  });

  it('join no more with a broker that says it was joined before', async () => {
    const { clock, engine } = await startNodes(channels);
    const broker = engine.broker();
    // by another copy of this package
    await broker.join({} as never, { processId: 'other' } as never);
    const late = createTestServer(channels, { broker }, clock);
    for (let second = 0; second < 10; second += 1) {
      await settle();
      clock.advance(1_000);
    }
    expect(late.errors).toEqual([expect.any(TypeError)]);
  });

  it.each(['redis://localhost', null, {}, { url: 'redis://localhost' }])(
    'take no %j for a broker',
    (broker) => {
      const fault = new TypeError(
        'the option "broker" is no Broker; give it one, such as redisBroker({ url })',
      );
      expect(() => new SocketManager(channels, { broker: broker as never })).toThrow(fault);
      expect(() => createPublisher(channels, { broker: broker as never })).toThrow(fault);
    },
  );
});
