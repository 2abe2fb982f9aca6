// What a case is: what is sent, what must come back, and how it must end.
import { close, opcodes } from './frame.js';
import type { Answer, Subject } from './subject.js';

/**
 * Bytes in a write of their own with a turn of the event loop after it; many writes at once; waiting for so many answers; or
 * waiting until the server had time to notice what was sent.
 */
export type Step = Buffer | readonly Buffer[] | { readonly answers: number } | 'noticed';

export interface Script {
  readonly steps: readonly Step[];
  readonly answers: readonly Answer[];
  /** What may come back instead, where the RFC leaves it open and careful servers do better. */
  readonly tolerated?: readonly (readonly Answer[])[];
  /** The close codes that are right. */
  readonly codes: readonly number[];
  /** The close codes that pass as non-strict, besides those of another failure. */
  readonly toleratedCodes?: readonly number[];
}

export interface Case {
  /** The group, then its place in it: `6.4.1`. */
  readonly id: string;
  readonly title: string;
  readonly script: (subject: Subject) => Script;
}

export interface Exchange {
  readonly steps: readonly Step[];
  readonly answers?: readonly Answer[];
  readonly tolerated?: readonly (readonly Answer[])[];
}

/** Something that is right: it is answered, then closing is. */
export function exchange(id: string, title: string, make: (subject: Subject) => Exchange): Case {
  return {
    id,
    title,
    script(subject) {
      const { steps, answers = [] } = make(subject);
      return {
        steps: [...steps, { answers: answers.length }, close(1000)],
        answers,
        codes: [1000],
        toleratedCodes: [1005],
      };
    },
  };
}

/** Something that is wrong: the server must fail the connection with this code. */
export function violation(
  id: string,
  title: string,
  code: number,
  make: (subject: Subject) => Exchange,
): Case {
  return { id, title, script: (subject) => ({ answers: [], ...make(subject), codes: [code] }) };
}

/** What answers a text in parts. */
export function answerTo(subject: Subject, ...parts: readonly Buffer[]): Answer {
  return subject.answer(opcodes.text, Buffer.concat(parts));
}
