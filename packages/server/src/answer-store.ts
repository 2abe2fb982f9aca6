// What a client was answered lately, for the case that the line broke under an answer.
import type { ResolvedOptions } from './options.js';

/** One frame of an answer; `n` where it is an item of a stream. */
export interface AnswerFrame {
  readonly text: string;
  readonly n?: number;
}

interface Stored {
  readonly frames: AnswerFrame[];
  bytes: number;
}

/** The newest answers to one session, by the number of what they answer. */
export class AnswerStore {
  readonly #bounds: ResolvedOptions['session'];
  readonly #stored = new Map<number, Stored>();
  #bytes = 0;

  constructor(bounds: ResolvedOptions['session']) {
    this.#bounds = bounds;
  }

  add(number: number, frame: AnswerFrame): void {
    const stored = this.#stored.get(number) ?? { frames: [], bytes: 0 };
    this.#stored.set(number, stored);
    const bytes = Buffer.byteLength(frame.text);
    stored.frames.push(frame);
    stored.bytes += bytes;
    this.#bytes += bytes;
    for (const [oldest, { bytes }] of this.#stored) {
      if (this.#stored.size <= this.#bounds.answers && this.#bytes <= this.#bounds.answerBytes) return;
      this.#stored.delete(oldest);
      this.#bytes -= bytes;
    }
  }

  /** `undefined` when it was never there, or is no longer. */
  find(number: number): readonly AnswerFrame[] | undefined {
    return this.#stored.get(number)?.frames;
  }
}
