// Asks other processes for the sessions that they had: what they know beyond what is stored, if they answer in time.
import { handOverMs } from './departures.js';
import type { ProcessCalls } from './process-calls.js';
import type { HandedOver, HandOver } from './process-messages.js';

/**
 * So long one may take that has heard it and counts as dead, in ms: the engine goes by its clock, and where that is set
 * forward, nobody seems to live until they say so again.
 */
const answerMs = 300;

/** What asking needs of the process. */
export interface HandOversHost {
  readonly calls: ProcessCalls;
  /** Runs something later; returns what calls that off. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/** The sessions that other processes are asked for. */
export class HandOvers {
  readonly #host: HandOversHost;
  readonly #awaited = new Map<string, (handedOver?: HandedOver) => void>();

  constructor(host: HandOversHost) {
    this.#host = host;
  }

  /**
   * Asks several processes at once for a session; `isLate` is whether its claim had to wait for the engine. What those say that
   * answer in time.
   */
  async askAll(
    processIds: readonly string[],
    asked: Omit<HandOver, 'kind'>,
    isLate: boolean,
  ): Promise<readonly HandedOver[]> {
    const answers = await Promise.all(processIds.map((processId) => this.#ask(processId, asked, isLate)));
    return answers.filter((answer) => answer !== undefined);
  }

  /** A process has answered. */
  heard(handedOver: HandedOver): void {
    this.#awaited.get(nameOf(handedOver.from, handedOver))?.(handedOver);
  }

  /** `undefined` where the process says nothing. */
  async #ask(
    processId: string,
    asked: Omit<HandOver, 'kind'>,
    isLate: boolean,
  ): Promise<HandedOver | undefined> {
    const { calls, after } = this.#host;
    const name = nameOf(processId, asked);
    const timers: (() => void)[] = [];
    const answer = new Promise<HandedOver | undefined>((resolve) => {
      const giveUp = (): void => resolve(undefined);
      timers.push(after(handOverMs, giveUp));
      this.#awaited.set(name, resolve);
      const text = JSON.stringify({ kind: 'hand-over', ...asked });
      const isOver = (): boolean => this.#awaited.get(name) !== resolve;
      let wasHeard = false;
      void calls.call(processId, text, isOver, isLate).then((isHeard) => {
        wasHeard = isHeard;
        if (!isHeard) giveUp();
      });
      void calls.isGone(processId, isLate).then((isGone) => {
        if (!isGone || isOver()) return;
        if (wasHeard) timers.push(after(answerMs, giveUp));
        else giveUp();
      });
    });
    const handedOver = await answer;
    for (const stop of timers) stop();
    this.#awaited.delete(name);
    return handedOver;
  }
}

/** One claim, and one process that is asked because of it: an answer to an older claim says too little. */
function nameOf(processId: string, { id, generation }: Pick<HandOver, 'id' | 'generation'>): string {
  return `${id} ${generation} ${processId}`;
}
