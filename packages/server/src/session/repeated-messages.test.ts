// Messages that a client sends again because it does not know whether they arrived: handled once, and answered each time.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SessionOptions } from '../options.js';
import { createTestServer, settle } from '../test-server.fixture.js';

const channels = defineChannels({
  note: { in: z.string() },
  sum: { in: z.number(), reply: z.number() },
  slow: { in: z.string(), reply: z.string() },
});

function start(session: SessionOptions = {}) {
  const handled: unknown[] = [];
  const finish = new Map<string, (text: string) => void>();
  const server = createTestServer(channels, {
    session,
    routes: {
      note: (_socket, text, { messageId }) => void handled.push([text, messageId.split(':')[1]]),
      sum: (_socket, n) => (handled.push(n), n + n),
      slow: (_socket, text) => {
        handled.push(text);
        return new Promise<string>((resolve) => finish.set(text, resolve));
      },
    },
  });
  return { server, handled, finish };
}

const unknown = (id: number) => [
  { path: '$error', id, error: { code: 'unknown_outcome', message: expect.any(String) as string } },
];

describe('a request that comes again', () => {
  it('on the same line is answered again, and not handled', async () => {
    const { server, handled } = start();
    const client = await server.connect();
    const answer = [{ path: 'sum', data: 42, id: 1 }];
    expect(await client.ask({ path: 'sum', data: 21, id: 1 })).toEqual(answer);
    expect(await client.ask({ path: 'sum', data: 21, id: 1 })).toEqual(answer);
    expect(handled).toEqual([21]);
  });

  it('over a new line is answered from what was kept', async () => {
    const { server, handled } = start();
    const client = await server.connect();
    client.say({ path: 'sum', data: 21, id: 1 });
    await settle();
    client.cut();
    const back = await server.resume(client);
    expect(back.welcome.done).toEqual([[1, 1]]);
    expect(await back.ask({ path: 'sum', data: 21, id: 1 })).toEqual([{ path: 'sum', data: 42, id: 1 }]);
    expect(handled).toEqual([21]);
  });

  it('while it is being handled is answered when that is done, once', async () => {
    const { server, handled, finish } = start();
    const client = await server.connect();
    client.say({ path: 'slow', data: 'a', id: 1 });
    client.cut();
    const back = await server.resume(client, { open: { 1: 0 } });
    expect(back.welcome.done).toEqual([]);
    expect(await back.ask({ path: 'slow', data: 'a', id: 1 })).toEqual([]);
    finish.get('a')!('done');
    await settle();
    expect(back.take()).toEqual([{ path: 'slow', data: 'done', id: 1 }]);
    expect(handled).toEqual(['a']);
  });

  it('was answered into a line that was gone, and is answered at once by the next', async () => {
    const { server, finish } = start();
    const client = await server.connect();
    client.say({ path: 'slow', data: 'a', id: 1 });
    client.say({ path: 'slow', data: 'b', id: 2 });
    client.cut();
    finish.get('b')!('done');
    await settle();
    const back = await server.resume(client, { open: { 1: 0, 2: 0, 3: 0 } });
    expect(back.welcome.done).toEqual([[2, 2]]);
    const [answer, ...rest] = back.takeAll();
    expect(answer).toEqual({ path: 'slow', data: 'done', id: 2 });
    // of 1 nothing is known yet, and 3 never arrived
    expect(rest.filter(({ id }) => id !== undefined)).toEqual([]);
  });

  it('is answered as the client takes it, where there are many', async () => {
    const { server, finish } = start({ answerBytes: 10_000_000 });
    const client = await server.connect();
    const ids = [1, 2, 3, 4, 5];
    for (const id of ids) client.say({ path: 'slow', data: `${id}`, id });
    client.cut();
    for (const answer of finish.values()) answer('x'.repeat(900_000));
    await settle();
    const back = await server.connectSilent();
    back.transport.isHolding = true;
    const { session, token } = client.welcome;
    back.say({
      path: '$hello',
      data: { session, token, open: Object.fromEntries(ids.map((id) => [id, 0])) },
    });
    const answered: unknown[] = [];
    for (const _ of ids) {
      await settle();
      answered.push(...back.take().map(({ id }) => id));
      back.transport.drain();
    }
    expect(answered.slice(1)).toEqual(ids);
  });

  it('from a client that takes little is answered at once, and no more than may wait', async () => {
    const { server } = start();
    const client = await server.connect();
    await client.ask({ path: 'sum', data: 21, id: 1 });
    client.transport.bufferedBytes = 65_536;
    const answer = { path: 'sum', data: 42, id: 1 };
    for (let n = 0; n < 2; n += 1) client.say({ path: 'sum', data: 21, id: 1 });
    expect(client.take()).toEqual([answer, answer]);
    client.transport.bufferedBytes = 1_048_576;
    client.say({ path: 'sum', data: 21, id: 1 });
    expect(client.transport.closedWith?.code).toBe(4508);
  });

  it('has an unknown outcome once its answer is no longer kept', async () => {
    const { server, handled } = start({ answers: 2 });
    const client = await server.connect();
    for (const id of [1, 2, 3]) client.say({ path: 'sum', data: id, id });
    await settle();
    client.take();
    expect(await client.ask({ path: 'sum', data: 1, id: 1 })).toEqual(unknown(1));
    client.cut();
    const back = await server.resume(client, { open: { 1: 0, 2: 0, 3: 0 } });
    expect(back.take()).toEqual([
      ...unknown(1),
      { path: 'sum', data: 4, id: 2 },
      { path: 'sum', data: 6, id: 3 },
    ]);
    expect(handled).toEqual([1, 2, 3]);
  });

  it('was refused, and is refused again in the same words', async () => {
    const { server } = start();
    const client = await server.connect();
    const refusal = await client.ask({ path: 'sum', data: 'x', id: 1 });
    expect(refusal).toMatchObject([{ id: 1, error: { code: 'invalid_input' } }]);
    client.cut();
    const back = await server.resume(client, { open: { 1: 0 } });
    expect(back.take()).toEqual(refusal);
  });

  it('with a name that is no number is another one', async () => {
    const { server, handled } = start();
    const client = await server.connect();
    for (let n = 0; n < 2; n += 1) {
      expect(await client.ask({ path: 'sum', data: 21, id: 'x' })).toMatchObject([{ data: 42 }]);
    }
    expect(handled).toEqual([21, 21]);
  });
});

describe('an event that comes again', () => {
  it('is handled once, and acknowledged again', async () => {
    const { server, handled } = start();
    const client = await server.connect();
    for (const seq of [1, 2, 4, 4, 2]) client.say({ path: 'note', data: `n${seq}`, seq });
    server.clock.advance(100);
    expect(client.takeData('$ack')).toEqual([{ done: [[1, 4]] }]);
    client.say({ path: 'note', data: 'n2', seq: 2 });
    server.clock.advance(100);
    expect(client.takeData('$ack')).toEqual([{ done: [[1, 4]] }]);
    expect(handled).toEqual([
      ['n1', '1'],
      ['n2', '2'],
      ['n4', '4'],
    ]);
  });

  it('over a new line is handled once, by the number that it had', async () => {
    const { server, handled } = start();
    const client = await server.connect();
    client.say({ path: 'note', data: 'a', seq: 1 });
    client.cut();
    const back = await server.resume(client);
    expect(back.welcome.done).toEqual([[1, 1]]);
    back.say({ path: 'note', data: 'a', seq: 1 });
    back.say({ path: 'note', data: 'b', seq: 2 });
    expect(handled).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  it('is acknowledged when it has been handled, and not before', async () => {
    const { server, finish } = start();
    const client = await server.connect();
    client.say({ path: 'note', data: 'a', seq: 1 });
    client.say({ path: 'slow', data: 'b', seq: 2 });
    client.say({ path: 'note', data: 'c', seq: 3 });
    server.clock.advance(100);
    expect(client.takeData('$ack')).toEqual([
      {
        done: [
          [1, 1],
          [3, 3],
        ],
      },
    ]);
    finish.get('b')!('');
    await settle();
    server.clock.advance(100);
    expect(client.takeData('$ack')).toEqual([{ done: [[1, 3]] }]);
  });

  it('without a number is another one', async () => {
    const { server, handled } = start();
    const client = await server.connect();
    for (let n = 0; n < 2; n += 1) client.say({ path: 'note', data: 'a' });
    expect(handled).toEqual([
      ['a', 'u1'],
      ['a', 'u2'],
    ]);
    server.clock.advance(100);
    expect(client.takeData('$ack')).toEqual([]);
  });

  it('and was no frame that can be handled is not waited for', async () => {
    const { server } = start();
    const client = await server.connect();
    const deep = `${'['.repeat(70)}${']'.repeat(70)}`;
    client.say(`{"path":"note","seq":1,"data":${deep}}`);
    server.clock.advance(100);
    expect(client.takeAll()).toMatchObject([
      { path: '$error', data: { code: 'bad_frame' } },
      { path: '$ack', data: { done: [[1, 1]] } },
    ]);
  });
});

it('a handler that finishes after the server has closed leaves nothing', async () => {
  const { server, finish } = start();
  const client = await server.connect();
  client.say({ path: 'slow', data: 'a', seq: 1 });
  await server.sockets.close();
  finish.get('a')!('too late');
  await settle();
  expect(server.clock.pending).toBe(0);
});

it('numbers of joins are in the same series, and done at once', async () => {
  const { server } = start();
  const client = await server.connect();
  await client.ask({ path: '$join', data: { room: 'lobby' }, id: 5 });
  client.cut();
  expect((await server.resume(client)).welcome.done).toEqual([[1, 5]]);
});

it('a plain client counts as it likes', async () => {
  const { server, handled } = start();
  const client = await server.connectPlain();
  for (let n = 0; n < 2; n += 1) {
    expect(await client.ask({ path: 'sum', data: 21, id: 1 })).toEqual([{ path: 'sum', data: 42, id: 1 }]);
  }
  expect(handled).toEqual([21, 21]);
});
