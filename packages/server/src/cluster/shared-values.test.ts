import { describe, expect, it } from 'vitest';
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';
import { connectTo, join, startNodes } from './cluster.fixture.js';
import { settle } from '../test-server.fixture.js';

const channels = defineChannels({
  price: { out: z.number(), delivery: 'latest' },
});

describe('the newest values of a log that processes share', () => {
  it('reach those who were there when the line was broken on which they would have come, once', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const b = await connectTo(other, 'lobby');
    const late = await other.connect();
    await one.sockets.room('lobby').publish('price', 1);
    await settle();
    expect(b.takeData('price')).toEqual([1]);
    engine.dropMessages(brokers[1]);
    await one.sockets.room('lobby').publish('price', 2);
    clock.advance(1);
    await join(late, 'lobby');
    engine.restoreMessages(brokers[1]);
    await settle();
    expect(b.takeData('price')).toEqual([2]);
    // it came after that was said
    expect(late.takeData('price')).toEqual([]);
    engine.goAway();
    engine.comeBack();
    await settle();
    expect(b.takeData('price')).toEqual([]);
  });

  it('do not go back to what they were when they were read, if one is heard meanwhile', async () => {
    const { brokers, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const broker = brokers[1];
    await one.sockets.room('lobby').publish('price', 1);
    const read = broker.latest.bind(broker);
    let goOn = (): void => undefined;
    broker.latest = async (log) => {
      const values = await read(log);
      if (log === 'lobby') await new Promise<void>((resolve) => (goOn = resolve));
      return values;
    };
    const b = await connectTo(other, 'lobby');
    await one.sockets.room('lobby').publish('price', 2);
    await settle();
    goOn();
    await settle();
    b.cut();
    const back = await other.resume(b);
    await settle();
    expect(back.takeData('price')).toEqual([2]);
  });

  it('do not go back to what the engine had before it lost the newest', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const b = await connectTo(other, 'lobby');
    await one.sockets.room('lobby').publish('price', 1);
    const before = await brokers[1].latest('lobby');
    clock.advance(1);
    await one.sockets.room('lobby').publish('price', 2);
    await settle();
    expect(b.takeData('price')).toEqual([1, 2]);
    brokers[1].latest = (log) => Promise.resolve(log === 'lobby' ? before : []);
    engine.goAway();
    engine.loseTail('lobby', 0);
    engine.comeBack();
    await settle();
    expect(b.takeData('price')).toEqual([]);
    b.cut();
    const back = await other.resume(b);
    await settle();
    expect(back.takeData('price')).toEqual([2]);
  });

  it('are read by the time of the engine, however far ahead the clock of the process is', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    engine.turnClock(-1_000);
    const b = await connectTo(other, 'lobby');
    clock.advance(1_000);
    await one.sockets.room('lobby').publish('price', 1);
    await settle();
    engine.dropMessages(brokers[1]);
    clock.advance(1);
    await one.sockets.room('lobby').publish('price', 2);
    engine.restoreMessages(brokers[1]);
    await settle();
    expect(b.takeData('price')).toEqual([1, 2]);
  });

  it('reach a newcomer that came before they were set, and before this process knew the log', async () => {
    const { nodes } = await startNodes(channels);
    const [one] = nodes;
    const [told, plain] = [await one.connect(), await one.connectPlain()];
    for (const socket of one.sockets.clients()) socket.join('lobby');
    one.sockets.room('lobby').send('price', 1);
    await settle();
    expect([told.takeData('price'), plain.takeData('price')]).toEqual([[1], [1]]);
  });
});
