// What wrong messages get: an error for their sender, and nothing for anybody else. The connection stays open.
import { createConnection, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getOrdinarily, open, openV1, refusalOf, type RawSocket } from './raw-socket.js';
import { startTarget, type Target } from './reference-server.js';

let target: Target;
let url: string;
beforeAll(async () => {
  target = await startTarget();
  url = `${target.url}/ws`;
});
afterAll(() => target.close());

const nested = (levels: number, open = '[', close = ']'): string =>
  `{"path":"note","data":${open.repeat(levels)}${open === '[' ? '' : '1'}${close.repeat(levels)}}`;

/** Whether the connection still does its work. */
const isWell = async (client: RawSocket): Promise<boolean> => {
  const [frame] = await client.ask({ path: 'time', id: 'well?' });
  return frame?.['data'] === 'noon';
};

describe.each([
  ['plain', () => open(url)],
  ['wirepact.v1', () => openV1(url)],
])('on a connection that speaks %s', (_layer, connect) => {
  it.each([
    ['is not JSON', 'hello'],
    ['is nothing', ''],
    ['is half a frame', '{"path":"time"'],
    ['is two frames', '{"path":"time"}{"path":"time"}'],
    ['is null', 'null'],
    ['is a number', '5'],
    ['is a string', '"time"'],
    ['is an array', '[{"path":"time"}]'],
    ['has no path', '{}'],
    ['has an empty path', '{"path":""}'],
    ['has a path that is no string', '{"path":5}'],
    ['has a path of 257 characters', JSON.stringify({ path: 'p'.repeat(257) })],
    ['has an id that is null', '{"path":"time","id":null}'],
    ['has an id that is an object', '{"path":"time","id":{}}'],
    ['has an id that is no whole number', '{"path":"time","id":1.5}'],
    ['has an id that JavaScript cannot hold', '{"path":"time","id":1e300}'],
    ['nests 65 levels deep', nested(65)],
    ['nests 5,000 levels deep', nested(5_000)],
    ['nests 30,000 levels deep', nested(30_000)],
    ['nests 30,000 objects', nested(30_000, '{"a":', '}')],
    ['has 10,001 items', JSON.stringify({ path: 'note', data: Array.from({ length: 10_000 }, () => 0) })],
    ['has a key __proto__', '{"path":"note","data":{"__proto__":{"polluted":true}}}'],
    ['has a key __proto__ beside its path', '{"path":"note","__proto__":{"polluted":true}}'],
    [
      'has a constructor with a prototype',
      '{"path":"note","data":{"constructor":{"prototype":{"polluted":true}}}}',
    ],
    ['is binary', Buffer.from('{"path":"time"}')],
    ['is binary and empty', Buffer.alloc(0)],
  ])('a message that %s is answered by bad_frame', async (_what, message) => {
    const client = await connect();
    const frames = await client.ask(message);
    expect(frames).toMatchObject([{ path: '$error', data: { code: 'bad_frame' } }]);
    expect(frames[0]!['data']).not.toHaveProperty('path');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(await isWell(client)).toBe(true);
  });

  it('a message at the bounds is none of these', async () => {
    const client = await connect();
    for (const message of [
      nested(64),
      JSON.stringify({ path: 'note', data: Array.from({ length: 9_998 }, () => 0) }),
    ]) {
      expect(await client.ask(message)).toMatchObject([{ data: { code: 'invalid_input', path: 'note' } }]);
    }
    const path = 'p'.repeat(256);
    expect(await client.ask({ path })).toMatchObject([{ data: { code: 'unknown_path', path } }]);
  });

  it.each([
    'nope',
    'output',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'TIME',
    'time ',
  ])('the path %j, which no route takes, is answered by unknown_path', async (path) => {
    const client = await connect();
    expect(await client.ask({ path })).toMatchObject([
      { path: '$error', data: { code: 'unknown_path', path } },
    ]);
    expect(await client.ask({ path, id: 5 })).toMatchObject([
      { path, id: 5, error: { code: 'unknown_path' } },
    ]);
  });

  it('data that do not fit are answered by invalid_input and what is wrong with them', async () => {
    const client = await connect();
    const wrong = {
      code: 'invalid_input',
      message: expect.stringContaining('chat') as unknown,
      issues: [{ message: expect.any(String) as unknown, path: ['text'] }],
    };
    expect(await client.ask({ path: 'chat', data: { text: 5 }, id: 1 })).toEqual([
      { path: 'chat', id: 1, error: wrong },
    ]);
    expect(await client.ask({ path: 'chat', data: { text: 5 } })).toEqual([
      { path: '$error', data: { ...wrong, path: 'chat' } },
    ]);
    expect(await client.ask({ path: 'chat', id: 1 })).toMatchObject([{ error: { code: 'invalid_input' } }]);
  });

  it('a declared error is answered with its code and data', async () => {
    const client = await connect();
    const muted = { code: 'MUTED', message: expect.any(String) as unknown, data: { until: 'later' } };
    expect(await client.ask({ path: 'chat', data: { text: 'shout' }, id: 1 })).toEqual([
      { path: 'chat', id: 1, error: muted },
    ]);
    expect(await client.ask({ path: 'chat', data: { text: 'shout' } })).toEqual([
      { path: '$error', data: { ...muted, path: 'chat' } },
    ]);
  });

  it.each(['error', 'undeclared'])(
    'what a route throws otherwise (%s) is answered by internal, and nothing of it is told',
    async (data) => {
      const client = await connect();
      const error = { code: 'internal', message: '[internal] the server failed to handle "throws"' };
      expect(await client.ask({ path: 'throws', data, id: 1 })).toEqual([{ path: 'throws', id: 1, error }]);
      expect(await client.ask({ path: 'throws', data })).toEqual([
        { path: '$error', data: { ...error, path: 'throws' } },
      ]);
    },
  );

  it('what a route refuses on purpose is answered with the code of that', async () => {
    const client = await connect();
    expect(await client.ask({ path: 'throws', data: 'forbidden', id: 1 })).toEqual([
      { path: 'throws', id: 1, error: { code: 'forbidden', message: 'members only' } },
    ]);
  });

  it('an answer that does not fit is never sent: internal', async () => {
    const client = await connect();
    expect(await client.ask({ path: 'misfit', id: 1 })).toMatchObject([
      { path: 'misfit', id: 1, error: { code: 'internal' } },
    ]);
    expect(await client.ask({ path: 'misfit' })).toMatchObject([
      { path: '$error', data: { code: 'internal', path: 'misfit' } },
    ]);
  });

  it('more than 64 streams at a time are answered by overloaded', async () => {
    const client = await connect();
    const endless = { count: 1e9, size: 1_000 };
    // who does not read lets nothing end
    client.webSocket.pause();
    for (let id = 1; id <= 65; id += 1) client.send({ path: 'tail', data: endless, id });
    client.webSocket.resume();
    for (let frame = await client.next(); ; frame = await client.next()) {
      if (frame['error'] === undefined) continue;
      expect(frame).toMatchObject({ path: 'tail', id: 65, error: { code: 'overloaded' } });
      break;
    }
    client.webSocket.terminate();
  });

  it('more than 64 messages at a time wait for their turn', async () => {
    const client = await connect();
    for (let id = 1; id <= 64; id += 1) client.send({ path: 'wait', id });
    client.send({ path: 'time', id: 'last' });
    expect(await client.heard()).toEqual([]);
    await client.close();
  });

  it('a message of more than 262,144 bytes closes the connection with 1009, and one of that size does not', async () => {
    const client = await connect();
    const ofSize = (bytes: number): string => {
      const empty = JSON.stringify({ path: 'note', data: '' });
      return JSON.stringify({ path: 'note', data: 'x'.repeat(bytes - empty.length) });
    };
    expect(await client.ask(ofSize(262_144))).toEqual([]);
    client.send(ofSize(262_145));
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  it('a message in fragments that is larger does so too', async () => {
    const client = await connect();
    const part = 'x'.repeat(100_000);
    client.webSocket.send('{"path":"note","data":"', { fin: false });
    for (let n = 0; n < 3; n += 1) client.webSocket.send(part, { fin: false });
    client.webSocket.send('"}', { fin: true });
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  it('a message in fragments that is not larger is a message', async () => {
    const client = await connect();
    client.webSocket.send('{"path":', { fin: false });
    client.webSocket.send('"time"', { fin: false });
    client.webSocket.send(',"id":1}', { fin: true });
    expect(await client.next()).toMatchObject({ id: 1, data: 'noon' });
  });

  it('however much is wrong, others notice nothing', async () => {
    const [client, other] = [await connect(), await connect()];
    const frames = await client.ask(
      'a',
      'b',
      'c',
      Buffer.from('d'),
      { path: 'nope' },
      { path: 'throws', data: 'error' },
    );
    expect(frames).toHaveLength(6);
    expect(await other.heard()).toEqual([]);
    expect(await isWell(client)).toBe(true);
  });
});

describe('what is not WebSocket', () => {
  /** Shakes hands by hand, then sends these bytes. */
  async function sendRaw(bytes: Buffer): Promise<Buffer> {
    const { hostname, port } = new URL(url);
    const socket: Socket = createConnection(Number(port), hostname);
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await once(socket, 'data');
    const answered: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => answered.push(chunk));
    socket.write(bytes);
    await once(socket, 'end');
    socket.end();
    return Buffer.concat(answered);
  }
  const closeCode = (frame: Buffer): number => {
    expect(frame[0]).toBe(0x88);
    return frame.readUInt16BE(2);
  };
  const masked = (first: number, payload: Buffer): Buffer =>
    Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload]);

  it.each([
    ['a frame without a mask', Buffer.from([0x81, 0x01, 0x61]), 1002],
    ['an opcode that is none', masked(0x83, Buffer.from('a')), 1002],
    ['a reserved bit', masked(0xc1, Buffer.from('a')), 1002],
    ['text that is not UTF-8', masked(0x81, Buffer.from([0xff, 0xfe])), 1007],
    ['a close code that is none', masked(0x88, Buffer.from([0x00, 0x05])), 1002],
  ])('%s closes the connection with %i', async (_what, bytes, code) => {
    expect(closeCode(await sendRaw(bytes))).toBe(code);
    expect(await isWell(await open(url))).toBe(true);
  });

  it('an ordinary request is answered by 426', async () => {
    expect(await getOrdinarily(url)).toEqual({ status: 426, upgrade: 'websocket' });
  });

  it('an upgrade at another path is answered by 404', async () => {
    expect(await refusalOf(`${target.url}/nope`)).toBe(404);
  });
});
