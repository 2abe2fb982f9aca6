// Group 9: large messages, many fragments, small writes and a thousand messages, one after the other.
import { exchange, type Case, type Step } from '../case.js';
import { encodeFrame, fragments, opcodes, split } from '../frame.js';
import { fill, type Subject } from '../subject.js';

const KiB = 1_024;
const MiB = 1_024 * KiB;

interface Kind {
  readonly name: string;
  readonly opcode: number;
}

// the same bytes in both: whoever takes binary messages for text is found out
const kinds: readonly Kind[] = [
  { name: 'text', opcode: opcodes.text },
  { name: 'binary message', opcode: opcodes.binary },
];

const frameOf = ({ opcode }: Kind, payload: Buffer): Buffer => encodeFrame({ opcode, payload });

function large(kind: Kind, group: string): Case[] {
  return [64 * KiB, 256 * KiB, MiB, 4 * MiB, 8 * MiB, 16 * MiB].map((bytes, index) =>
    exchange(`${group}.${index + 1}`, `${kind.name} of ${bytes / KiB} KiB`, (subject) => {
      const payload = fill(subject, bytes);
      return { steps: [frameOf(kind, payload)], answers: [subject.answer(kind.opcode, payload)] };
    }),
  );
}

function fragmented(kind: Kind, group: string): Case[] {
  const sizes = [64, 256, KiB, 4 * KiB, 16 * KiB, 64 * KiB, 256 * KiB, MiB, 4 * MiB];
  return sizes.map((size, index) => {
    const id = `${group}.${index + 1}`;
    const title = `${kind.name} of 4 MiB in fragments of ${size} bytes`;
    const send = (subject: Subject): { payload: Buffer; steps: Step[] } => {
      const payload = fill(subject, 4 * MiB);
      return { payload, steps: [Buffer.concat(fragments(kind.opcode, split(payload, size)))] };
    };
    const whole = exchange(id, title, (subject) => {
      const { payload, steps } = send(subject);
      return { steps, answers: [subject.answer(kind.opcode, payload)] };
    });
    return {
      ...{ id, title },
      script: (subject) =>
        (4 * MiB) / size <= subject.maxFragments
          ? whole.script(subject)
          : { steps: send(subject).steps, answers: [], codes: [1008], toleratedCodes: [] },
    };
  });
}

function inSmallWrites(kind: Kind, group: string): Case[] {
  return [64, 128, 256, 512, KiB, 2 * KiB].map((size, index) =>
    exchange(`${group}.${index + 1}`, `${kind.name} of 1 MiB in writes of ${size} bytes`, (subject) => {
      const payload = fill(subject, MiB);
      return {
        steps: [split(frameOf(kind, payload), size)],
        answers: [subject.answer(kind.opcode, payload)],
      };
    }),
  );
}

function oneByOne(kind: Kind, group: string): Case[] {
  return [0, 16, 64, 256, KiB, 4 * KiB].map((bytes, index) =>
    exchange(
      `${group}.${index + 1}`,
      `1000 times: ${kind.name} of ${bytes} bytes and its answer`,
      (subject) => {
        const payload = fill(subject, bytes);
        const frame = frameOf(kind, payload);
        const answer = subject.answer(kind.opcode, payload);
        const turns = Array.from({ length: 1_000 }, (_, turn): Step[] => [[frame], { answers: turn + 1 }]);
        return { steps: turns.flat(), answers: turns.map(() => answer) };
      },
    ),
  );
}

/** Group 9. */
export const limits: readonly Case[] = [large, fragmented, inSmallWrites, oneByOne].flatMap((make, pair) =>
  kinds.flatMap((kind, index) => make(kind, `9.${pair * 2 + index + 1}`)),
);
