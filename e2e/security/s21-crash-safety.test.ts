// S21: nothing that a client does ends the process: not what it says, not how it leaves, not what it makes a handler throw.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { encodeFrame, opcodes, text } from '../conformance/rfc6455/frame.js';
import { handshakeKey, RawClient } from '../conformance/rfc6455/raw-client.js';
import { channels, settle, startServer } from './guarded-server.js';
import { RawLine } from './raw-line.js';

const secret = 'hunter2';

/** What handlers throw. */
const thrown: readonly [string, unknown][] = [
  ['an error', new Error(secret)],
  ['an error with a cause', new Error('x', { cause: secret })],
  ['a string', secret],
  ['nothing', undefined],
  ['null', null],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { secret })],
  ['an object whose text throws', { toString: () => { throw new Error(secret); } }], // prettier-ignore
  ['a proxy that refuses everything', new Proxy({}, { get: () => { throw new Error(secret); } })], // prettier-ignore
];

test.each(thrown)(
  'a handler that throws or rejects with %s answers internal, and says nothing of it',
  async (_what, error) => {
    const { greet } = startServer({
      onError: () => {
        throw new Error('onError is broken, too');
      },
      rooms: {
        authorize: () => {
          throw error;
        },
      },
      event: {
        onConnect: () => {
          throw error;
        },
        // eslint-disable-next-line @typescript-eslint/no-misused-promises -- plain JavaScript may hand in what it likes
        onMessage: async () => {
          throw error;
        },
        onDisconnect: () => {
          throw error;
        },
      },
      routes: {
        echo: () => {
          throw error;
        },
        fail: async () => {
          throw error;
        },
      },
    });
    const client = await greet();
    client.say({ path: 'echo', id: 1 });
    client.say({ path: 'fail', data: 'x', id: 2 });
    client.say({ path: 'nope', id: 3 });
    client.say({ path: '$join', data: { room: 'lobby' }, id: 4 });
    await settle();
    const frames = client.take();
    expect(frames.map(({ id, error: told }) => [id, told?.code]).sort()).toEqual([
      [1, 'internal'],
      [2, 'internal'],
      [3, 'internal'],
      [4, 'denied'],
    ]);
    expect(JSON.stringify(frames)).not.toMatch(/hunter2|\.ts|at .*\(/);
  },
);

test('a promise that comes where none is waited for, and rejects, ends nothing, and onError is told', async () => {
  const { connect, greet, errors, statusOf } = startServer({
    routes: {
      // @ts-expect-error -- plain JavaScript may forget the star
      tail: async () => {
        throw new Error('the stream');
      },
      echo: () => new Proxy({}, { get: () => { throw new Error('the proxy'); } }), // prettier-ignore
    },
  });
  const client = await greet();
  client.say({ path: 'tail', id: 1 });
  client.say({ path: 'echo', id: 2 });
  await settle();
  expect(client.take().map(({ id, error }) => [id, error?.code])).toEqual([
    [1, 'internal'],
    [2, 'internal'],
  ]);
  expect(errors.map(String).sort()).toEqual([
    'Error: the proxy',
    'Error: the stream',
    expect.stringContaining('TypeError'),
  ]);
  expect(await statusOf()).toBe(101);
  (await connect()).cut();
});

test('origins that is async and rejects lets nobody in, ends nothing, and onError is told', async () => {
  const { statusOf, errors } = startServer({
    // @ts-expect-error -- plain JavaScript may hand in what it likes
    origins: async () => {
      throw new Error('the origins');
    },
  });
  expect(await statusOf()).toBe(403);
  await settle();
  expect(errors.map(String)).toEqual(['Error: the origins']);
});

test('a socket that is reset at any moment of its life ends nothing', async () => {
  const { sockets } = startServer({ authenticate: () => settle() });
  const server = createServer();
  onTestFinished(() => void server.close());
  sockets.attach(server, { path: '/ws' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const bytes = Buffer.concat([
    Buffer.from(
      `GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${handshakeKey}\r\n\r\n`,
    ),
    text('{"path":"note","data":1}'),
    encodeFrame({ opcode: opcodes.text, payload: 'half', rsv: 7 }),
  ]);
  for (let at = 1; at <= bytes.length; at += 9) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(bytes.subarray(0, at));
    if (at % 2 === 0) await settle();
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
  const well = await RawClient.open(`ws://127.0.0.1:${port}/ws`);
  well.write([text('{"path":"echo","data":"well","id":1}')]);
  await well.until(() => well.answers.length > 0);
  expect(well.answers[0]?.payload.toString()).toContain('"well"');
  well.destroy();
});

test('what comes behind a violation, and a second one, meets nobody', async () => {
  const { sockets, handled } = startServer();
  const line = await RawLine.open(sockets);
  line.write(
    Buffer.concat([
      encodeFrame({ opcode: opcodes.text, payload: 'x', masked: false }),
      encodeFrame({ opcode: 3 }),
      text('{"path":"note","data":"behind"}'),
    ]),
  );
  await line.settle();
  line.destroy();
  await line.settle();
  expect([line.code, handled.length]).toEqual([1002, 0]);
  expect(Object.keys(channels)).toContain('note');
});
