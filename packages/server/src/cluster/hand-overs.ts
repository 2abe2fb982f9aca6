// Asks other processes for the sessions that they had: what they know beyond what is stored, if they answer in time.
import type { ClaimedSession } from './broker.js';
import { handOverMs } from './departures.js';
import type { ProcessCalls } from './process-calls.js';
import type { HandedOver } from './process-messages.js';

/**
 * So long one may take that has heard it and counts as dead, in ms: the engine goes by its clock, and where that is set
 * forward, nobody seems to live until they say so again.
 */
const answerMs = 300;

/** What asking needs of the process. */
export interface HandOversHost {
  readonly processId: string;
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

  /** `undefined` where the process that had it says nothing; `isThere` is whether the client is. */
  async ask(
    id: string,
    { generation, processId }: ClaimedSession,
    isThere: boolean,
  ): Promise<HandedOver | undefined> {
    const { calls, after, processId: to } = this.#host;
    const timers: (() => void)[] = [];
    const answer = new Promise<HandedOver | undefined>((resolve) => {
      const giveUp = (): void => resolve(undefined);
      timers.push(after(handOverMs, giveUp));
      this.#awaited.set(id, resolve);
      const text = JSON.stringify({ kind: 'hand-over', id, generation, to, isThere });
      const isOver = (): boolean => this.#awaited.get(id) !== resolve;
      let wasHeard = false;
      void calls.call(processId, text, isOver).then((isHeard) => {
        wasHeard = isHeard;
        if (!isHeard) giveUp();
      });
      void calls.isGone(processId).then((isGone) => {
        if (!isGone || isOver()) return;
        if (wasHeard) timers.push(after(answerMs, giveUp));
        else giveUp();
      });
    });
    const handedOver = await answer;
    for (const stop of timers) stop();
    this.#awaited.delete(id);
    return handedOver;
  }

  /** A process has answered. */
  heard(handedOver: HandedOver): void {
    this.#awaited.get(handedOver.id)?.(handedOver);
  }
}
