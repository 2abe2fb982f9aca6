// wirepact.v1: cancelling, streams by grants, and questions of the server.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openV1, type RawSocket } from './raw-socket.js';
import { startTarget, type Target } from './reference-server.js';

let target: Target;
let url: string;
beforeAll(async () => {
  target = await startTarget();
  url = `${target.url}/ws`;
});
afterAll(() => target.close());

const tail = (count: number, size = 1, id: number | string = 8) => ({
  path: 'tail',
  data: { count, size },
  id,
});
const finished = { path: 'output', data: 'tail is finished' };

describe('$cancel', () => {
  it('aborts the signal of what runs with that id, and nothing is answered', async () => {
    const client = await openV1(url);
    expect(await client.ask({ path: 'wait', id: 1 }, { path: 'wait', id: '1' })).toEqual([]);
    expect(await client.ask({ path: '$cancel', data: '1' })).toMatchObject([
      { path: 'output', data: 'wait was called off' },
    ]);
    expect(await client.ask({ path: '$cancel', data: '1' })).toEqual([]);
    expect(await client.ask({ path: '$cancel', data: 1 })).toHaveLength(1);
  });

  it('finishes a stream, of which nothing comes any more', async () => {
    const client = await openV1(url);
    await client.ask(tail(100));
    expect(await client.ask({ path: '$cancel', data: 8 })).toEqual([{ ...finished, at: 1, after: 0 }]);
    expect(await client.ask({ path: '$more', data: { id: 8, n: 99 } })).toEqual([]);
  });

  it.each([undefined, null, 99, 'nope', {}, [8], true])(
    'of %j, which does not run, is ignored',
    async (data) => {
      const client = await openV1(url);
      await client.ask(tail(100));
      expect(await client.ask({ path: '$cancel', data })).toEqual([]);
    },
  );

  it('cannot reach what others asked', async () => {
    const [client, other] = [await openV1(url), await openV1(url)];
    await client.ask({ path: 'wait', id: 1 });
    expect(await other.ask({ path: '$cancel', data: 1 })).toEqual([]);
    expect(await client.heard()).toEqual([]);
  });

  it('is what the end of the connection does to everything', async () => {
    const [client, other] = [await openV1(url), await openV1(url)];
    await client.ask({ path: 'wait', id: 1 }, tail(100));
    await client.close();
    expect(await other.ask({ path: 'time', id: 1 })).toHaveLength(1);
  });
});

describe('a stream', () => {
  const numbers = (frames: readonly { readonly [key: string]: unknown }[]) => frames.map(({ n }) => n);
  const upTo = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i);

  it('numbers its items from 1', async () => {
    const client = await openV1(url);
    client.send(tail(2));
    expect(await client.take(4)).toEqual([
      { path: 'tail', data: '1', id: 8, more: true, n: 1 },
      { path: 'tail', data: '2', id: 8, more: true, n: 2 },
      { ...finished, at: 1, after: 0 },
      { path: 'tail', id: 8, end: true },
    ]);
  });

  it('sends 16, and then what $more grants', async () => {
    const client = await openV1(url);
    expect(numbers(await client.ask(tail(100)))).toEqual(upTo(1, 16));
    expect(numbers(await client.ask({ path: '$more', data: { id: 8, n: 24 } }))).toEqual(upTo(17, 24));
    expect(
      await client.ask({ path: '$more', data: { id: 8, n: 24 } }, { path: '$more', data: { id: 8, n: 20 } }),
    ).toEqual([]);
    client.send({ path: '$more', data: { id: 8, n: 32 } });
    expect(numbers(await client.take(8))).toEqual(upTo(25, 32));
  });

  it('is granted 16 items beyond the last that was sent, whatever is asked for', async () => {
    const client = await openV1(url);
    expect(numbers(await client.ask(tail(100)))).toEqual(upTo(1, 16));
    for (const [n, from] of [
      [1_000, 17],
      [Number.MAX_SAFE_INTEGER, 33],
    ] as const) {
      const granted = await client.ask({ path: '$more', data: { id: 8, n } });
      expect(numbers(granted)).toEqual(upTo(from, from + 15));
    }
  });

  it('sends no more than 65,536 characters ahead of what was taken', async () => {
    const client = await openV1(url);
    expect(await client.ask(tail(100, 20_000))).toHaveLength(4);
    // the grant says that one was taken
    expect(await client.ask({ path: '$more', data: { id: 8, n: 17 } })).toHaveLength(1);
    expect(await client.ask({ path: '$more', data: { id: 8, n: 19 } })).toHaveLength(2);
  });

  it('sends an item that is larger than that by itself', async () => {
    const client = await openV1(url);
    client.send(tail(100, 100_000));
    expect(await client.next()).toMatchObject({ n: 1 });
    expect(await client.heard()).toEqual([]);
    client.send({ path: '$more', data: { id: 8, n: 17 } });
    expect(await client.next()).toMatchObject({ n: 2 });
  });

  it.each([
    undefined,
    null,
    5,
    'x',
    {},
    { id: 8 },
    { n: 99 },
    { id: 8, n: '99' },
    { id: 8, n: 1.5 },
    { id: '8', n: 99 },
    { id: 9, n: 99 },
  ])('is granted nothing by %j', async (data) => {
    const client = await openV1(url);
    await client.ask(tail(100));
    expect(await client.ask({ path: '$more', data })).toEqual([]);
  });

  it('runs beside others, each with a window of its own', async () => {
    const client = await openV1(url);
    const frames = await client.ask(tail(100, 1, 1), tail(100, 1, '1'));
    expect(frames.filter(({ id }) => id === 1)).toHaveLength(16);
    expect(frames.filter(({ id }) => id === '1')).toHaveLength(16);
    const granted = await client.ask({ path: '$more', data: { id: '1', n: 17 } });
    expect(granted).toMatchObject([{ id: '1', n: 17 }]);
  });
});

describe('a question of the server', () => {
  /** Lets the server ask the price of tea, and gives its question. */
  async function ask(client: RawSocket) {
    const [question] = await client.ask({ path: 'shop', data: 'tea', id: 1 });
    expect(question).toEqual({
      path: 'price',
      data: { of: 'tea' },
      id: expect.stringMatching(/^s/) as unknown,
    });
    return question!['id'];
  }

  it('is answered on its path and id', async () => {
    const client = await openV1(url);
    const id = await ask(client);
    expect(await client.ask({ path: 'price', data: 12, id })).toEqual([
      { path: 'shop', data: 'it costs 12', id: 1 },
    ]);
  });

  it.each([
    ['a declared error', { error: { code: 'UNKNOWN', message: 'm', data: { of: 'tea' } } }, 'UNKNOWN'],
    [
      'a declared error whose data do not fit',
      { error: { code: 'UNKNOWN', message: 'm' } },
      'invalid_message',
    ],
    ['an answer that does not fit', { data: 'dear' }, 'invalid_message'],
    ['nothing', {}, 'invalid_message'],
    ['an error that is none', { error: 'oops' }, 'internal'],
    ['the word that nobody handles it', { error: { code: 'unknown_path', message: 'm' } }, 'unknown_path'],
  ])('may be answered by %s', async (_what, answer, code) => {
    const client = await openV1(url);
    const id = await ask(client);
    expect(await client.ask({ path: 'price', id, ...answer })).toEqual([
      { path: 'shop', data: `refused: ${code}`, id: 1 },
    ]);
  });

  it('is not answered by another path, another id or another client', async () => {
    const [client, other] = [await openV1(url), await openV1(url)];
    const id = await ask(client);
    expect(await client.ask({ path: 'time', id })).toEqual([{ path: 'time', data: 'noon', id }]);
    expect(
      await client.ask({ path: 'price', data: 1, id: 's999' }, { path: 'price', data: 1, id: 1 }),
    ).toEqual([]);
    expect(await other.ask({ path: 'price', data: 1, id })).toEqual([]);
    expect(await client.ask({ path: 'price', data: 12, id })).toMatchObject([{ data: 'it costs 12' }]);
  });

  it('is answered once; what comes later is ignored', async () => {
    const client = await openV1(url);
    const id = await ask(client);
    const answer = { path: 'price', data: 12, id };
    expect(await client.ask(answer, answer)).toHaveLength(1);
  });
});
