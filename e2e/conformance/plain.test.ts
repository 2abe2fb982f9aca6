// The plain layer: what any WebSocket in any language can speak. Each test is a sentence of PROTOCOL.md.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open, openV1, refusalOf, type RawFrame } from './raw-socket.js';
import { startTarget, type Target } from './reference-server.js';

let target: Target;
let url: string;
beforeAll(async () => {
  target = await startTarget();
  url = `${target.url}/ws`;
});
afterAll(() => target.close());

const item = (data: string, id: unknown): RawFrame => ({ path: 'tail', data, id, more: true });

describe('data', () => {
  it.each(['{"path":"time"}', '{"path":"time","data":null}', '{"path":"time","data":{}}'])(
    'of a channel that takes nothing may be absent, null or empty: %s',
    async (frame) => {
      const client = await open(url);
      expect(await client.ask(frame)).toEqual([{ path: 'time', data: 'noon' }]);
    },
  );

  it.each([0, '', false, [], 'x', { a: 1 }])(
    'of a channel that takes nothing is otherwise refused: %j',
    async (data) => {
      const client = await open(url);
      expect(await client.ask({ path: 'time', data, id: 1 })).toMatchObject([
        { error: { code: 'invalid_input' } },
      ]);
    },
  );
});

describe('an id', () => {
  it.each([7, 0, -1, 9_007_199_254_740_991, 'a', '', '7', 's1', '🙂'])(
    '%j comes back on the answer',
    async (id) => {
      const client = await open(url);
      expect(await client.ask({ path: 'time', id })).toEqual([{ path: 'time', data: 'noon', id }]);
    },
  );

  it('comes back on the error, on the same path', async () => {
    const client = await open(url);
    const [frame] = await client.ask({ path: 'chat', data: {}, id: 'x' });
    expect(frame).toMatchObject({ path: 'chat', id: 'x', error: { code: 'invalid_input' } });
    expect(frame).not.toHaveProperty('data');
  });

  it('is answered exactly once', async () => {
    const client = await open(url);
    const frames = await client.ask(
      { path: 'chat', data: { text: 'hi' }, id: 1 },
      { path: 'nope', id: 2 },
      { path: 'nothing', id: 3 },
      { path: 'misfit', id: 4 },
    );
    expect(frames.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  });
});

describe('what a route returns', () => {
  it('is the answer, where the message has an id', async () => {
    const client = await open(url);
    expect(await client.ask({ path: 'chat', data: { text: 'hi' }, id: 7 })).toEqual([
      { path: 'chat', data: { id: 'm1' }, id: 7 },
    ]);
  });

  it('is an event to the caller alone, where it has none and the channel has out and no reply', async () => {
    const [client, other] = [await open(url), await open(url)];
    expect(await client.ask({ path: 'time' })).toEqual([{ path: 'time', data: 'noon' }]);
    expect(await other.heard()).toEqual([]);
  });

  it('goes nowhere, where it has none and the channel has a reply or no out', async () => {
    const client = await open(url);
    expect(await client.ask({ path: 'chat', data: { text: 'hi' } })).toEqual([]);
    expect(await client.ask({ path: 'note', data: 'hi' })).toEqual([]);
  });

  it('is no_reply when it is nothing and an answer is due', async () => {
    const client = await open(url);
    expect(await client.ask({ path: 'nothing', id: 1 }, { path: 'note', data: 'x', id: 2 })).toMatchObject([
      { path: 'nothing', id: 1, error: { code: 'no_reply' } },
      { path: 'note', id: 2, error: { code: 'no_reply' } },
    ]);
  });

  it('is an answer without data when nothing is what the channel may answer', async () => {
    const client = await open(url);
    expect(await client.ask({ path: 'maybe', id: 1 })).toEqual([{ path: 'maybe', id: 1 }]);
  });

  it('is nothing at all when it is nothing and no answer is due', async () => {
    const client = await open(url);
    expect(await client.ask({ path: 'nothing' })).toEqual([]);
  });

  it('has lost what the channel does not name', async () => {
    const client = await open(url);
    expect(await client.ask({ path: 'profile' }, { path: 'profile', id: 1 })).toEqual([
      { path: 'profile', data: { name: 'Ann' } },
      { path: 'profile', data: { name: 'Ann' }, id: 1 },
    ]);
  });
});

describe('a stream', () => {
  it('sends its items with more, then its end, all on the id', async () => {
    const client = await open(url);
    client.send({ path: 'tail', data: { count: 2 }, id: 8 });
    expect(await client.take(4)).toEqual([
      item('1', 8),
      item('2', 8),
      { path: 'output', data: 'tail is finished' },
      { path: 'tail', id: 8, end: true },
    ]);
  });

  it('of nothing is its end alone', async () => {
    const client = await open(url);
    client.send({ path: 'tail', data: { count: 0 }, id: 8 });
    expect((await client.take(2))[1]).toEqual({ path: 'tail', id: 8, end: true });
  });

  it('needs an id', async () => {
    const client = await open(url);
    expect(await client.ask({ path: 'tail', data: { count: 2 } })).toMatchObject([
      { path: '$error', data: { code: 'id_required', path: 'tail' } },
    ]);
  });

  it('is not bounded by any window but the network', async () => {
    const client = await open(url);
    client.send({ path: 'tail', data: { count: 1_000 }, id: 8 });
    const frames = await client.take(1_002);
    expect(frames.slice(0, 1_000).map(({ data }) => data)).toEqual(
      Array.from({ length: 1_000 }, (_, n) => `${n + 1}`),
    );
  });

  it('ends with an error where its data do not fit', async () => {
    const client = await open(url);
    expect(await client.ask({ path: 'tail', data: 'x', id: 8 })).toMatchObject([
      { path: 'tail', id: 8, error: { code: 'invalid_input' } },
    ]);
  });
});

describe('a plain client', () => {
  it('may send keys that nobody knows', async () => {
    const client = await open(url);
    const frame = {
      path: 'time',
      id: 1,
      status: 200,
      timestamp: 5,
      client: {},
      room: 'x',
      n: 3,
      seq: 1,
      end: true,
    };
    expect(await client.ask(frame)).toEqual([{ path: 'time', data: 'noon', id: 1 }]);
  });

  it.each([
    '$hello',
    '$join',
    '$leave',
    '$cancel',
    '$more',
    '$ping',
    '$pong',
    '$auth',
    '$welcome',
    '$error',
    '$',
    '$x',
  ])('has no path %s', async (path) => {
    const client = await open(url);
    expect(await client.ask({ path, data: { room: 'open' } })).toMatchObject([
      { path: '$error', data: { code: 'unknown_path', path } },
    ]);
    expect(await client.ask({ path, id: 1 })).toMatchObject([
      { path, id: 1, error: { code: 'unknown_path' } },
    ]);
  });

  it('sees no path of the protocol but $error, and no key of it', async () => {
    const known = `${target.url}/known`;
    const [client, other] = [await open(known), await openV1(known)];
    const enter = { path: 'enter', data: { room: 'open' } };
    client.send(enter, 'no frame', { path: 'nope' });
    other.send(enter, { path: '$join', data: { room: 'open-other' }, id: 1 });
    await other.heard();
    other.send({ path: 'announce', data: { room: 'open', text: 'hi' } });
    other.send({ path: 'chat', data: { text: 'to all' } });
    other.send({ path: 'exit', data: { room: 'open' } });
    await other.heard();
    client.send({ path: 'exit', data: { room: 'open' } }, { path: 'tail', data: { count: 3 }, id: 1 });
    const frames = await client.take(4 + 5);
    expect(new Set(frames.map(({ path }) => path))).toEqual(new Set(['$error', 'output', 'chat', 'tail']));
    const keys = new Set(frames.flatMap((frame) => Object.keys(frame)));
    expect([...keys].sort()).toEqual(['data', 'end', 'id', 'more', 'path']);
  });

  it('hears what is sent to its rooms as ordinary events, and nothing once it has left', async () => {
    const [client, other] = [await open(url), await open(url)];
    await client.ask({ path: 'enter', data: { room: 'open' } });
    await other.ask({ path: 'announce', data: { room: 'open', text: 'a' } });
    expect(await client.heard()).toEqual([{ path: 'output', data: 'a' }]);
    await client.ask({ path: 'exit', data: { room: 'open' } });
    await other.ask({ path: 'announce', data: { room: 'open', text: 'b' } });
    expect(await client.heard()).toEqual([]);
    expect(await other.heard()).toEqual([]);
  });

  it('cannot be asked', async () => {
    const client = await open(url);
    expect(await client.ask({ path: 'shop', data: 'tea', id: 1 })).toEqual([
      { path: 'shop', data: 'refused: unsupported', id: 1 },
    ]);
  });
});

describe('the handshake', () => {
  it('chooses no subprotocol where none is offered, or none that is known', async () => {
    expect((await open(url)).webSocket.protocol).toBe('');
    // a client that offers and gets nothing must fail the connection itself (RFC 6455 section 4.1)
    await expect(open(url, ['wirepact.v2', 'graphql'])).rejects.toThrow('no subprotocol');
  });

  it('refuses a foreign origin with 403, whatever is offered', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      `${target.url.replace('ws', 'http')}.evil.example`,
    ]) {
      expect(await refusalOf(url, [], { origin })).toBe(403);
      expect(await refusalOf(url, ['wirepact.v1'], { origin })).toBe(403);
    }
  });

  it('lets pages of the same origin in', async () => {
    const client = await open(url, [], { origin: target.url.replace(/^ws/, 'http') });
    expect(await client.ask({ path: 'time', id: 1 })).toHaveLength(1);
  });

  it('is answered 401 or 403 when nobody is let in by that name, and 500 when the server cannot say', async () => {
    const offering = (token: string) => [`wirepact.auth.${Buffer.from(token).toString('base64url')}`];
    expect(await refusalOf(`${target.url}/guarded`)).toBe(401);
    expect(await refusalOf(`${target.url}/guarded`, offering('banned'))).toBe(403);
    expect(await refusalOf(`${target.url}/guarded`, offering('broken'))).toBe(500);
  });
});
