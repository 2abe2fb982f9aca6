// What a handler does to its client through its socket, when the client has moved to another process meanwhile.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectTo, startNodes } from '../cluster/cluster.fixture.js';
import { settle } from '../test-server.fixture.js';

const channels = defineChannels({
  said: { out: z.string() },
  ask: { out: z.string(), answer: z.string() },
});

/** A client of the first process, what that holds in its hand of it, and somebody of the third in the same room. */
async function start() {
  const ended: (string | undefined)[] = [];
  const started = await startNodes(channels, {
    rooms: { authorize: () => true, member: (socket) => socket.context ?? null },
    event: { onDisconnect: ({ context }) => void ended.push(context) },
  });
  const [one, , third] = started.nodes;
  const watcher = await connectTo(third, 'lobby', 'wat');
  const client = await connectTo(one, 'lobby', 'ann');
  await settle();
  watcher.take();
  return { ...started, client, watcher, socket: one.sockets.client(client.welcome.session)!, ended };
}

/** The same, with the client in the second process by now. */
async function startMoved() {
  const started = await start();
  const back = await started.nodes[1].resume(started.client, {}, 'ann');
  await settle();
  back.takeAll();
  return { ...started, back };
}

describe('the socket of a client that has gone on in another process', () => {
  it('ends it for good', async () => {
    const { back, nodes, socket, ended, errors } = await startMoved();
    socket.disconnect('banned', 4600);
    await settle();
    expect(back.transport.closedWith).toEqual({ code: 4600, reason: 'banned' });
    expect(ended).toEqual(['ann']);
    expect((await nodes[2].resume(back, {}, 'ann')).welcome.resumed).toBe(false);
    expect(errors()).toEqual([]);
  });

  it('takes it out of rooms where it is, and puts it into others', async () => {
    const { back, nodes, socket, watcher } = await startMoved();
    const [, other] = nodes;
    socket.leave('lobby');
    socket.join('attic');
    await settle();
    expect(back.take()).toContainEqual({ path: '$leave', data: { room: 'lobby', why: 'removed' } });
    expect(['lobby', 'attic'].map((room) => other.sockets.room(room).size)).toEqual([0, 1]);
    expect(watcher.take()).toEqual([{ path: '$member', data: { room: 'lobby', id: socket.id } }]);
    expect(await nodes[2].sockets.room('lobby').presence()).toEqual([{ userId: 'wat', clients: 1 }]);
    expect(() => socket.join('*')).toThrow(TypeError);
  });

  it('asks it', async () => {
    const { back, socket } = await startMoved();
    const asking = socket.request('ask', 'you?');
    await settle();
    const [question] = back.take();
    expect(question).toMatchObject({ path: 'ask', data: 'you?' });
    back.say({ path: 'ask', id: question?.id ?? '', data: 'me' });
    expect(await asking).toBe('me');
  });

  it('reaches it by however many processes it goes, and where it comes back', async () => {
    const { back, nodes, socket } = await startMoved();
    const [one, , third] = nodes;
    const again = await third.resume(back, {}, 'ann');
    socket.join('attic');
    await settle();
    expect(third.sockets.room('attic').size).toBe(1);
    const home = await one.resume(again, {}, 'ann');
    await settle();
    socket.leave('attic');
    await settle();
    expect(one.sockets.room('attic').size).toBe(0);
    socket.disconnect('banned', 4600);
    await settle();
    expect(home.transport.closedWith).toEqual({ code: 4600, reason: 'banned' });
  });

  it('does nothing where it has gone for good', async () => {
    const { nodes, socket, watcher, errors } = await startMoved();
    nodes[1].sockets.client(socket.id)?.disconnect();
    await settle();
    watcher.take();
    socket.leave('lobby');
    socket.join('attic');
    socket.disconnect('banned', 4600);
    await expect(socket.request('ask', 'you?')).rejects.toMatchObject({ code: 'closed' });
    await settle();
    expect([watcher.take(), await nodes[2].sockets.room('attic').presence(), errors()]).toEqual([[], [], []]);
  });
});

describe('the socket of a client that is on its way to another process', () => {
  it('ends it as soon as it is there', async () => {
    const { brokers, client, engine, nodes, socket } = await start();
    // what the first process hands over does not come yet
    engine.delayMessages(brokers[1]);
    const resuming = nodes[1].resume(client, {}, 'ann');
    await settle();
    socket.disconnect('banned', 4600);
    await settle();
    engine.releaseMessages(brokers[1]);
    const back = await resuming;
    await settle();
    expect(back.transport.closedWith).toEqual({ code: 4600, reason: 'banned' });
  });

  it('ends what is still here of it, and says to nobody that it has left', async () => {
    const { brokers, client, engine, nodes, socket, watcher, ended } = await start();
    // this process is refused what it puts down before it is asked for the session
    engine.delayMessages(brokers[0]);
    const resuming = nodes[1].resume(client, {}, 'ann');
    for (const room of ['attic', 'cellar']) {
      socket.join(room);
      await settle();
    }
    expect([client.transport.isPaused, client.transport.closedWith]).toEqual([true, undefined]);
    socket.leave('lobby');
    socket.disconnect('banned', 4600);
    expect(client.transport.closedWith?.code).toBe(4600);
    expect(ended).toEqual([]);
    await settle();
    expect(watcher.take()).toEqual([]);
    engine.releaseMessages(brokers[0]);
    const back = await resuming;
    await settle();
    expect(back.transport.closedWith).toEqual({ code: 4600, reason: 'banned' });
    expect(ended).toEqual(['ann']);
  });
});
