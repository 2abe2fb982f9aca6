// Asks processes for the sessions that they had: what they know beyond what was put down, in time or not at all.
import type { ClaimedSession } from './broker.js';
import { handOverMs } from './departures.js';
import type { ProcessCalls } from './process-calls.js';
import type { HandedOver } from './process-messages.js';

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
    let stop = (): void => undefined;
    const answer = new Promise<HandedOver | undefined>((resolve) => {
      const giveUp = (): void => resolve(undefined);
      stop = after(handOverMs, giveUp);
      this.#awaited.set(id, resolve);
      const text = JSON.stringify({ kind: 'hand-over', id, generation, to, isThere });
      const isOver = (): boolean => this.#awaited.get(id) !== resolve;
      void calls.call(processId, text, isOver).then((isHeard) => void (isHeard || giveUp()));
      void calls.isGone(processId).then((isGone) => void (isGone && giveUp()));
    });
    const handedOver = await answer;
    stop();
    this.#awaited.delete(id);
    return handedOver;
  }

  /** A process has answered. */
  heard(handedOver: HandedOver): void {
    this.#awaited.get(handedOver.id)?.(handedOver);
  }
}
