// What one client has sent, what reached the handler, and what the client was told of it.
import type { Counts } from './downward.js';

/** How messages fared on their way up. */
export interface UpwardCounts extends Counts {
  /** Handled again by another process, which knew nothing of the first time. */
  readonly rerun: number;
  /** Requests that nobody ended. */
  readonly unanswered: number;
}

/** A client's messages to the server. */
export class UpwardRecord {
  #sent = 0;
  readonly #awaited = new Set<number>();
  readonly #doubted = new Set<number>();
  readonly #handled: { readonly run: number; readonly n: number }[] = [];

  get sent(): number {
    return this.#sent;
  }

  accepted(n: number, isAwaited: boolean): void {
    this.#sent = n;
    if (isAwaited) this.#awaited.add(n);
  }

  handled(run: number, n: number): void {
    this.#handled.push({ run, n });
  }

  answered(n: number): void {
    this.#awaited.delete(n);
  }

  doubted(n: number): void {
    this.#doubted.add(n);
    this.#awaited.delete(n);
  }

  judge(): UpwardCounts {
    const runsOf = new Map<number, Set<number>>();
    let [duplicated, rerun, disordered, last] = [0, 0, 0, 0];
    for (const { run, n } of this.#handled) {
      const runs = runsOf.get(n);
      if (runs === undefined) {
        if (n < last) disordered += 1;
        runsOf.set(n, new Set([run]));
      } else if (runs.has(run)) duplicated += 1;
      else {
        rerun += 1;
        runs.add(run);
      }
      last = Math.max(last, n);
    }
    let [lost, silent] = [0, 0];
    for (let n = 1; n <= this.#sent; n += 1) {
      if (runsOf.has(n)) continue;
      lost += 1;
      if (!this.#doubted.has(n)) silent += 1;
    }
    return {
      ...{ accepted: this.#sent, lost, silent, duplicated, disordered, rerun },
      unanswered: this.#awaited.size,
    };
  }
}
