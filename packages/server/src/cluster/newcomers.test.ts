// Clients that enter a room while the head of its log is still being found out.
import { describe, expect, it } from 'vitest';
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';
import { connectTo, startNodes, type Node } from './cluster.fixture.js';
import { settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({ said: { out: z.string() } });

/** A client without the protocol that the server puts into a room, saying something in the same turn. */
async function greet({ connectPlain, sockets }: Pick<Node<typeof channels>, 'connectPlain' | 'sockets'>) {
  const client: TestClient = await connectPlain();
  const [socket] = [...sockets.clients()].slice(-1);
  socket?.join('lobby');
  sockets.room('lobby').send('said', 'welcome');
  return client;
}

describe('a newcomer that does not speak the protocol', () => {
  it('gets what is said right after it came into a room that this process did not know', async () => {
    const { nodes } = await startNodes(channels);
    const [one] = nodes;
    await one.sockets.room('lobby').publish('said', 'before');
    const client = await greet({ connectPlain: () => one.connectPlain(), sockets: one.sockets });
    await settle();
    one.sockets.room('lobby').send('said', 'after');
    await settle();
    expect(client.takeAll().map(({ data }) => data)).toEqual(['welcome', 'after']);
  });

  it('gets it as well where something else is on its way into the log', async () => {
    const { brokers, engine, nodes } = await startNodes(channels);
    const [one] = nodes;
    await connectTo(one, 'lobby');
    const [broker] = brokers;
    const append = broker.append.bind(broker);
    let goOn = (): void => undefined;
    // its answer comes after what it is told of
    broker.append = async (message) => {
      const head = await append(message);
      if (message.body.endsWith('"before"')) await new Promise<void>((resolve) => (goOn = resolve));
      return head;
    };
    engine.delayMessages(broker);
    one.sockets.room('lobby').send('said', 'before');
    const client = await greet({ connectPlain: () => one.connectPlain(), sockets: one.sockets });
    await settle();
    engine.releaseMessages(broker);
    await settle();
    goOn();
    await settle();
    one.sockets.room('lobby').send('said', 'after');
    await settle();
    expect(client.takeAll().map(({ data }) => data)).toEqual(['welcome', 'after']);
  });
});

describe('a client that comes back to a process', () => {
  it('goes on where it stands, though that process had missed as much', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    await connectTo(other, 'lobby');
    await one.sockets.room('lobby').publish('said', 'old');
    await settle();
    engine.dropMessages(brokers[1]);
    await one.sockets.room('lobby').publish('said', 'new');
    await settle();
    expect(a.takeData('said')).toEqual(['old', 'new']);
    a.cut();
    engine.kill(brokers[0]);
    const resuming = other.resume(a);
    await settle();
    // the process that had the session does not answer
    clock.advance(1_000);
    const back = await resuming;
    await settle();
    engine.restoreMessages(brokers[1]);
    await settle();
    await other.sockets.room('lobby').publish('said', 'next');
    await settle();
    expect(back.take().map(({ path, data }) => [path, data])).toEqual([['said', 'next']]);
  });
});
