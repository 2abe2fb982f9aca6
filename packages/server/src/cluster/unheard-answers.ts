// Answers to the questions of other processes. One that is not heard is said again: the process that asked may have missed it
// for a moment only, and would wait for ever. It takes the first.
import type { Clock } from '@wirepact/core';
import type { Cluster } from './cluster.js';
import type { Answer } from './process-messages.js';

/** How often an answer is said in a row, and how many are kept to be said later. Of more, the oldest are given up. */
const maxTells = 2;
const maxKept = 256;

export interface AnswerToSay {
  readonly to: string;
  readonly answer: Answer;
  /** Nobody waits for it any more after that. */
  readonly until: number;
}

export class UnheardAnswers {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #kept = new Set<AnswerToSay>();

  constructor(cluster: Cluster, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** The processes that have not heard something, as far as is known. */
  *processes(): IterableIterator<string> {
    for (const { to } of this.#kept) yield to;
  }

  async say(said: AnswerToSay): Promise<void> {
    const text = JSON.stringify(said.answer);
    for (let tells = 1; ; tells += 1) {
      if (await this.#cluster.broker.tell(said.to, text)) return void this.#kept.delete(said);
      this.#keep(said);
      if (tells === maxTells) return;
      await this.#cluster.retry();
    }
  }

  /** Says again what is still waited for, but not to those that are dead. */
  sweep(isDead: (processId: string) => boolean): void {
    for (const said of this.#kept) {
      if (this.#clock.now() >= said.until || isDead(said.to)) this.#kept.delete(said);
      else void this.say(said);
    }
  }

  #keep(said: AnswerToSay): void {
    this.#kept.add(said);
    const [oldest] = this.#kept;
    if (oldest !== undefined && this.#kept.size > maxKept) this.#kept.delete(oldest);
  }
}
