// What the application is told of a close, beside what the peer is told: group 7 sees the wire only.
import { expect, test } from 'vitest';
import { startEchoServer } from './echo-server.js';
import { close, encodeFrame } from './frame.js';
import { RawClient } from './raw-client.js';

/** Both ends' view of a connection on which this was written. */
async function endOf(bytes: Buffer): Promise<{ wire: number | undefined; told: unknown }> {
  const { url, ended, untilEmpty } = await startEchoServer();
  const client = await RawClient.open(url);
  client.willClose();
  client.write([bytes]);
  await client.until(() => false);
  await untilEmpty();
  return { wire: client.closeFrame?.readUInt16BE(), told: ended[0] };
}

test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999])(
  'the reserved code %i is a violation, and nobody is told it as a reason',
  async (code) => {
    const { wire, told } = await endOf(close(code, 'why'));
    expect(wire).toBe(1002);
    expect(told).toMatchObject({ code: 1002 });
  },
);

test.each([1000, 1001, 1011, 1012, 1013, 1014, 3000, 4999])(
  'the code %i is told as it came',
  async (code) => {
    expect(await endOf(close(code, 'why'))).toEqual({ wire: code, told: { code, reason: 'why' } });
  },
);

test.each([
  ['a frame that is not masked', encodeFrame({ opcode: 1, payload: 'hi', masked: false }), 1002],
  ['text that is not UTF-8', encodeFrame({ opcode: 1, payload: Buffer.from([0xff]) }), 1007],
  ['a message over the limit', encodeFrame({ opcode: 1, payload: Buffer.alloc(262_145, '*') }), 1009],
  ['a length that no message can have', Buffer.from('81ffffffffffffffffff00000000', 'hex'), 1009],
])('%s is told with the code that the peer is sent', async (_what, bytes, code) => {
  const { wire, told } = await endOf(bytes);
  expect(wire).toBe(code);
  expect(told).toMatchObject({ code });
});
