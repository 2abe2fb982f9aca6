// What the members of a room are told about each other in several processes: in which order, and whether the engine is
// reachable or not.
import { defineChannels } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { brief, connectTo, join, startNodes } from './cluster.fixture.js';
import type { MemoryBroker } from './memory/memory-broker.fixture.js';
import { settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({
  said: { out: z.string() },
  price: { out: z.number(), delivery: 'latest' },
});
const rooms = {
  authorize: () => true,
  member: (socket: { readonly context: unknown }) => socket.context ?? 'nobody',
};

/** A room in which ann of the first process is. */
async function start() {
  const started = await startNodes(channels, { rooms });
  const ann = await connectTo(started.nodes[0], 'lobby', 'ann');
  await settle();
  ann.take();
  return { ...started, ann };
}

/** What this process asks of members is not answered. Returns what lets it be. */
function holdMembers(broker: MemoryBroker): () => void {
  const ask = broker.members.bind(broker);
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  broker.members = async (room) => (await released, ask(room));
  return release;
}

/** What it was sent of the room. */
const ofLobby = (client: TestClient): Frame[] =>
  client
    .takeAll()
    .filter(({ room, data }) => (room ?? (data as { room?: string } | undefined)?.room) === 'lobby');
const namesIn = (frames: readonly Frame[]): unknown[] => {
  const { data } = frames.find(({ path }) => path === '$members') ?? {};
  return Object.values((data as { members?: object } | undefined)?.members ?? {});
};

describe('who comes into a room', () => {
  it('is told who is there before it hears that it is in, and that before what is said there meanwhile', async () => {
    const { ann, brokers, nodes } = await start();
    const [one, other] = nodes;
    const bob = await other.connect('bob');
    const release = holdMembers(brokers[1]);
    await join(bob, 'lobby');
    await one.sockets.room('lobby').publish('said', 'meanwhile');
    await one.sockets.room('lobby').publish('price', 7);
    await settle();
    expect(bob.takeAll()).toEqual([]);
    release();
    await settle();
    await one.sockets.room('lobby').publish('said', 'after');
    await settle();
    const frames = bob.takeAll();
    expect(brief(frames)).toEqual(['$members', '$join', '$stream', 'meanwhile', '$live', 7, 'after']);
    expect(namesIn(frames).sort()).toEqual(['ann', 'bob']);
    expect(brief(ann.take())).toEqual(['$member', 'meanwhile', 7, 'after']);
  });

  it('is told so first also where the server has put it in, and it asks to be let in', async () => {
    const { brokers, nodes } = await start();
    const [, other] = nodes;
    const bob = await other.connect('bob');
    const release = holdMembers(brokers[1]);
    other.sockets.client(bob.welcome.session)?.join('lobby');
    await join(bob, 'lobby');
    expect(bob.takeAll()).toEqual([]);
    release();
    await settle();
    const frames = brief(bob.takeAll());
    expect(frames.indexOf('$members')).toBe(0);
    expect(frames).toContain('$join');
  });

  it('is told that it was left again meanwhile', async () => {
    const { brokers, nodes } = await start();
    const [, other] = nodes;
    const bob = await other.connect('bob');
    const release = holdMembers(brokers[1]);
    bob.say({ path: '$join', data: { room: 'lobby' }, id: 1 });
    await settle();
    bob.say({ path: '$leave', data: { room: 'lobby' }, id: 2 });
    release();
    await settle();
    expect(bob.take()).toMatchObject([
      { path: '$leave', id: 2 },
      { path: '$join', id: 1, error: { code: 'cancelled' } },
    ]);
  });

  it('is let in without that where it cannot be found out in time, and told when it can', async () => {
    const { brokers, clock, nodes } = await start();
    const [, other] = nodes;
    const bob = await other.connect('bob');
    const release = holdMembers(brokers[1]);
    await join(bob, 'lobby');
    clock.advance(5_000);
    await settle();
    expect(brief(bob.takeAll())).toEqual(['$join', '$stream', '$live']);
    release();
    await settle();
    expect(namesIn(bob.takeAll()).sort()).toEqual(['ann', 'bob']);
  });

  it('is told who is there before what it missed, when it comes back', async () => {
    const { brokers, nodes } = await start();
    const [one, other, third] = nodes;
    const bob = await connectTo(other, 'lobby', 'bob');
    bob.cut();
    await one.sockets.room('lobby').publish('said', 'missed');
    const release = holdMembers(brokers[2]);
    const back = await third.resume(bob, {}, 'bob');
    await settle();
    expect(ofLobby(back)).toEqual([]);
    release();
    await settle();
    expect(brief(ofLobby(back))).toEqual(['$members', '$stream', 'missed', '$live']);
  });

  it('is introduced on its next connection where the first one broke before that was known', async () => {
    const { brokers, nodes } = await start();
    const [one, other] = nodes;
    const bob = await other.connect('bob');
    const release = holdMembers(brokers[1]);
    await join(bob, 'lobby');
    bob.cut();
    await one.sockets.room('lobby').publish('said', 'missed');
    const back = await other.resume(bob, {}, 'bob');
    release();
    await settle();
    expect(brief(ofLobby(back))).toEqual(['$members', '$stream', 'missed', '$live']);
  });
});

describe('a member whose process is cut off from the engine', () => {
  /** Bob is in the lobby in the second process, which is cut off with him on his way to another one. */
  async function cutOff() {
    const started = await start();
    const { ann, brokers, clock, engine, nodes } = started;
    const bob = await connectTo(nodes[1], 'lobby', 'bob');
    bob.cut();
    engine.cutOff(brokers[1]);
    await settle();
    ann.take();
    const pass = async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second += 1) {
        clock.advance(1_000);
        await settle();
      }
    };
    const members = async () => (await brokers[0].members('lobby')).map(({ info }) => info).sort();
    return { ...started, bob, pass, members };
  }

  it('is in the room for everybody when that is back, where it went on in another one', async () => {
    const { ann, bob, brokers, engine, members, nodes, pass } = await cutOff();
    const coming = nodes[2].resume(bob, {}, 'bob');
    await pass(125);
    const back = await coming;
    // its old process holds it for gone
    expect(back.welcome).toMatchObject({ resumed: true });
    expect(nodes[1].sockets.client(bob.welcome.session)).toBeUndefined();
    for (const client of [ann, back]) client.take();
    engine.reconnect(brokers[1]);
    await pass(3);
    expect(await members()).toEqual(['"ann"', '"bob"']);
    for (const client of [ann, back]) expect(client.take()).toEqual([]);
  });

  it('is said to have left when that is back, as soon as the engine says that no other one has it', async () => {
    const { ann, bob, brokers, engine, members, nodes, pass } = await cutOff();
    const find = brokers[1].findSession.bind(brokers[1]);
    brokers[1].findSession = () => Promise.reject(new Error('the engine is busy'));
    nodes[1].sockets.client(bob.welcome.session)?.disconnect();
    engine.reconnect(brokers[1]);
    await pass(3);
    expect(await members()).toEqual(['"ann"', '"bob"']);
    expect(ann.take()).toEqual([]);
    brokers[1].findSession = find;
    await pass(30);
    expect(await members()).toEqual(['"ann"']);
    expect(ann.takeData('$member')).toEqual([{ room: 'lobby', id: bob.welcome.session }]);
  });
});

describe('the members that one process has', () => {
  it('are told once of each other', async () => {
    const { ann, nodes } = await start();
    const bob = await connectTo(nodes[0], 'lobby', 'bob');
    await settle();
    const id = bob.welcome.session;
    expect(ann.take()).toEqual([{ path: '$member', data: { room: 'lobby', id, info: 'bob' } }]);
    nodes[0].sockets.client(id)?.leave('lobby');
    await settle();
    expect(ann.take()).toEqual([{ path: '$member', data: { room: 'lobby', id } }]);
  });

  it('hear of each other while the engine is away, and nothing twice when it is back', async () => {
    const { ann, clock, engine, nodes } = await start();
    const [one, other] = nodes;
    const far = await connectTo(other, 'lobby', 'far');
    const [bob, eve] = [await one.connect('bob'), await connectTo(one, 'lobby', 'eve')];
    await settle();
    for (const client of [ann, far]) client.take();
    engine.goAway();
    await join(bob, 'lobby');
    one.sockets.client(eve.welcome.session)?.leave('lobby');
    const came = { path: '$member', data: { room: 'lobby', id: bob.welcome.session, info: 'bob' } };
    const went = { path: '$member', data: { room: 'lobby', id: eve.welcome.session } };
    expect(ann.take()).toEqual([came, went]);
    engine.comeBack();
    for (let second = 0; second < 2; second += 1) {
      await settle();
      clock.advance(1_000);
    }
    await settle();
    expect(ann.take()).toEqual([]);
    expect(far.take()).toEqual(expect.arrayContaining([came, went]));
  });
});
