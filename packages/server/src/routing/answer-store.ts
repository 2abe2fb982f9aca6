// The recent answers to a client, in case its connection dropped before they arrived.
import type { ResolvedOptions } from '../resolve-options.js';

/** One frame of an answer; `n` where it is an item of a stream. */
export interface AnswerFrame {
  readonly text: string;
  readonly n?: number;
}

interface Stored {
  readonly frames: readonly AnswerFrame[];
  readonly bytes: number;
}

/** The newest answers to one session, by the number of what they answer. */
export class AnswerStore {
  readonly #bounds: ResolvedOptions['session'];
  readonly #stored = new Map<number, Stored>();
  #bytes = 0;

  /** `given` is what another process had kept. */
  constructor(
    bounds: ResolvedOptions['session'],
    given: Iterable<readonly [number, readonly AnswerFrame[]]> = [],
  ) {
    this.#bounds = bounds;
    for (const [number, frames] of given) this.add(number, frames);
  }

  /**
   * Keeps an answer as a whole: of a stream the end alone would hide what is missing before it. One that is larger than all may
   * be together is not kept, and no other is given up for it.
   */
  add(number: number, frames: readonly AnswerFrame[]): void {
    let bytes = 0;
    for (const { text } of frames) bytes += Buffer.byteLength(text);
    if (bytes > this.#bounds.answerBytes) return;
    // where it is answered twice, as by a middleware that throws after its stream
    this.#drop(number);
    this.#stored.set(number, { frames, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#stored.keys()) {
      if (this.#stored.size <= this.#bounds.answers && this.#bytes <= this.#bounds.answerBytes) return;
      this.#drop(oldest);
    }
  }

  *all(): IterableIterator<readonly [number, readonly AnswerFrame[]]> {
    for (const [number, { frames }] of this.#stored) yield [number, frames];
  }

  /** `undefined` when it was never there, or is no longer. */
  find(number: number): readonly AnswerFrame[] | undefined {
    return this.#stored.get(number)?.frames;
  }

  #drop(number: number): void {
    this.#bytes -= this.#stored.get(number)?.bytes ?? 0;
    this.#stored.delete(number);
  }
}
