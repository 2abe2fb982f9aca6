// S19: text that is not UTF-8 ends the connection with 1007 before anybody sees it; the 145 cases are in the conformance suite.
import { expect, test } from 'vitest';
import { closePayload, encodeFrame, fragments, opcodes, split, text } from '../conformance/rfc6455/frame.js';
import { startServer } from './guarded-server.js';
import { RawLine } from './raw-line.js';

const wrong = ['ff', 'c0af', 'eda080', 'f4908080', 'f8888080a0', 'c3', 'e282', 'c328'];
const note = (hex: string): Buffer =>
  Buffer.concat([Buffer.from('{"path":"note","data":"'), Buffer.from(hex, 'hex'), Buffer.from('"}')]);

test.each(wrong)('%s, in one frame or cut at every byte', async (hex) => {
  const { sockets, handled } = startServer();
  const forms = [[text(note(hex))], fragments(opcodes.text, split(note(hex), 1))];
  for (const chunks of forms) {
    const line = await RawLine.open(sockets);
    line.write(...chunks);
    await line.settle();
    expect(line.code).toBe(1007);
  }
  expect(handled).toEqual([]);
});

test.each(['ff', 'c0', 'eda0', 'f490', 'f8'])('%s, before the message is whole', async (hex) => {
  const { sockets } = startServer();
  const whole = note(`${hex}${'80'.repeat(1_000)}`);
  const end = note('').length - 2 + hex.length / 2;
  const forms = [
    [text(whole).subarray(0, 8 + end)],
    fragments(opcodes.text, split(whole, end)).slice(0, 1),
    fragments(opcodes.text, split(whole, 1)).slice(0, end),
  ];
  for (const chunks of forms) {
    const line = await RawLine.open(sockets);
    line.write(...chunks.slice(0, -1), chunks.at(-1)!.subarray(0, -1));
    await line.settle();
    expect(line.code).toBeUndefined();
    line.write(chunks.at(-1)!.subarray(-1));
    await line.settle();
    expect([line.code, line.isOver]).toEqual([1007, true]);
  }
});

test('after what came before it in one piece was handled', async () => {
  const { sockets, handled } = startServer();
  const line = await RawLine.open(sockets);
  line.write(Buffer.concat([text(note('61')), text(note('62ff')).subarray(0, -1)]));
  await line.settle();
  expect([handled, line.code]).toEqual([['a'], 1007]);
});

test('in the reason of a close', async () => {
  const { sockets } = startServer();
  const line = await RawLine.open(sockets);
  line.write(
    encodeFrame({ opcode: opcodes.close, payload: closePayload(1000, Buffer.from('eda080', 'hex')) }),
  );
  await line.settle();
  expect(line.code).toBe(1007);
});

test('what is UTF-8 arrives, also where it is cut inside a letter', async () => {
  const { sockets, handled } = startServer();
  const line = await RawLine.open(sockets);
  line.write(...fragments(opcodes.text, split(note(Buffer.from('é€🙂').toString('hex')), 1)));
  await line.settle();
  expect(handled).toEqual(['é€🙂']);
});
