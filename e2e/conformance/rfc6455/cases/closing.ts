// Group 7: the closing handshake, its codes and its reasons.
import { answerTo, exchange, violation, type Case, type Script } from '../case.js';
import { close, closePayload, encodeFrame, fragments, opcodes, ping, text } from '../frame.js';
import { fill, wrap, type Subject } from '../subject.js';

/** Closing, which is answered with the same code. */
function closed(id: string, title: string, steps: readonly Buffer[], codes: readonly number[]): Case {
  return {
    id,
    title,
    script: () => ({ steps, answers: [], codes, toleratedCodes: [1000, 1005] }),
  };
}

const closeWith = (payload: Buffer): Buffer => encodeFrame({ opcode: opcodes.close, payload });

/** What comes after a close is never looked at. */
function ignored(id: string, title: string, after: (subject: Subject) => Buffer): Case {
  const script = (subject: Subject): Script => ({
    steps: [[close(1000), after(subject)]],
    answers: [],
    codes: [1000],
    toleratedCodes: [1005],
  });
  return { id, title, script };
}

const handshakes: readonly Case[] = [
  exchange('7.1.1', 'text, then a close', (subject) => {
    const [payload] = wrap(subject, 'Hello, world!') as [Buffer];
    return { steps: [text(payload)], answers: [answerTo(subject, payload)] };
  }),
  ignored('7.1.2', 'two closes', () => close(1000)),
  ignored('7.1.3', 'ping after a close', () => ping()),
  ignored('7.1.4', 'text after a close', (subject) => text(wrap(subject, 'late')[0])),
  {
    id: '7.1.5',
    title: 'close between two fragments',
    script(subject) {
      const [first, second] = fragments(opcodes.text, wrap(subject, 'fragment1', 'fragment2')) as [
        Buffer,
        Buffer,
      ];
      return { steps: [[first, close(1000), second]], answers: [], codes: [1000], toleratedCodes: [1005] };
    },
  },
  {
    id: '7.1.6',
    title: 'text of 256 KiB, a close and a ping at once',
    script(subject) {
      const payload = fill(subject, 262_144);
      const answers = [answerTo(subject, payload)];
      return {
        steps: [[text(payload), close(1000), ping()]],
        ...{ answers, tolerated: [[]], codes: [1000], toleratedCodes: [1005] },
      };
    },
  },
];

const longestReason = Buffer.alloc(123, '*');

const payloads: readonly Case[] = [
  closed('7.3.1', 'close without a payload', [closeWith(Buffer.alloc(0))], [1005, 1000]),
  violation('7.3.2', 'close with one byte', 1002, () => ({ steps: [closeWith(Buffer.from([0x03]))] })),
  closed('7.3.3', 'close with a code', [close(1000)], [1000]),
  closed('7.3.4', 'close with a code and a reason', [close(1000, 'Hello, wörld!')], [1000]),
  closed('7.3.5', 'close with the longest reason, 123 bytes', [close(1000, longestReason)], [1000]),
  violation('7.3.6', 'close with a reason of 124 bytes', 1002, () => ({
    steps: [closeWith(closePayload(1000, Buffer.alloc(124, '*')))],
  })),
  violation('7.5.1', 'close with a reason that is not UTF-8', 1007, () => ({
    steps: [close(1000, Buffer.from('cebae1bdb9cf83cebcceb5eda080656469746564', 'hex'))],
  })),
];

const validCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const reservedCodes = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];

/** Group 7. */
export const closing: readonly Case[] = [
  ...handshakes,
  ...payloads,
  ...validCodes.map((code, index) => closed(`7.7.${index + 1}`, `close with ${code}`, [close(code)], [code])),
  ...reservedCodes.map((code, index) =>
    violation(`7.9.${index + 1}`, `close with ${code}, which is reserved`, 1002, () => ({
      steps: [close(code, index % 2 === 0 ? '' : 'why')],
    })),
  ),
  ...[5000, 65_535].map((code, index) =>
    violation(`7.13.${index + 1}`, `close with ${code}, which is nobody's`, 1002, () => ({
      steps: [close(code)],
    })),
  ),
];
