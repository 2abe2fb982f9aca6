// S15: what is cheap to parse and dear to handle is refused, and no name out of a message reaches a prototype.
import { expect, test } from 'vitest';
import { settle, startServer } from './guarded-server.js';

const nested = (levels: number, open = '[', close = ']'): string =>
  `{"path":"echo","id":1,"data":${open.repeat(levels)}${open === '[' ? '' : '1'}${close.repeat(levels)}}`;

test.each([65, 5_000, 30_000])('%i levels of arrays or objects are a bad frame', async (levels) => {
  const { greet, sockets } = startServer();
  const client = await greet();
  client.say(nested(levels));
  client.say(nested(levels, '{"a":', '}'));
  expect(client.take()).toMatchObject([{ error: { code: 'bad_frame' } }, { error: { code: 'bad_frame' } }]);
  expect(sockets.stats().badFrames).toBe(2);
});

test('63 levels inside the frame and 10,000 keys in all are handled; one more is not', async () => {
  const { greet } = startServer();
  const client = await greet();
  client.say(nested(63));
  expect(client.take()).toMatchObject([{ path: 'echo', id: 1 }]);
  const items = (count: number, id: number): object => ({
    path: 'echo',
    id,
    data: Array.from({ length: count }, () => 0),
  });
  client.say(items(9_997, 2));
  expect(client.take()).toMatchObject([{ path: 'echo', id: 2 }]);
  client.say(items(9_998, 3));
  expect(client.take()).toMatchObject([{ id: 3, error: { code: 'bad_frame' } }]);
});

test.each([
  '{"path":"echo","data":{"__proto__":{"polluted":1}},"id":1}',
  '{"path":"echo","__proto__":{"polluted":1},"id":1}',
  '{"path":"echo","data":[{"a":{"__proto__":{"polluted":1}}}],"id":1}',
  '{"path":"echo","data":{"\\u005f_proto__":{"polluted":1}},"id":1}',
  '{"path":"echo","data":{"constructor":{"prototype":{"polluted":1}}},"id":1}',
])('%s is a bad frame', async (message) => {
  const { greet } = startServer();
  const client = await greet();
  client.say(message);
  expect(client.take()).toMatchObject([{ path: 'echo', id: 1, error: { code: 'bad_frame' } }]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'])(
  'the name %j is nothing but a name: as a path, a room and an id',
  async (name) => {
    const { greet } = startServer({ rooms: { authorize: () => true } });
    const client = await greet();
    client.say({ path: name, id: 1 });
    expect(client.take()).toMatchObject([{ path: name, id: 1, error: { code: 'unknown_path' } }]);
    client.say({ path: 'echo', data: name, id: name });
    expect(client.take()).toMatchObject([{ path: 'echo', id: name, data: name }]);
    client.say({ path: '$cancel', data: name });
    client.say({ path: '$more', data: { id: name, n: 1 } });
    client.say({ path: '$ack', data: { inbox: name } });
    expect(client.take()).toEqual([]);
    client.say({ path: '$join', data: { room: name, from: [name, 0] }, id: 2 });
    await settle();
    // a client that was in this one could not say where it stands
    const refused = name === '__proto__' && { error: { code: 'invalid_input' } };
    expect(client.take()[0]).toMatchObject({ path: '$join', id: 2, ...refused });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  },
);

test('a path of 256 characters is a path, a longer one is none', async () => {
  const { greet } = startServer();
  const client = await greet();
  client.say({ path: 'p'.repeat(256) });
  client.say({ path: 'p'.repeat(257) });
  expect(client.take()).toMatchObject([{ data: { code: 'unknown_path' } }, { data: { code: 'bad_frame' } }]);
});
