// S14: compression is off; where it is on, nothing is kept from one message to the next, and what swells is cut off in time.
import { deflateRawSync, inflateRawSync, constants } from 'node:zlib';
import { expect, test } from 'vitest';
import { encodeFrame, opcodes, split, text } from '../conformance/rfc6455/frame.js';
import { startServer } from './guarded-server.js';
import { RawLine } from './raw-line.js';

const offered = (offer: string) => ({ 'sec-websocket-extensions': offer });
const agreed = (line: RawLine): string | undefined =>
  /^sec-websocket-extensions: (.*)$/im.exec(line.head)?.[1];

/** A payload as RFC 7692 section 7.2.1 has it, without its tail. */
const deflate = (bytes: Buffer): Buffer =>
  deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, windowBits: 10 }).subarray(0, -4);
const compressed = (payload: Buffer, fin = true): Buffer =>
  encodeFrame({ opcode: opcodes.text, payload, rsv: 4, fin });

test('it is off: an offer is not taken up, and a compressed frame is a violation', async () => {
  const { sockets } = startServer();
  const line = await RawLine.open(sockets, offered('permessage-deflate'));
  expect(agreed(line)).toBeUndefined();
  line.write(compressed(deflate(Buffer.from('{"path":"note"}'))));
  await line.settle();
  expect(line.code).toBe(1002);
});

const forgetting = 'server_no_context_takeover; client_no_context_takeover';

test.each([
  ['permessage-deflate', `permessage-deflate; server_max_window_bits=10; ${forgetting}`],
  ['permessage-deflate; client_max_window_bits', 10],
  ['permessage-deflate; client_max_window_bits=15; server_max_window_bits=15', 10],
  ['permessage-deflate; server_max_window_bits=9', 9],
  ['permessage-deflate; client_max_window_bits=9', 9],
  ['x-foo, permessage-deflate; server_max_window_bits=7, permessage-deflate', 10],
] as const)('where it is on, %j is agreed on without a dictionary that is kept', async (offer, expected) => {
  const { sockets } = startServer({ compression: true });
  const line = await RawLine.open(sockets, offered(offer));
  const terms = agreed(line)?.split('; ').sort();
  expect(terms).toEqual(expect.arrayContaining(forgetting.split('; ')));
  if (typeof expected === 'number') expect(terms?.join(' ')).toContain(`_max_window_bits=${expected}`);
  else expect(terms).toEqual(expected.split('; ').sort());
  expect(terms?.some((term) => /=(1[1-5])$/.test(term))).toBe(false);
});

test.each([
  'permessage-deflate; server_max_window_bits=7',
  'permessage-deflate; server_max_window_bits',
  'permessage-deflate; client_max_window_bits=16',
  'permessage-deflate; client_max_window_bits=08',
  'permessage-deflate; no_such_thing',
  'permessage-deflate; server_no_context_takeover=1',
  'permessage-deflate; server_no_context_takeover; server_no_context_takeover',
  'permessage-deflate; =',
  'x-webkit-deflate-frame',
  ',,;;',
])('what cannot be agreed on, %j, is declined and the connection goes on without', async (offer) => {
  const { sockets, handled } = startServer({ compression: true });
  const line = await RawLine.open(sockets, offered(offer));
  expect(agreed(line)).toBeUndefined();
  line.write(text('{"path":"note","data":1}'));
  await line.settle();
  expect(handled).toEqual([1]);
});

test('small messages go as they are; large ones can be inflated one by one, with a window of a kilobyte', async () => {
  const { sockets } = startServer({ compression: true });
  const line = await RawLine.open(sockets, offered('permessage-deflate'));
  const large = Array.from({ length: 400 }, (_, index) => `line ${index}`);
  line.write(text(JSON.stringify({ path: 'echo', data: 'small', id: 1 })));
  for (const id of [2, 3])
    line.write(compressed(deflate(Buffer.from(JSON.stringify({ path: 'echo', data: large, id })))));
  while (line.answers.length < 3) await line.settle();
  const [small, ...others] = line.answers;
  expect(small).not.toHaveProperty('isDeflated');
  for (const { payload, isDeflated } of others) {
    expect(isDeflated).toBe(true);
    const whole = inflateRawSync(Buffer.concat([payload, Buffer.from([0, 0, 255, 255])]), {
      windowBits: 10,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    expect(JSON.parse(whole.toString())).toMatchObject({ path: 'echo', data: large });
  }
});

test.each([
  ['in one frame', (bomb: Buffer) => [compressed(bomb)]],
  [
    'in fragments of 100 bytes',
    (bomb: Buffer) => {
      const parts = split(bomb, 100);
      return parts.map((payload, index) =>
        index === 0
          ? compressed(payload, parts.length === 1)
          : encodeFrame({ opcode: opcodes.continuation, payload, fin: index === parts.length - 1 }),
      );
    },
  ],
])('a message that swells a thousandfold is cut off at 256 KiB: %s', async (_how, cut) => {
  const { sockets } = startServer({ compression: true });
  const line = await RawLine.open(sockets, offered('permessage-deflate'));
  const bomb = deflateRawSync(Buffer.alloc(64 * 1_024 * 1_024, ' '), { level: 9 });
  expect(bomb.length).toBeLessThan(70_000);
  const before = process.memoryUsage().arrayBuffers;
  line.write(...cut(bomb));
  while (line.code === undefined) await line.settle();
  expect(line.code).toBe(1009);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1_024 * 1_024);
  expect(sockets.stats().received).toBe(0);
});

test('what comes behind a violation is not read, also where both waited for a message that was being inflated', async () => {
  const { sockets } = startServer({ compression: true });
  const violations = [
    text(Buffer.from('fffefd', 'hex')),
    encodeFrame({ opcode: opcodes.close, payload: 'xx' }),
  ];
  for (const violation of violations) {
    const line = await RawLine.open(sockets, offered('permessage-deflate'));
    const large = deflate(Buffer.from(JSON.stringify({ path: 'note', data: 'x'.repeat(200_000) })));
    line.write(compressed(large), violation, Buffer.alloc(50, 1), compressed(large), Buffer.alloc(50, 1));
    while (line.code === undefined) await line.settle();
    expect([1002, 1007]).toContain(line.code);
    await line.settle();
  }
  // what was thrown meanwhile, nobody could have caught
  expect(sockets.stats().received).toBe(violations.length);
});

test('what cannot be inflated fails the connection, and nothing else', async () => {
  const { sockets } = startServer({ compression: true });
  const line = await RawLine.open(sockets, offered('permessage-deflate'));
  line.write(compressed(Buffer.from('this was never deflated')));
  while (line.code === undefined) await line.settle();
  expect([1002, 1007]).toContain(line.code);
});
