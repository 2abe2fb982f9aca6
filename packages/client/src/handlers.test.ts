import { ChannelError } from '@wirepact/core';
import { describe, expect, it, vi } from 'vitest';
import { settle, startClient } from './test-socket.fixture.js';

async function connectedClient() {
  const started = startClient();
  return { ...started, socket: await started.connected() };
}

it('answers the server on its id, beside requests of its own', async () => {
  const { client, socket } = await connectedClient();
  client.handle('price', (question) => Promise.resolve((question as number) * 2));
  socket.receive('price', 4, { id: 's1' });
  await settle();
  expect(socket.takeSent()).toEqual([{ path: 'price', data: 8, id: 's1' }]);
});

it('sends what a handler throws for the server to know', async () => {
  const { client, socket, errors } = await connectedClient();
  client.handle('price', () => {
    throw new ChannelError('SOLD', { at: 'noon' });
  });
  socket.receive('price', 4, { id: 's1' });
  await settle();
  const error = { code: 'SOLD', message: '[SOLD]', data: { at: 'noon' } };
  expect(socket.takeSent()).toEqual([{ path: 'price', id: 's1', error }]);
  expect(errors).toEqual([]);
});

it('keeps any other error to itself', async () => {
  const { client, socket, errors } = await connectedClient();
  client.handle('price', () => {
    throw new Error('secret');
  });
  socket.receive('price', 4, { id: 's1' });
  await settle();
  const [answer] = socket.takeSent();
  expect(answer).toMatchObject({ path: 'price', id: 's1', error: { code: 'internal' } });
  expect(JSON.stringify(answer)).not.toContain('secret');
  expect(errors).toEqual([{ code: 'internal', path: 'price', data: 4 }]);
});

const circle: { itself?: unknown } = {};
circle.itself = circle;

it.each([
  ['is no JSON', () => 10n],
  ['is its own part', () => Promise.resolve(circle)],
  ['is an error whose data is no JSON', () => Promise.reject(new ChannelError('SOLD', { at: 10n }))],
])('says that it failed where an answer %s, and reports why', async (_, handler) => {
  const { client, socket, errors } = await connectedClient();
  client.handle('price', handler);
  const ask = (): void => socket.receive('price', 4, { id: 's1' });
  ask();
  await settle();
  ask();
  const failed = { path: 'price', id: 's1', error: { code: 'internal' } };
  expect(socket.takeSent()).toMatchObject([failed, failed]);
  expect(errors).toEqual([{ code: 'internal', path: 'price', data: 4 }]);
});

const limits = { maxMessageBytes: 400, maxInFlight: 64, maxRooms: 128 };
const tooLarge = 'x'.repeat(400);

it.each([
  ['an answer', () => tooLarge],
  ['an error', () => Promise.reject(new ChannelError('SOLD', tooLarge))],
])('says that it failed where %s is larger than the server takes, and reports why', async (_, handler) => {
  const { client, connected, errors } = startClient();
  const socket = await connected({ limits });
  client.handle('price', handler);
  socket.receive('price', 4, { id: 's1' });
  await settle();
  expect(socket.takeSent()).toMatchObject([{ path: 'price', id: 's1', error: { code: 'internal' } }]);
  expect(errors).toEqual([{ code: 'message_too_large', path: 'price', data: 4 }]);
});

it('keeps no answer for the next connection that is larger than the server takes', async () => {
  const { client, connected, errors } = startClient();
  const socket = await connected({ limits });
  let answer = (_value: string): void => {};
  client.handle('price', () => new Promise<string>((resolve) => (answer = resolve)));
  socket.receive('price', 4, { id: 's1' });
  await settle();
  socket.drop();
  answer(tooLarge);
  const next = await connected({ limits, resumed: true });
  next.receive('price', 4, { id: 's1' });
  expect(next.takeSent()).toMatchObject([{ path: 'price', id: 's1', error: { code: 'internal' } }]);
  expect(errors).toEqual([{ code: 'message_too_large', path: 'price', data: 4 }]);
});

it('reports an answer that the socket does not take', async () => {
  const { client, socket, errors } = await connectedClient();
  client.handle('price', () => 8);
  socket.receive('price', 4, { id: 's1' });
  socket.readyState = 2;
  await settle();
  expect(errors).toMatchObject([{ code: 'internal' }]);
});

it('says so when nobody handles a path', async () => {
  const { client, socket } = await connectedClient();
  client.handle('price', () => 1)();
  socket.receive('price', 4, { id: 's1' });
  await settle();
  expect(socket.takeSent()).toMatchObject([{ path: 'price', id: 's1', error: { code: 'unknown_path' } }]);
});

it('has one handler a path', () => {
  const { client } = startClient({ autoConnect: false });
  const remove = client.handle('price', () => 1);
  expect(() => client.handle('price', () => 2)).toThrow(TypeError);
  remove();
  client.handle('price', () => 2);
  remove();
  expect(() => client.handle('price', () => 3)).toThrow(/"price" has a handler/);
});

it('takes back only its own handler, however often it is called', () => {
  const { client } = startClient({ autoConnect: false });
  const handler = (): number => 1;
  const remove = client.handle('price', handler);
  remove();
  client.handle('price', handler);
  remove();
  expect(() => client.handle('price', handler)).toThrow(/"price" has a handler/);
});

it('has its handler for as long as a signal says', async () => {
  const { client, socket } = await connectedClient();
  const stop = new AbortController();
  const removed = vi.spyOn(stop.signal, 'removeEventListener');
  client.handle('price', () => 1, { signal: AbortSignal.abort() });
  client.handle('price', () => 2, { signal: stop.signal })();
  expect(removed).toHaveBeenCalledTimes(1);
  client.handle('price', () => 3, { signal: stop.signal });
  const ask = async (id: string) => {
    socket.receive('price', 4, { id });
    await settle();
    return socket.takeSent();
  };
  expect(await ask('s1')).toEqual([{ path: 'price', data: 3, id: 's1' }]);
  stop.abort();
  expect(await ask('s2')).toMatchObject([{ error: { code: 'unknown_path' } }]);
});

describe('a question that is asked again after a break', () => {
  async function askTwice(resumed: boolean) {
    const { client, socket, connected } = await connectedClient();
    let runs = 0;
    let answer = (_value: number): void => {};
    client.handle('price', () => {
      runs += 1;
      return new Promise<number>((resolve) => (answer = resolve));
    });
    socket.receive('price', 4, { id: 's1' });
    await settle();
    socket.drop();
    const next = await connected({ resumed });
    const ask = (): void => next.receive('price', 4, { id: 's1' });
    return { next, ask, answer: () => answer(8), runs: () => runs };
  }
  const answered = [{ path: 'price', data: 8, id: 's1' }];

  it('is answered once its handler has finished, which runs once', async () => {
    const { next, ask, answer, runs } = await askTwice(true);
    ask();
    await settle();
    expect(next.takeSent()).toEqual([]);
    answer();
    await settle();
    expect(next.takeSent()).toEqual(answered);
    expect(runs()).toBe(1);
  });

  it('gets the answer that was found while away, and only then', async () => {
    const { next, ask, answer, runs } = await askTwice(true);
    answer();
    await settle();
    expect(next.takeSent()).toEqual([]);
    ask();
    ask();
    expect(next.takeSent()).toEqual([...answered, ...answered]);
    expect(runs()).toBe(1);
  });

  it('is another one in another session', async () => {
    const { ask, runs } = await askTwice(false);
    ask();
    expect(runs()).toBe(2);
  });
});

it('remembers its last 64 answers', async () => {
  const { client, socket } = await connectedClient();
  let runs = 0;
  client.handle('price', () => ++runs);
  for (let question = 1; question <= 65; question++) {
    socket.receive('price', 4, { id: `s${question}` });
    await settle();
  }
  socket.receive('price', 4, { id: 's2' });
  expect(runs).toBe(65);
  socket.receive('price', 4, { id: 's1' });
  expect(runs).toBe(66);
});
