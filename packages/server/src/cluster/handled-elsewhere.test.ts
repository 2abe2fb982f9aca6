// What becomes of a message whose handler runs in a process that its client has left.
import { describe, expect, it, vi } from 'vitest';
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';
import { startNodes, type Node } from './cluster.fixture.js';
import type { MemoryBroker } from './memory/memory-broker.fixture.js';
import type { MemoryEngine } from './memory/memory-engine.fixture.js';
import type { SessionOptions } from '../options.js';
import { settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({
  add: { in: z.number(), reply: z.number() },
  note: { in: z.number(), out: z.number() },
});
const request = { path: 'add', data: 1, id: 1 };

const answers = (client: TestClient) => client.take().filter(({ path }) => path === 'add');

/** A client whose request is handled by the first process, and that has come to the third by way of the second. */
async function move(session: SessionOptions = {}) {
  let runs = 0;
  let finish = (_n: number): void => undefined;
  const first = new Promise<number>((resolve) => (finish = resolve));
  const started = await startNodes(channels, {
    session,
    routes: { add: (_socket, n) => ((runs += 1) === 1 ? first : n + 1) },
  });
  const { clock, nodes } = started;
  const [one, other, third] = nodes;
  const a = await one.connect();
  a.say(request);
  await settle();
  const b = await other.resume(a);
  b.say(request);
  await settle();
  const client = await third.resume(b);
  client.say(request);
  await settle();
  /** Time passes, and the client is heard. */
  const wait = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000);
      client.transport.receivedBytes += 1;
      await settle();
    }
  };
  /** With what it was finished with, and by the one run that there was. */
  const expectAnsweredOnce = (): void => {
    expect(answers(client)).toEqual([{ path: 'add', data: 7, id: 1 }]);
    expect(runs).toBe(1);
  };
  return { ...started, client, wait, finish: (n: number) => finish(n), runs: () => runs, expectAnsweredOnce };
}

describe('a message that is handled two processes away', () => {
  it('is handled where its client is when that process dies, and is done then for whoever has it next', async () => {
    const { brokers, client, engine, nodes, runs, wait } = await move();
    engine.kill(brokers[0]);
    await wait(120);
    expect(answers(client)).toEqual([{ path: 'add', data: 2, id: 1 }]);
    expect(runs()).toBe(2);
    const back = await nodes[1].resume(client);
    expect(back.welcome.done).toEqual([[1, 1]]);
  });

  it('is answered although the process in between has died', async () => {
    const { brokers, engine, finish, wait, expectAnsweredOnce } = await move();
    engine.kill(brokers[1]);
    await wait(120);
    finish(7);
    await settle();
    expectAnsweredOnce();
  });

  it.each([
    ['', false],
    [', and the process in between has died', true],
  ])('is answered although the answer to it was lost on its way%s', async (_and, isKilled) => {
    const { brokers, engine, finish, wait, expectAnsweredOnce } = await move();
    const tell = brokers[0].tell.bind(brokers[0]);
    let lost = 0;
    vi.spyOn(brokers[0], 'tell').mockImplementation(async (to, text) => {
      return (text.includes('"handled"') && (lost += 1) <= 2) || tell(to, text);
    });
    finish(7);
    await settle();
    if (isKilled) engine.kill(brokers[1]);
    await wait(60);
    expectAnsweredOnce();
  });

  it('is answered although the process of its client heard nothing when it was', async () => {
    const { brokers, client, engine, finish, wait, expectAnsweredOnce } = await move();
    engine.dropMessages(brokers[2]);
    finish(7);
    await wait(11);
    expect(answers(client)).toEqual([]);
    engine.restoreMessages(brokers[2]);
    await wait(11);
    expectAnsweredOnce();
  });

  it('is answered although the process of its client was cut off when it was, and for a while after that', async () => {
    const { brokers, engine, finish, wait, expectAnsweredOnce } = await move();
    engine.cutOff(brokers[2]);
    // the engine takes its line for open
    const tell = vi.spyOn(brokers[0], 'tell').mockResolvedValue(true);
    finish(7);
    await settle();
    tell.mockRestore();
    await wait(30);
    engine.reconnect(brokers[2]);
    await wait(20);
    expectAnsweredOnce();
  });

  it('has an unknown outcome where the answer to it was lost on its way, and is no longer kept', async () => {
    const { brokers, client, finish, runs, wait } = await move({ answerBytes: 1 });
    vi.spyOn(brokers[0], 'tell').mockResolvedValueOnce(true);
    finish(7);
    await wait(11);
    expect(client.take()).toMatchObject([{ path: '$error', id: 1, error: { code: 'unknown_outcome' } }]);
    expect(runs()).toBe(1);
  });

  it('is not handled by a process that is told that it was lost, and has let its client go', async () => {
    const { brokers, client, engine, finish, nodes, runs } = await move();
    // the client has left, and the engine says so: how the connection is closed is heard in a moment
    vi.spyOn(brokers[2], 'commitSession').mockResolvedValueOnce('elsewhere');
    nodes[2].sockets.client(client.welcome.session)?.join('lobby');
    await settle();
    const lost = { kind: 'lost', id: client.welcome.session, number: 1 };
    engine.tell(brokers[2].id ?? '', JSON.stringify(lost));
    await settle();
    expect(runs()).toBe(1);
    finish(7);
  });

  it('is not asked for by a process that has let its client go', async () => {
    const { brokers, client, clock, nodes } = await move();
    clock.advance(9_500);
    await settle();
    vi.spyOn(brokers[2], 'commitSession').mockResolvedValueOnce('elsewhere');
    nodes[2].sockets.client(client.welcome.session)?.join('lobby');
    await settle();
    const tell = vi.spyOn(brokers[2], 'tell');
    clock.advance(1_000);
    await settle();
    expect(tell.mock.calls.filter(([, text]) => text.includes('"wanted"'))).toEqual([]);
  });

  /** The engine takes a process for dead that lives: its own clock was set forward. */
  const takeForDead = (engine: MemoryEngine, broker: MemoryBroker): (() => void) => {
    engine.turnClock(60_000);
    const beat = vi.spyOn(broker, 'beat').mockReturnValue(undefined);
    return () => void beat.mockRestore();
  };

  it('is not handled again because its process, which hears, is taken for dead for a moment', async () => {
    const { brokers, engine, finish, wait, expectAnsweredOnce } = await move();
    const end = takeForDead(engine, brokers[0]);
    await wait(11);
    end();
    await wait(20);
    finish(7);
    await settle();
    expectAnsweredOnce();
  });

  it('is not handled again because its process is not yet back when the engine is', async () => {
    const { brokers, engine, finish, wait, expectAnsweredOnce } = await move();
    engine.dropMessages(brokers[0]);
    const end = takeForDead(engine, brokers[0]);
    await wait(11);
    engine.restoreMessages(brokers[0]);
    end();
    await wait(20);
    finish(7);
    await settle();
    expectAnsweredOnce();
  });

  it('is not handled again because its process was looked at twice in a moment, once the engine was back', async () => {
    const { brokers, finish, wait, expectAnsweredOnce } = await move();
    const waiting: ((isAlive: boolean) => void)[] = [];
    const isAlive = vi.spyOn(brokers[2], 'isAlive');
    isAlive.mockImplementation(() => new Promise((resolve) => waiting.push(resolve)));
    await wait(29);
    for (const answer of waiting) {
      answer(false);
      await settle();
    }
    isAlive.mockRestore();
    await wait(20);
    finish(7);
    await settle();
    expectAnsweredOnce();
  });

  it('is handled where its client is when its process is dead, although the engine takes its line for open', async () => {
    const { brokers, client, engine, runs, wait } = await move();
    engine.kill(brokers[0]);
    vi.spyOn(brokers[2], 'tell').mockResolvedValue(true);
    await wait(60);
    expect(answers(client)).toEqual([{ path: 'add', data: 2, id: 1 }]);
    expect(runs()).toBe(2);
  });

  it('is answered although the process of its client heard nothing when it was, and was taken for dead', async () => {
    const { brokers, engine, finish, wait, expectAnsweredOnce } = await move();
    engine.dropMessages(brokers[2]);
    const end = takeForDead(engine, brokers[2]);
    finish(7);
    await wait(11);
    engine.restoreMessages(brokers[2]);
    end();
    await wait(11);
    expectAnsweredOnce();
  });

  it('does not count as done with a process in between that took its process for dead', async () => {
    const { brokers, client, clock, engine, finish, nodes, runs, wait } = await move();
    const end = takeForDead(engine, brokers[0]);
    await wait(11);
    end();
    engine.kill(brokers[2]);
    const resuming = nodes[1].resume(client, { open: { 1: 0 } });
    for (let passed = 0; passed < 400; passed += 100) {
      await settle();
      clock.advance(100);
    }
    const back = await resuming;
    expect(back.welcome.done).toEqual([]);
    finish(7);
    await settle();
    expect(answers(back)).toEqual([{ path: 'add', data: 7, id: 1 }]);
    expect(runs()).toBe(1);
  });

  it.each([
    ['was not heard', Promise.resolve(false)],
    ['has yet to be heard', new Promise<boolean>(() => undefined)],
  ])('is answered, and not handled again, where its process is asked for what %s', async (_what, heard) => {
    const { brokers, client, engine, finish, expectAnsweredOnce } = await move();
    vi.spyOn(brokers[0], 'tell').mockReturnValueOnce(heard);
    finish(7);
    await settle();
    const wanted = { kind: 'wanted', id: client.welcome.session, to: brokers[2].id, numbers: [1] };
    engine.tell(brokers[0].id ?? '', JSON.stringify(wanted));
    await settle();
    expectAnsweredOnce();
  });

  it('is not remembered for good by the process in between', async () => {
    const { brokers, client, engine, wait } = await move();
    await wait(140);
    const { session: id } = client.welcome;
    const frames = [{ text: JSON.stringify({ path: 'add', data: 7, id: 1 }) }];
    engine.tell(brokers[1].id ?? '', JSON.stringify({ kind: 'handled', id, number: 1, frames }));
    await settle();
    expect(answers(client)).toEqual([]);
  });
});

it.each([
  ['a request', { path: 'add', data: 1, id: 1 }, { path: 'add', data: 2, id: 1 }],
  ['an event', { path: 'note', data: 1, seq: 1 }, { path: '$ack', data: { done: [[1, 1]] } }],
])(
  '%s is answered that is done in the same moment in which its session is handed over',
  async (_what, said, answer) => {
    const { a, brokers, clock, engine, finish, nodes } = await handle();
    const [, other, third] = nodes;
    a.say(said);
    await settle();
    // both come in one chunk
    engine.delayMessages(brokers[1]);
    const resuming = other.resume(a);
    await settle();
    finish();
    await settle();
    engine.releaseMessages(brokers[1]);
    const b = await resuming;
    b.say(said);
    await settle();
    clock.advance(100);
    await settle();
    expect(b.takeAll()).toContainEqual(answer);
    expect((await third.resume(b)).welcome.done).toEqual([[1, 1]]);
  },
);

it('is answered at once, also while a stranger who has another secret is about to be greeted', async () => {
  const { a, brokers, finish, nodes } = await handle();
  const [, other] = nodes;
  a.say(request);
  await settle();
  const b = await other.resume(a);
  vi.spyOn(brokers[1], 'openSession').mockReturnValueOnce(new Promise(() => undefined));
  const stranger = await other.connectSilent();
  stranger.say({ path: '$hello', data: { session: a.welcome.session, token: 'wrong' } });
  await settle();
  finish();
  await settle();
  expect(answers(b)).toEqual([{ path: 'add', data: 2, id: 1 }]);
});

/** A client of the first process, whose handlers end when they are told to. */
async function handle() {
  const signals: AbortSignal[] = [];
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const started = await startNodes(channels, {
    routes: {
      add: async (_socket, n, { signal }) => (signals.push(signal), await finished, n + 1),
      note: () => finished,
    },
  });
  return { ...started, a: await started.nodes[0].connect(), signals, finish };
}

/** The handler ends, and the client goes on elsewhere: it is told that all is done, and gets no answer at any place. */
async function expectDone(finish: () => void, at: TestClient, next: Node<typeof channels>): Promise<void> {
  finish();
  await settle();
  const back = await next.resume(at);
  await settle();
  expect(back.welcome.done).toEqual([[1, 1]]);
  expect([...answers(at), ...answers(back)]).toEqual([]);
}

it('is not handled again, however late it was done, where the process that waited for it has died over it', async () => {
  const { a, brokers, clock, engine, finish, nodes, signals } = await handle();
  const [, other, third] = nodes;
  a.say(request);
  await settle();
  const b = await other.resume(a);
  const wait = async (times: number, ms: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      clock.advance(ms);
      await settle();
    }
  };
  await wait(25, 1_000);
  engine.kill(brokers[1]);
  finish();
  await wait(90, 1_000);
  const resuming = third.resume(b);
  await wait(4, 100);
  const c = await resuming;
  c.say(request);
  await settle();
  expect(answers(c)).toEqual([{ path: 'add', data: 2, id: 1 }]);
  expect(signals).toHaveLength(1);
});

describe('a message whose client came back to the process that handles it, and has left it again', () => {
  async function moveOn() {
    const started = await handle();
    const [one, other, third] = started.nodes;
    let client = started.a;
    client.say(request);
    await settle();
    for (const node of [other, one, third]) {
      client = await node.resume(client);
      client.say(request);
      await settle();
    }
    return { ...started, client };
  }

  it('is answered, however long that takes', async () => {
    const { client, clock, finish, signals } = await moveOn();
    for (let second = 0; second < 150; second += 1) {
      clock.advance(1_000);
      client.transport.receivedBytes += 1;
      await settle();
    }
    finish();
    await settle();
    expect(answers(client)).toEqual([{ path: 'add', data: 2, id: 1 }]);
    expect(signals).toHaveLength(1);
  });

  it('stops where it is called off', async () => {
    const { client, signals } = await moveOn();
    client.say({ path: '$cancel', data: 1 });
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe('a message whose process is drained', () => {
  async function drain() {
    const started = await handle();
    const { a, nodes } = started;
    const [one, other] = nodes;
    a.say(request);
    await settle();
    const b = await other.resume(a);
    b.say(request);
    await settle();
    const draining = one.sockets.drain({ graceMs: 5_000 });
    await settle();
    return { ...started, b, draining };
  }

  it('is answered from there when its client has left that before', async () => {
    const { b, draining, finish, signals } = await drain();
    finish();
    await draining;
    await settle();
    expect(answers(b)).toEqual([{ path: 'add', data: 2, id: 1 }]);
    expect(signals).toHaveLength(1);
  });

  it('is stopped when its time is over, and handled where its client is', async () => {
    const { b, clock, draining, finish, signals } = await drain();
    clock.advance(5_000);
    await draining;
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    finish();
    await settle();
    expect(answers(b)).toEqual([{ path: 'add', data: 2, id: 1 }]);
  });
});

it('is not taken for done where its process has stopped it at the end of its time, and not been heard', async () => {
  let runs = 0;
  const { clock, brokers, nodes } = await startNodes(channels, {
    routes: {
      add: (_socket, n, { signal }) => {
        if ((runs += 1) > 1) return n + 1;
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
    },
  });
  const [one, other] = nodes;
  const a = await one.connect();
  a.say(request);
  await settle();
  const b = await other.resume(a);
  b.say(request);
  await settle();
  const tell = brokers[0].tell.bind(brokers[0]);
  vi.spyOn(brokers[0], 'tell').mockImplementation(async (to, text) => {
    return text.includes('"lost"') ? undefined : tell(to, text);
  });
  const draining = one.sockets.drain({ graceMs: 5_000 });
  clock.advance(5_000);
  await draining;
  await settle();
  await one.sockets.close();
  for (let second = 0; second < 60; second += 1) {
    clock.advance(1_000);
    b.transport.receivedBytes += 1;
    await settle();
  }
  expect(answers(b)).toEqual([{ path: 'add', data: 2, id: 1 }]);
});

describe('a message that its client calls off', () => {
  it('is done at once, and stops, where another process handles it', async () => {
    const { a, finish, nodes, signals } = await handle();
    const [, other, third] = nodes;
    a.say(request);
    await settle();
    const b = await other.resume(a);
    b.say({ path: '$cancel', data: 1 });
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await expectDone(finish, b, third);
  });

  it('is done when its handler is, wherever the client is by then', async () => {
    const { a, finish, nodes } = await handle();
    const [, other, third] = nodes;
    a.say(request);
    a.say({ path: '$cancel', data: 1 });
    await settle();
    const b = await other.resume(a);
    expect(b.welcome.done).toEqual([]);
    await expectDone(finish, b, third);
  });
});

describe('a stream that has not begun', () => {
  it('begins where its client is', async () => {
    const { nodes } = await startNodes(defineChannels({ count: { in: z.void(), stream: z.number() } }), {
      routes: {
        async *count() {
          for (let n = 1; ; n += 1) yield n;
        },
      },
    });
    const [one, other] = nodes;
    let letIn = (): void => undefined;
    one.sockets.use(async (_socket, _message, next) => {
      await new Promise<void>((resolve) => (letIn = resolve));
      return next();
    });
    const a = await one.connect();
    const asked = { path: 'count', id: 1 };
    a.say(asked);
    await settle();
    const b = await other.resume(a, { open: { 1: 0 } });
    b.say(asked);
    await settle();
    letIn();
    await settle();
    // as far as a reader lets it that has taken nothing
    expect(b.take().map(({ data }) => data)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  });
});

describe('a stream that has told its end', () => {
  it('is not begun again where its client moves while a middleware is still busy', async () => {
    let runs = 0;
    const { nodes } = await startNodes(defineChannels({ count: { in: z.void(), stream: z.number() } }), {
      routes: {
        async *count() {
          yield (runs += 1);
        },
      },
    });
    const [one, other, third] = nodes;
    one.sockets.use(async (_socket, _message, next) => {
      await next();
      await new Promise(() => undefined);
    });
    let client = await one.connect();
    client.say({ path: 'count', id: 1 });
    await settle();
    for (const node of [other, third]) {
      client.cut();
      client = await node.resume(client, { open: { 1: 0 } });
      expect(client.welcome.done).toEqual([[1, 1]]);
      await settle();
      expect(client.take()).toMatchObject([{ data: 1 }, { end: true }]);
    }
    expect(runs).toBe(1);
  });
});

describe('an event that another process has handled', () => {
  it('is put down as done before its client is told so', async () => {
    const { a, brokers, clock, engine, finish, nodes } = await handle();
    const [, other, third] = nodes;
    a.say({ path: 'note', data: 1, seq: 1 });
    await settle();
    const b = await other.resume(a);
    finish();
    await settle();
    clock.advance(100);
    await settle();
    expect(b.takeAll()).toContainEqual({ path: '$ack', data: { done: [[1, 1]] } });
    engine.kill(brokers[1]);
    const resuming = third.resume(b);
    await settle();
    clock.advance(1_000);
    expect((await resuming).welcome.done).toEqual([[1, 1]]);
  });
});

it('is told of once where it is done in the process in which its session has come back and ended', async () => {
  const { a, brokers, finish, nodes } = await handle();
  const [one, other] = nodes;
  a.say(request);
  await settle();
  const b = await other.resume(a);
  const back = await one.resume(b);
  back.transport.end(1000);
  await settle();
  const tell = brokers[0].tell.bind(brokers[0]);
  let told = 0;
  // were there no end to it, the test would have none either
  vi.spyOn(brokers[0], 'tell').mockImplementation(async (to, text) => (told += 1) > 9 || tell(to, text));
  finish();
  await settle();
  expect(told).toBe(1);
});

describe('a message that a process awaits of one that has died, when its client leaves', () => {
  /** The second process looks after it, and waits for what `hold` keeps; meanwhile its client goes to the third one. */
  async function leaveMeanwhile(hold: (broker: MemoryBroker, gate: Promise<boolean>) => void) {
    const { a, brokers, clock, engine, nodes } = await handle();
    const [, other, third] = nodes;
    const resume = async (node: Node<typeof channels>, from: TestClient): Promise<TestClient> => {
      const resuming = node.resume(from, { open: { 1: 0 } });
      for (let passed = 0; passed < 400; passed += 100) {
        await settle();
        clock.advance(100);
      }
      return resuming;
    };
    a.say(request);
    await settle();
    const b = await other.resume(a);
    engine.kill(brokers[0]);
    let answer = (_isSo: boolean): void => undefined;
    vi.spyOn(brokers[1], 'isAlive').mockResolvedValue(false);
    hold(brokers[1], new Promise((resolve) => (answer = resolve)));
    clock.advance(10_000);
    await settle();
    const c = await resume(third, b);
    const tell = vi.spyOn(brokers[1], 'tell');
    answer(false);
    await settle();
    const wanted = tell.mock.calls.filter(([, text]) => text.includes('"wanted"'));
    return { back: await resume(other, c), wanted };
  }

  it.each<[string, (broker: MemoryBroker, gate: Promise<boolean>) => void]>([
    ['finds out whether that lives', (broker, gate) => vi.mocked(broker.isAlive).mockReturnValueOnce(gate)],
    ['asks that for it', (broker, gate) => vi.spyOn(broker, 'tell').mockReturnValueOnce(gate)],
  ])('does not count as done where it left while the process %s', async (_what, hold) => {
    const { back } = await leaveMeanwhile(hold);
    expect(back.welcome.done).toEqual([]);
  });

  it('is no longer wanted by the process that it has left', async () => {
    const { wanted } = await leaveMeanwhile((broker, gate) =>
      vi.mocked(broker.isAlive).mockReturnValueOnce(gate),
    );
    expect(wanted).toEqual([]);
  });
});
