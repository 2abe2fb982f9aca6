import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { defineChannels } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import type { ManualClock } from '@wirepact/core/testing';
import { z } from 'zod';
import { brief, connectTo, join, startNodes } from './cluster.fixture.js';
import { createPublisher } from './publisher.js';
import { settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({
  said: { in: z.string(), out: z.string() },
  price: { out: z.number(), delivery: 'latest' },
  ask: { out: z.string(), answer: z.string() },
  when: {
    out: z.date(),
    answer: z.string().transform((text) => new Date(text)),
    errors: { never: z.object({ since: z.string().transform(BigInt) }) },
  },
});

/** Lets time pass for a client that shows that it is there. */
async function wait(clock: ManualClock, { transport }: TestClient, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 1) {
    clock.advance(1_000);
    transport.receivedBytes += 1;
    await settle();
  }
}

describe('a client that is with another process', () => {
  it('is found by its id, sent to, and asked', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    const client = await other.sockets.findClient(a.welcome.session);
    await client?.publish('said', 'hello');
    const asking = client?.request('ask', 'how are you?');
    await settle();
    const [said, question] = a.take();
    expect([said?.data, question?.data]).toEqual(['hello', 'how are you?']);
    a.say({ path: 'ask', id: question?.id ?? '', data: 'fine' });
    expect(await asking).toBe('fine');
  });

  it('is found in the process itself too, and nowhere when it is gone', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    const here = await one.sockets.findClient(a.welcome.session);
    here?.send('said', 'hello');
    await settle();
    expect(a.takeData('said')).toEqual(['hello']);
    here?.disconnect('bye', 4001);
    await settle();
    expect(await other.sockets.findClient(a.welcome.session)).toBeUndefined();
    expect(await one.sockets.findClient(a.welcome.session)).toBeUndefined();
  });

  it('says so when it cannot answer, and when nobody answers for it', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const plain = await one.connectPlain();
    await settle();
    const [session] = [...one.sockets.clients()];
    const client = await other.sockets.findClient(session?.id ?? '');
    await expect(client?.request('ask', 'you?')).rejects.toMatchObject({ code: 'unsupported' });
    engine.delayMessages(brokers[0]);
    const asking = client?.request('ask', 'you?', { timeoutMs: 1_000 });
    const aborted = client?.request('ask', 'you?', { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    await settle();
    clock.advance(2_000);
    await expect(asking).rejects.toMatchObject({ code: 'timeout' });
    expect(plain.transport.closedWith).toBeUndefined();
    engine.kill(brokers[0]);
    const unheard = client?.request('ask', 'you?');
    const refused = expect(unheard).rejects.toMatchObject({ code: 'not_accepted', retryable: true });
    await settle();
    clock.advance(1_000);
    await refused;
    await brokers[1].endSession(session?.id ?? '');
    await expect(client?.request('ask', 'you?')).rejects.toMatchObject({ code: 'closed' });
  });

  it('is asked though its process does not hear for a moment', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    const client = await other.sockets.findClient(a.welcome.session);
    engine.dropMessages(brokers[0]);
    const asking = client?.request('ask', 'you?');
    await settle();
    engine.restoreMessages(brokers[0]);
    clock.advance(1_000);
    await settle();
    const questions = a.take().filter(({ path }) => path === 'ask');
    expect(questions).toHaveLength(1);
    a.say({ path: 'ask', id: questions[0]?.id ?? '', data: 'yes' });
    expect(await asking).toBe('yes');
  });

  it('is asked by the process that asks, should it have come there meanwhile', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    const client = await other.sockets.findClient(a.welcome.session);
    vi.spyOn(brokers[1], 'tell').mockResolvedValueOnce(false);
    const asking = client?.request('ask', 'you?', { timeoutMs: Infinity });
    await settle();
    const back = await other.resume(a);
    clock.advance(1_000);
    await settle();
    const question = back.take().find(({ path }) => path === 'ask');
    // long enough to give up what a process that has died was to ask
    engine.kill(brokers[0]);
    await wait(clock, back, 60);
    back.say({ path: 'ask', id: question?.id ?? '', data: 'yes' });
    expect(await asking).toBe('yes');
  });

  it.each([
    ['a moment', 0],
    ['longer', 5],
  ])('has its answer heard though the process that asked does not hear for %s', async (_, seconds) => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    const client = await other.sockets.findClient(a.welcome.session);
    const asking = client?.request('ask', 'you?', { timeoutMs: Infinity });
    let outcome: unknown = 'none';
    void asking?.then((answer) => (outcome = answer));
    await settle();
    const [question] = a.take();
    engine.dropMessages(brokers[1]);
    a.say({ path: 'ask', id: question?.id ?? '', data: 'yes' });
    await settle();
    await wait(clock, a, seconds);
    engine.restoreMessages(brokers[1]);
    await wait(clock, a, seconds === 0 ? 1 : 10);
    expect(outcome).toBe('yes');
  });

  it('has its answer given up where the process that asked has died, or waits no longer', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    const client = await other.sockets.findClient(a.welcome.session);
    const told: string[] = [];
    const tell = brokers[0].tell.bind(brokers[0]);
    brokers[0].tell = (to, text) => {
      if (text.includes('"answer"')) told.push(text);
      return tell(to, text);
    };
    const outcomes = [1_000, Infinity].map((timeoutMs) =>
      client?.request('ask', 'you?', { timeoutMs }).catch((error: unknown) => error),
    );
    await settle();
    const questions = a.take();
    engine.dropMessages(brokers[1]);
    for (const { id = '' } of questions) a.say({ path: 'ask', id, data: 'yes' });
    await settle();
    expect(told).toHaveLength(2);
    await wait(clock, a, 20);
    expect(await outcomes[0]).toMatchObject({ code: 'timeout' });
    const before = told.length;
    await wait(clock, a, 10);
    // the one that nobody waits for is not repeated
    expect(new Set(told.slice(before)).size).toBe(1);
    engine.kill(brokers[1]);
    await wait(clock, a, 60);
    told.length = 0;
    await wait(clock, a, 60);
    expect(told).toEqual([]);
  });

  it.each([
    ['stays away', false],
    ['is with another process', true],
  ])('says so when its process dies before it has answered, and it %s', async (_what, returns) => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    const a = await one.connect();
    await settle();
    const client = await other.sockets.findClient(a.welcome.session);
    const asking = client?.request('ask', 'you?', { timeoutMs: Infinity });
    let outcome: unknown = 'none';
    asking?.catch((error: unknown) => (outcome = error));
    await settle();
    await wait(clock, a, 60);
    expect(outcome).toBe('none');
    engine.kill(brokers[0]);
    const returning = returns ? third.resume(a) : undefined;
    await wait(clock, a, 60);
    await returning;
    expect(outcome).toMatchObject({ code: 'unknown_outcome' });
  });

  it('answers though the process dies that passed the question on, unless its own dies too', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    const a = await other.connect();
    await settle();
    const client = await one.sockets.findClient(a.welcome.session);
    const back = await third.resume(a);
    await settle();
    back.takeAll();
    // the client has just left that process
    brokers[0].findSession = (id) => Promise.resolve({ id, processId: brokers[1].id ?? '' });
    const tell = brokers[0].tell.bind(brokers[0]);
    // what that process then says may come before the news that it heard the question
    brokers[0].tell = async (...said) => {
      const isHeard = await tell(...said);
      await settle();
      return isHeard;
    };
    const outcomes: unknown[] = [];
    for (const text of ['you?', 'and you?']) {
      const asking = client?.request('ask', text, { timeoutMs: Infinity });
      void asking?.catch((error: unknown) => error).then((outcome) => outcomes.push(outcome));
    }
    await settle();
    await settle();
    const [question] = back.take();
    engine.kill(brokers[1]);
    await wait(clock, back, 60);
    expect(outcomes).toEqual([]);
    back.say({ path: 'ask', id: question?.id ?? '', data: 'yes' });
    await settle();
    expect(outcomes).toEqual(['yes']);
    engine.kill(brokers[2]);
    await wait(clock, back, 60);
    expect(outcomes).toMatchObject(['yes', { code: 'unknown_outcome' }]);
  });

  it.each([
    ['another process', 1],
    ['the process that it was found in', 0],
  ])('is asked and closed where it is by then, found by %s', async (_, finding) => {
    const { nodes } = await startNodes(channels);
    const [one, , third] = nodes;
    const a = await one.connect();
    await settle();
    const client = await nodes[finding]?.sockets.findClient(a.welcome.session);
    const back = await third.resume(a);
    await settle();
    back.takeAll();
    const ask = async (of: TestClient): Promise<unknown> => {
      const asking = client?.request('ask', 'you?');
      await settle();
      const [question] = of.take().filter(({ path }) => path === 'ask');
      of.say({ path: 'ask', id: question?.id ?? '', data: 'yes' });
      return asking;
    };
    expect(await ask(back)).toBe('yes');
    // with the one that asks there is nobody between
    const here = await nodes[finding]!.resume(back);
    expect(await ask(here)).toBe('yes');
    client?.disconnect('bye', 4600);
    await settle();
    expect(here.transport.closedWith).toEqual({ code: 4600, reason: 'bye' });
  });

  it.each([
    ['this', 0],
    ['another', 1],
  ])('is asked by %s process as the contract says, and so is its answer read', async (_, asking) => {
    const { clock, nodes, errors } = await startNodes(channels);
    const a = await nodes[0].connect();
    await settle();
    const timers = clock.pending;
    const client = await nodes[asking]?.sockets.findClient(a.welcome.session);
    const answer = async (answered: {
      readonly data?: unknown;
      readonly error?: unknown;
    }): Promise<unknown> => {
      const asked = client?.request('when', new Date(0), { timeoutMs: Infinity });
      const outcome = asked?.catch((error: unknown) => error);
      await settle();
      const [question] = a.take();
      expect([question?.data, clock.pending]).toEqual(['1970-01-01T00:00:00.000Z', timers]);
      a.say({ path: 'when', id: question?.id ?? '', ...answered } as Frame);
      await settle();
      return outcome;
    };
    expect(await answer({ data: '2020-01-01' })).toEqual(new Date('2020-01-01'));
    expect(await answer({ data: 5 })).toMatchObject({ code: 'invalid_message' });
    const never = { code: 'never', message: 'not yet', data: { since: '7' } };
    expect(await answer({ error: never })).toMatchObject({ code: 'never', data: { since: 7n } });
    expect(await answer({ error: { code: 'never', message: '', data: 5 } })).toMatchObject({
      code: 'invalid_message',
    });
    // @ts-expect-error a text is no date
    await expect(client?.request('when', '1970')).rejects.toMatchObject({ code: 'invalid_output' });
    const aborted = client?.request('when', new Date(0), { signal: AbortSignal.abort('enough') });
    await expect(aborted).rejects.toMatchObject({ code: 'aborted', cause: 'enough' });
    expect(errors()).toEqual([]);
  });

  it('is put into rooms from where it was, which is reported where nobody hears it', async () => {
    const { brokers, engine, nodes, errors } = await startNodes(channels);
    const [one, other] = nodes;
    const a = await one.connect();
    await settle();
    const socket = one.sockets.client(a.welcome.session);
    const back = await other.resume(a);
    await settle();
    socket?.join('lobby');
    await settle();
    expect(other.sockets.room('lobby').size).toBe(1);
    expect(errors()).toEqual([]);
    engine.dropMessages(brokers[1]);
    socket?.join('hall');
    socket?.leave('lobby');
    await settle();
    expect(errors()).toMatchObject([{ code: 'not_accepted' }, { code: 'not_accepted' }]);
    engine.restoreMessages(brokers[1]);
    await settle();
    other.sockets.client(back.welcome.session)?.disconnect();
    await settle();
    // to one that is gone nothing can happen, wherever it was
    socket?.join('hall');
    await settle();
    expect(errors()).toHaveLength(2);
  });

  it('is closed from there, and does not resume', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other, third] = nodes;
    const a = await one.connect();
    await settle();
    const client = await other.sockets.findClient(a.welcome.session);
    client?.disconnect('bye', 4001);
    await settle();
    expect(a.transport.closedWith).toEqual({ code: 4001, reason: 'bye' });
    expect((await third.resume(a)).welcome.resumed).toBe(false);
    expect(() => client?.disconnect('bye', 1002)).toThrow(TypeError);
    expect(() => client?.disconnect(true as never)).toThrow(TypeError);
    await expect(client?.request('ask', 'you?', { timeoutMs: NaN })).rejects.toThrow(TypeError);
  });
});

describe('the members of a room', () => {
  const rooms = {
    authorize: () => true,
    member: (socket: { readonly context: unknown }) => socket.context ?? 'nobody',
  };

  it('know of each other in all processes: who is there, who comes, who leaves', async () => {
    const { nodes } = await startNodes(channels, { rooms });
    const [one, other] = nodes;
    const a = await one.connect('ann');
    await join(a, 'lobby');
    await settle();
    a.take();
    const b = await other.connect('bob');
    expect(await b.ask({ path: '$join', data: { room: 'lobby' }, id: 1 })).toContainEqual({
      path: '$members',
      data: { room: 'lobby', members: { [a.welcome.session]: 'ann', [b.welcome.session]: 'bob' } },
    });
    await settle();
    expect(a.take()).toEqual([
      { path: '$member', data: { room: 'lobby', id: b.welcome.session, info: 'bob' } },
    ]);
    other.sockets.client(b.welcome.session)?.disconnect();
    await settle();
    expect(a.take()).toEqual([{ path: '$member', data: { room: 'lobby', id: b.welcome.session } }]);
  });

  it('are read anew where everybody had left meanwhile', async () => {
    const { nodes } = await startNodes(channels, { rooms });
    const [one, other] = nodes;
    const x = await connectTo(other, 'lobby', 'x');
    other.sockets.client(x.welcome.session)?.leave('lobby');
    await settle();
    const a = await connectTo(one, 'lobby', 'ann');
    const b = await other.connect('bob');
    const frames = await b.ask({ path: '$join', data: { room: 'lobby' }, id: 1 });
    expect(frames.find(({ path }) => path === '$members')?.data).toEqual({
      room: 'lobby',
      members: { [a.welcome.session]: 'ann', [b.welcome.session]: 'bob' },
    });
  });

  it('know what may be known of each other now', async () => {
    let name = 'old';
    const { clock, nodes } = await startNodes(channels, {
      rooms: { authorize: () => true, member: () => name },
    });
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby');
    const b = await connectTo(other, 'lobby');
    name = 'new';
    clock.advance(30_000);
    await settle();
    const infos = (frames: readonly { path: string; data?: unknown }[]): unknown[] =>
      frames.flatMap(({ path, data }) => (path === '$member' ? (data as { info: unknown }).info : []));
    expect(infos(a.take())).toContain('new');
    expect(infos(b.take())).toContain('new');
  });

  it('hear of each other later where that could not be found out when one came', async () => {
    const { brokers, clock, nodes } = await startNodes(channels, { rooms });
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby', 'ann');
    const members = brokers[1].members.bind(brokers[1]);
    brokers[1].members = () => Promise.reject(new Error('it is full'));
    const b = await other.connect('bob');
    await join(b, 'lobby');
    await settle();
    b.takeAll();
    brokers[1].members = members;
    clock.advance(30_000);
    await settle();
    const told = b.takeAll().filter(({ path }) => path === '$member');
    expect(told.map(({ data }) => data)).toEqual([{ room: 'lobby', id: a.welcome.session, info: 'ann' }]);
  });

  it('are not told that one left who only went to another process', async () => {
    const { nodes } = await startNodes(channels, { rooms });
    const [one, other, third] = nodes;
    const a = await connectTo(one, 'lobby', 'ann');
    const b = await connectTo(other, 'lobby', 'bob');
    await settle();
    a.take();
    await third.resume(b, {}, 'bob');
    await settle();
    expect(a.take()).toEqual([]);
    expect(await one.sockets.room('lobby').presence()).toHaveLength(2);
  });

  it('are told that those of a process that died are gone, a minute later', async () => {
    const { brokers, clock, engine, nodes } = await startNodes(channels, { rooms });
    const [one, other] = nodes;
    const a = await connectTo(one, 'lobby', 'ann');
    await connectTo(other, 'lobby', 'bob');
    await settle();
    a.take();
    engine.kill(brokers[1]);
    for (let seconds = 0; seconds < 90; seconds += 5) {
      clock.advance(5_000);
      await setImmediate();
      a.say({ path: '$ping' });
      await settle();
    }
    expect(a.take().filter(({ path }) => path === '$member')).toHaveLength(1);
    expect(await one.sockets.room('lobby').presence()).toEqual([{ userId: 'ann', clients: 1 }]);
  });

  it('are present once for all their tabs', async () => {
    const { nodes } = await startNodes(channels);
    const [one, other] = nodes;
    for (const node of [one, one, other]) await connectTo(node, 'lobby', 'ann');
    await connectTo(other, 'lobby', 'bob');
    await connectTo(other, 'lobby');
    const presence = await one.sockets.room('lobby').presence();
    expect(presence).toHaveLength(2);
    expect(presence).toEqual(
      expect.arrayContaining([
        { userId: 'ann', clients: 3 },
        { userId: 'bob', clients: 1 },
      ]),
    );
  });

  it('are counted in all processes', async () => {
    const { clock, nodes } = await startNodes(channels);
    const [one, other] = nodes;
    await one.connect('ann');
    await other.connect('ann');
    await other.connect('bob');
    clock.advance(500);
    await settle();
    expect(await one.sockets.countAll()).toEqual({ clients: 3, users: 2, processes: 3 });
  });
});

describe('a publisher', () => {
  it('sends to rooms, users and everyone, and has no clients', async () => {
    const { clock, engine, nodes } = await startNodes(channels);
    const a = await connectTo(nodes[0], 'lobby', 'ann');
    await using publisher = createPublisher(channels, { broker: engine.broker(), clock });
    await publisher.room('lobby').publish('said', 'to the room');
    await publisher.user('ann').publish('said', 'to ann');
    await publisher.publish('said', 'to all');
    publisher.sendToAll('price', 7);
    await settle();
    expect(brief(a.take())).toEqual(['to the room', 'to ann', 'to all', 7]);
  });

  it('rejects what does not fit, and reports what is not accepted', async () => {
    const { clock, engine } = await startNodes(channels);
    const errors: unknown[] = [];
    const publisher = createPublisher(channels, {
      broker: engine.broker(),
      clock,
      onError: (error, where) => errors.push([error, where]),
    });
    // @ts-expect-error a number is no text
    await expect(publisher.publish('said', 7)).rejects.toMatchObject({ code: 'invalid_output' });
    expect(() => publisher.room('*')).toThrow(TypeError);
    engine.goAway();
    publisher.room('lobby').send('said', 'lost');
    await settle();
    clock.advance(6_000);
    await settle();
    expect(errors).toEqual([[expect.objectContaining({ code: 'not_accepted' }), { path: 'said' }]]);
    await publisher.close();
    await publisher.close();
  });

  it('is not harmed by an onError that fails, at once or later', async () => {
    const fault = new Error('in onError');
    const thrower = (): never => {
      throw fault;
    };
    for (const fail of [thrower, () => Promise.reject(fault)]) {
      const { clock, engine } = await startNodes(channels);
      let told = 0;
      const onError = (): unknown => ((told += 1), fail());
      const publisher = createPublisher(channels, { broker: engine.broker(), clock, onError });
      engine.goAway();
      publisher.room('lobby').send('said', 'lost');
      await settle();
      clock.advance(6_000);
      await settle();
      expect(told).toBe(1);
      await publisher.close();
    }
  });
});
