// S12: a message over 262,144 bytes ends the connection with 1009, however it is cut up, and our client does not send it.
import { createClient } from '@wirepact/client';
import { createTestPair } from '@wirepact/core/testing';
import { SocketManager } from '@wirepact/server';
import { expect, onTestFinished, test } from 'vitest';
import { encodeFrame, fragments, opcodes, split, text } from '../conformance/rfc6455/frame.js';
import { channels, startServer } from './guarded-server.js';
import { RawLine } from './raw-line.js';

const maxBytes = 262_144;

/** A `note` of exactly so many bytes. */
const note = (bytes: number): Buffer => {
  const around = '{"path":"note","data":""}'.length;
  return Buffer.from(`{"path":"note","data":"${'x'.repeat(bytes - around)}"}`);
};

const forms: readonly [string, (message: Buffer) => readonly Buffer[]][] = [
  ['in one frame', (message) => [text(message)]],
  ['in chunks of 64 KiB', (message) => split(text(message), 65_536)],
  ['in fragments of 1 KiB', (message) => fragments(opcodes.text, split(message, 1_024))],
  [
    'in 16 fragments in one chunk',
    (message) => [Buffer.concat(fragments(opcodes.text, split(message, 16_400)))],
  ],
];

test.each(forms)('%s: at the bound it is handled, a byte more is 1009', async (_how, cut) => {
  const { sockets, handled } = startServer();
  const line = await RawLine.open(sockets);
  line.write(...cut(note(maxBytes)));
  await line.settle();
  expect([handled.length, line.code]).toEqual([1, undefined]);
  line.write(...cut(note(maxBytes + 1)));
  await line.settle();
  expect([handled.length, line.code]).toEqual([1, 1009]);
  expect(sockets.stats().received).toBe(1);
});

test('a length that is only announced is refused before its bytes come', async () => {
  const { sockets } = startServer();
  for (const announced of [maxBytes + 1, 2 ** 31, 2 ** 53 - 1]) {
    const line = await RawLine.open(sockets);
    const head = encodeFrame({ opcode: opcodes.text, payload: Buffer.alloc(65_536) }).subarray(0, 14);
    head.writeBigUInt64BE(BigInt(announced), 2);
    line.write(head);
    await line.settle();
    expect(line.code, String(announced)).toBe(1009);
  }
});

test('what is sent is 4 MiB at most: whoever sends more is told, and a route that returns more answers internal', async () => {
  const large = 'x'.repeat(4 * 1_024 * 1_024);
  const { greet, sockets, errors } = startServer({ routes: { echo: () => large } });
  const client = await greet();
  const tooLarge = expect.objectContaining({ code: 'message_too_large' }) as Error;
  expect(() => sockets.sendToAll('notice', large)).toThrow(tooLarge);
  const [socket] = sockets.clients();
  expect(() => socket?.send('notice', large)).toThrow(tooLarge);
  sockets.sendToAll('notice', large.slice(2));
  client.take();
  client.say({ path: 'echo', id: 1 });
  expect(client.take()).toMatchObject([{ id: 1, error: { code: 'internal' } }]);
  expect(errors).toEqual([tooLarge]);
});

test('our client is told of the bound and refuses for itself: no close, and no loop of returns', async () => {
  const pair = await createTestPair({
    sockets: ({ clock }) => new SocketManager(channels, { clock, routes: { note: () => undefined } }),
    client: (options) => createClient<typeof channels>(options),
  });
  onTestFinished(() => pair.close());
  expect(() => pair.client.send('note', 'x'.repeat(maxBytes))).toThrow(
    expect.objectContaining({ code: 'message_too_large' }) as Error,
  );
  await pair.settle();
  expect(pair.client.status.name).toBe('connected');
  expect(pair.sockets.stats()).toMatchObject({
    connected: 1,
    disconnected: 0,
    received: expect.any(Number) as number,
  });
});

test('a client that sends it all the same is closed for good and does not return', async () => {
  const { afterClose } = await import('@wirepact/core/internal');
  expect(afterClose(1009)).toBe('stay');
});
