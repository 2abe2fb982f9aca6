// S13: a message comes in 1,024 fragments and 4,096 unread chunks at most; who is slow and honest is far from both.
import { expect, test } from 'vitest';
import { encodeFrame, fragments, opcodes, split, text } from '../conformance/rfc6455/frame.js';
import { startServer } from './guarded-server.js';
import { RawLine } from './raw-line.js';

const note = Buffer.from(`{"path":"note","data":"${'x'.repeat(65_536 - 25)}"}`);
const empty = (): Buffer => encodeFrame({ opcode: opcodes.continuation, fin: false });
const start = encodeFrame({ opcode: opcodes.text, payload: '{', fin: false });

test('1,024 fragments are a message, one more is 1008', async () => {
  const { sockets, handled } = startServer();
  const line = await RawLine.open(sockets);
  const pieces = fragments(opcodes.text, [...split(note, Math.ceil(note.length / 1_024))]);
  const padding = Array.from({ length: 1_024 - pieces.length }, () => empty());
  const parts = [pieces[0]!, ...padding, ...pieces.slice(1)];
  expect(parts).toHaveLength(1_024);
  line.write(...parts);
  await line.settle();
  expect([handled.length, line.code]).toEqual([1, undefined]);
  line.write(start, ...Array.from({ length: 1_024 }, () => empty()));
  await line.settle();
  expect(line.code).toBe(1008);
});

test('a flood of fragments that never end costs no more than the bound', async () => {
  const { sockets } = startServer();
  const line = await RawLine.open(sockets);
  line.write(start);
  const flood = Buffer.concat(Array.from({ length: 10_000 }, () => empty()));
  line.write(flood);
  await line.settle();
  expect(line.code).toBe(1008);
});

test('a frame that drips in byte by byte may take 4,096 chunks, and no more', async () => {
  const { sockets, handled } = startServer();
  const message = (bytes: number): Buffer => text(`{"path":"note","data":"${'x'.repeat(bytes - 8 - 25)}"}`);
  const patient = await RawLine.open(sockets);
  patient.write(...split(message(4_000), 1));
  await patient.settle();
  expect([handled.length, patient.code]).toEqual([1, undefined]);
  const line = await RawLine.open(sockets);
  line.write(...split(message(8_000), 1));
  await line.settle();
  expect([handled.length, line.code]).toEqual([1, 1008]);
});

test('64 KiB in fragments of 1 KiB at 64 kbit/s arrive, and the line is not taken for dead meanwhile', async () => {
  const { sockets, clock, handled } = startServer();
  const line = await RawLine.open(sockets);
  const chunkBytes = 80;
  for (const chunk of split(Buffer.concat(fragments(opcodes.text, split(note, 1_024))), chunkBytes)) {
    clock.advance((chunkBytes * 8) / 64);
    line.write(chunk);
    if (line.answers.length > 0) await line.settle();
  }
  await line.settle();
  expect([handled.length, line.code]).toEqual([1, undefined]);
});
