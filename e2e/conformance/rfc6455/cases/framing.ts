// Group 1: messages of every length that is written differently, and group 10: one that a client cuts up by itself.
import { answerTo, exchange, type Case } from '../case.js';
import { binary, fragments, opcodes, split, text } from '../frame.js';
import { fill } from '../subject.js';

const lengths = [0, 125, 126, 127, 128, 65_535, 65_536];
const pieceBytes = 997;

const texts = lengths.map((bytes, index) =>
  exchange(`1.1.${index + 1}`, `text of ${bytes} bytes`, (subject) => {
    const payload = fill(subject, bytes);
    return { steps: [text(payload)], answers: [answerTo(subject, payload)] };
  }),
);

const binaries = lengths.map((bytes, index) =>
  exchange(`1.2.${index + 1}`, `binary message of ${bytes} bytes`, (subject) => {
    const payload = Buffer.alloc(bytes, 0xfe);
    return { steps: [binary(payload)], answers: [subject.answer(opcodes.binary, payload)] };
  }),
);

/** Group 1. */
export const framing: readonly Case[] = [
  ...texts,
  exchange('1.1.8', `text of 65536 bytes in pieces of ${pieceBytes}`, (subject) => {
    const payload = fill(subject, 65_536);
    return { steps: split(text(payload), pieceBytes), answers: [answerTo(subject, payload)] };
  }),
  ...binaries,
  exchange('1.2.8', `binary message of 65536 bytes in pieces of ${pieceBytes}`, (subject) => {
    const payload = Buffer.alloc(65_536, 0xfe);
    return {
      steps: split(binary(payload), pieceBytes),
      answers: [subject.answer(opcodes.binary, payload)],
    };
  }),
];

/** Group 10. */
export const autoFragment: readonly Case[] = [
  exchange('10.1.1', 'text of 65536 bytes in fragments of 1300', (subject) => {
    const payload = fill(subject, 65_536);
    return { steps: fragments(opcodes.text, split(payload, 1_300)), answers: [answerTo(subject, payload)] };
  }),
];
