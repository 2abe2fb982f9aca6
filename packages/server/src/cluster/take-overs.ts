// Sessions that this process is taking over: another one that claims such a session after it is answered once that is done, since
// what processes before it still handle is known here only then.
import type { ClaimedSession } from './broker.js';

/** A session that is being claimed here, and gone on with. */
export interface TakeOver {
  /** How its connection is closed, where another process has claimed the session after it. */
  overtakenWith?: number;
}

interface UnderWay extends TakeOver {
  /** Which claim it was, once the engine has said so; `undefined` where there is nothing to take over. Never rejects. */
  readonly claimed: Promise<number | undefined>;
  /** Settles when the session is here, or will not be. Never rejects. */
  readonly done: Promise<unknown>;
}

/** What is being taken over. */
export class TakeOvers {
  readonly #underWay = new Map<string, Set<UnderWay>>();

  /** Goes on with a session once it is claimed. Rejects as `goOn` does. */
  async run(
    id: string,
    claim: Promise<ClaimedSession | undefined>,
    goOn: (takeOver: TakeOver) => Promise<void>,
  ): Promise<void> {
    let end = (): void => undefined;
    const takeOver: UnderWay = {
      claimed: claim.then(
        (claimed) => claimed?.generation,
        () => undefined,
      ),
      done: new Promise<void>((resolve) => (end = resolve)),
    };
    const underWay = this.#underWay.get(id) ?? new Set();
    this.#underWay.set(id, underWay.add(takeOver));
    try {
      await goOn(takeOver);
    } finally {
      end();
      underWay.delete(takeOver);
      if (underWay.size === 0 && this.#underWay.get(id) === underWay) this.#underWay.delete(id);
    }
  }

  /** Settles when nothing of a session is under way that is now; `undefined` where nothing is. Never rejects. */
  settled(id: string): Promise<unknown> | undefined {
    const underWay = this.#underWay.get(id);
    if (underWay === undefined) return undefined;
    // whoever says a wrong secret keeps nobody waiting for longer than the engine takes to say so
    return Promise.all([...underWay].map(async ({ claimed, done }) => (await claimed) !== undefined && done));
  }

  /**
   * Settles when all is done that was claimed here before another process made claim `generation`. Newer claims are not waited
   * for: they wait for that process. Connections of the older ones that have yet to be greeted are closed with `closeCode` instead.
   */
  async before(id: string, generation: number, closeCode: number): Promise<void> {
    const waits = [...(this.#underWay.get(id) ?? [])].map(async (takeOver) => {
      const claimed = await takeOver.claimed;
      if (claimed === undefined || claimed >= generation) return;
      takeOver.overtakenWith = closeCode;
      await takeOver.done;
    });
    await Promise.all(waits);
  }
}
