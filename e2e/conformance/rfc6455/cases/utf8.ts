// Group 6: text is UTF-8 or the connection fails with 1007, however the text is cut up.
import { answerTo, exchange, violation, type Case, type Step } from '../case.js';
import { fragments, opcodes, split, text } from '../frame.js';
import { wrap, type Subject } from '../subject.js';
import { sequencesBySpecialty, word } from './utf8-sequences.js';

const none = Buffer.alloc(0);

/** Text in these fragments. */
function inFragments(id: string, title: string, make: (subject: Subject) => Buffer[]): Case {
  return exchange(id, title, (subject) => {
    const parts = make(subject);
    return { steps: [fragments(opcodes.text, parts)], answers: [answerTo(subject, ...parts)] };
  });
}

const bytesOf = (subject: Subject, ...parts: Buffer[]): Buffer[] =>
  split(Buffer.concat(wrap(subject, ...parts)), 1);

const greeting = ['Hello-µ@ßöä', 'üàá-UTF-8!!'].map((part) => Buffer.from(part)) as [Buffer, Buffer];

/** A word, a surrogate, and letters. */
const broken = [word, Buffer.from('eda080', 'hex'), Buffer.from('edited')] as const;
/** A word, what is beyond the last letter of Unicode, and letters. */
const beyond = [word, Buffer.from('f4908080', 'hex'), Buffer.from('edited')] as const;

const fragmented: readonly Case[] = [
  exchange('6.1.1', 'text without a byte', (subject) => ({
    steps: [text()],
    answers: [answerTo(subject, none)],
  })),
  inFragments('6.1.2', 'three fragments without a byte', () => [none, none, none]),
  inFragments('6.1.3', 'three fragments, those outside without a byte', (subject) => [
    none,
    Buffer.concat(wrap(subject, 'middle frame payload')),
    none,
  ]),
  exchange('6.2.1', 'UTF-8 in one piece', (subject) => {
    const parts = wrap(subject, ...greeting);
    return { steps: [text(Buffer.concat(parts))], answers: [answerTo(subject, ...parts)] };
  }),
  inFragments('6.2.2', 'UTF-8 in two fragments, cut between letters', (subject) =>
    wrap(subject, ...greeting),
  ),
  inFragments('6.2.3', 'UTF-8 in fragments of one byte', (subject) => bytesOf(subject, ...greeting)),
  inFragments('6.2.4', 'letters of several bytes in fragments of one', (subject) => bytesOf(subject, word)),
  violation('6.3.1', 'a surrogate inside text, in one piece', 1007, (subject) => ({
    steps: [text(Buffer.concat(wrap(subject, ...broken)))],
  })),
  violation('6.3.2', 'a surrogate inside text, in fragments of one byte', 1007, (subject) => ({
    steps: [fragments(opcodes.text, bytesOf(subject, ...broken))],
  })),
];

/** What is no UTF-8 whatever follows can be noticed before the rest has come. */
function early(id: string, title: string, make: (subject: Subject) => [start: Step, rest: Step]): Case {
  return violation(id, title, 1007, (subject) => {
    const [start, rest] = make(subject);
    return { steps: [start, 'noticed', rest] };
  });
}

/** One frame, cut so many bytes after the word. */
function cutInside(subject: Subject, bytes: number): [Step, Step] {
  const frame = text(Buffer.concat(wrap(subject, ...beyond)));
  const end = frame.length - subject.tail.length - beyond[2].length - beyond[1].length + bytes;
  return [frame.subarray(0, end), frame.subarray(end)];
}

const noticedEarly: readonly Case[] = [
  early('6.4.1', 'a fragment that is no UTF-8, before the last one comes', (subject) => {
    const [first, second, last] = fragments(opcodes.text, wrap(subject, ...beyond)) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    return [[first, second], last];
  }),
  early('6.4.2', 'the first bytes of what is no UTF-8 in a fragment, before the others come', (subject) => {
    const [start, wrong, rest] = wrap(subject, ...beyond) as [Buffer, Buffer, Buffer];
    const parts = [
      Buffer.concat([start, wrong.subarray(0, 1)]),
      wrong.subarray(1, 2),
      wrong.subarray(2),
      rest,
    ];
    const frames = fragments(opcodes.text, parts);
    return [frames.slice(0, 2), frames.slice(2)];
  }),
  early('6.4.3', 'a frame that is no UTF-8, before it is whole', (subject) => cutInside(subject, 4)),
  early('6.4.4', 'the first bytes of what is no UTF-8 in a frame, before the others come', (subject) =>
    cutInside(subject, 2),
  ),
];

const sequences = sequencesBySpecialty.flatMap(({ title, sequences }, group) =>
  sequences.map(([hex, isValid], index) => {
    const id = `6.${group + 5}.${index + 1}`;
    const shown = hex.length > 24 ? `${hex.slice(0, 24)}…` : hex;
    const name = `${title}: ${shown} is ${isValid ? '' : 'not '}UTF-8`;
    const parts = (subject: Subject): Buffer[] => wrap(subject, Buffer.from(hex, 'hex'));
    return isValid
      ? inFragments(id, name, parts)
      : violation(id, name, 1007, (subject) => ({ steps: [text(parts(subject)[0])] }));
  }),
);

/** Group 6. */
export const utf8: readonly Case[] = [...fragmented, ...noticedEarly, ...sequences];
