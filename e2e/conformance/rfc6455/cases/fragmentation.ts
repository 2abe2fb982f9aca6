// Group 5: messages in fragments, control frames between them, and fragments where there can be none.
import { answerTo, exchange, violation, type Case, type Step } from '../case.js';
import { encodeFrame, fragments, opcodes, ping, split, text } from '../frame.js';
import { pongOf, wrap, type Subject } from '../subject.js';

const paces = [
  ['at once', (frames: Buffer[]): Step[] => [frames]],
  ['frame by frame', (frames: Buffer[]): Step[] => frames],
  ['byte by byte', (frames: Buffer[]): Step[] => split(Buffer.concat(frames), 1)],
] as const;

const two = (subject: Subject): Buffer[] => wrap(subject, 'fragment1', 'fragment2');

const plain = paces.map(([pace, steps], index) =>
  exchange(`5.${index + 3}`, `text in two fragments, ${pace}`, (subject) => ({
    steps: steps(fragments(opcodes.text, two(subject))),
    answers: [answerTo(subject, ...two(subject))],
  })),
);

const interleaved = paces.map(([pace, steps], index) =>
  exchange(`5.${index + 6}`, `ping between two fragments, ${pace}`, (subject) => {
    const [first, second] = fragments(opcodes.text, two(subject)) as [Buffer, Buffer];
    return {
      steps: steps([first, ping('between'), second]),
      answers: [pongOf('between'), answerTo(subject, ...two(subject))],
    };
  }),
);

const continuing = (fin: boolean, payload = 'nothing to continue'): Buffer =>
  encodeFrame({ opcode: opcodes.continuation, fin, payload });

const orphans = [true, false].flatMap((fin, half) =>
  paces.map(([pace, steps], index) =>
    violation(
      `5.${9 + half * 3 + index}`,
      `continuation ${fin ? 'that ends' : 'that goes on with'} nothing, then a text, ${pace}`,
      1002,
      (subject) => ({ steps: steps([continuing(fin), text(wrap(subject, 'after')[0])]) }),
    ),
  ),
);

const twice = [false, true].map((fin, index) =>
  violation(
    `5.${16 + index}`,
    `twice: continuation of nothing with FIN ${fin}, then a whole text`,
    1002,
    (subject) => {
      const round = [continuing(fin), ...fragments(opcodes.text, two(subject))];
      return { steps: [[...round, ...round]] };
    },
  ),
);

const [pinged, pingedAtOnce] = [paces[1], paces[0]].map(([pace, steps], index) =>
  exchange(`5.${19 + index}`, `text in five fragments with pings between, ${pace}`, (subject) => {
    const parts = wrap(subject, 'fragment1', 'fragment2', 'fragment3', 'fragment4', 'fragment5');
    const [one, second, three, four, five] = fragments(opcodes.text, parts) as [Buffer, ...Buffer[]];
    return {
      steps: steps([one, second!, ping('pongme 1!'), three!, four!, ping('pongme 2!'), five!]),
      answers: [pongOf('pongme 1!'), pongOf('pongme 2!'), answerTo(subject, ...parts)],
    };
  }),
) as [Case, Case];

/** Group 5. */
export const fragmentation: readonly Case[] = [
  violation('5.1', 'ping in two fragments', 1002, () => ({
    steps: [fragments(opcodes.ping, [Buffer.from('fragment1'), Buffer.from('fragment2')])],
  })),
  violation('5.2', 'pong in two fragments', 1002, () => ({
    steps: [fragments(opcodes.pong, [Buffer.from('fragment1'), Buffer.from('fragment2')])],
  })),
  ...plain,
  ...interleaved,
  ...orphans,
  violation('5.15', 'text in two fragments, a continuation of nothing, then a text', 1002, (subject) => ({
    steps: [[...fragments(opcodes.text, two(subject)), continuing(false), text(wrap(subject, 'after')[0])]],
    answers: [answerTo(subject, ...two(subject))],
    tolerated: [[]],
  })),
  ...twice,
  violation('5.18', 'text in two fragments that both say text', 1002, (subject) => {
    const [first, second] = two(subject) as [Buffer, Buffer];
    return { steps: [[encodeFrame({ opcode: opcodes.text, fin: false, payload: first }), text(second)]] };
  }),
  pinged,
  pingedAtOnce,
];
