// Groups 3 and 4: reserved bits and opcodes that nobody has negotiated. What stands before them is still answered, what
// stands after them never.
import { answerTo, violation, type Case } from '../case.js';
import { encodeFrame, opcodes, ping, split, text } from '../frame.js';
import { wrap, type Subject } from '../subject.js';

type Pace = 'at once' | 'frame by frame' | 'byte by byte';

/** A text, the wrong frame, a ping. */
function between(id: string, title: string, pace: Pace, wrong: (subject: Subject) => Buffer): Case {
  return violation(id, `${title} between a text and a ping, ${pace}`, 1002, (subject) => {
    const [payload] = wrap(subject, 'Hello, world!') as [Buffer];
    const frames = [text(payload), wrong(subject), ping()];
    const steps =
      pace === 'frame by frame' ? frames : pace === 'at once' ? [frames] : split(Buffer.concat(frames), 1);
    return { steps, answers: [answerTo(subject, payload)], tolerated: [[]] };
  });
}

const withBits = (rsv: number, opcode: number) => (subject: Subject) => {
  const [payload] = wrap(subject, 'Hello, world!') as [Buffer];
  return encodeFrame({ opcode, rsv, payload: opcode === opcodes.text ? payload : 'Hello' });
};

const alone = (id: string, title: string, wrong: (subject: Subject) => Buffer): Case =>
  violation(id, title, 1002, (subject) => ({ steps: [wrong(subject)] }));

/** Group 3. */
export const reservedBits: readonly Case[] = [
  alone('3.1', 'text with reserved bits 1', withBits(1, opcodes.text)),
  between('3.2', 'text with reserved bits 2', 'at once', withBits(2, opcodes.text)),
  between('3.3', 'text with reserved bits 3', 'frame by frame', withBits(3, opcodes.text)),
  between('3.4', 'text with reserved bits 4', 'byte by byte', withBits(4, opcodes.text)),
  alone('3.5', 'binary message with reserved bits 5', withBits(5, opcodes.binary)),
  alone('3.6', 'ping with reserved bits 6', withBits(6, opcodes.ping)),
  alone('3.7', 'close with reserved bits 7', () =>
    encodeFrame({ opcode: opcodes.close, rsv: 7, payload: Buffer.from([0x03, 0xe8]) }),
  ),
];

const withOpcode = (opcode: number, payload: string) => () => encodeFrame({ opcode, payload });

/** Group 4. */
export const reservedOpcodes: readonly Case[] = [3, 11].flatMap((first, index) => {
  const group = `4.${index + 1}`;
  return [
    alone(`${group}.1`, `opcode ${first}`, withOpcode(first, '')),
    alone(`${group}.2`, `opcode ${first + 1} with a payload`, withOpcode(first + 1, 'payload')),
    between(`${group}.3`, `opcode ${first + 2}`, 'at once', withOpcode(first + 2, '')),
    between(
      `${group}.4`,
      `opcode ${first + 3} with a payload`,
      'frame by frame',
      withOpcode(first + 3, 'payload'),
    ),
    between(
      `${group}.5`,
      `opcode ${first + 4} with a payload`,
      'byte by byte',
      withOpcode(first + 4, 'payload'),
    ),
  ];
});
