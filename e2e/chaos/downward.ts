// What one client should have received of one stream, what it has, and what it was told that it misses.
import type { Message } from './contender.js';

/** How messages fared, in one direction. */
export interface Counts {
  readonly accepted: number;
  /** Never arrived. */
  readonly lost: number;
  /** Never arrived, and the client was not told so. */
  readonly silent: number;
  readonly duplicated: number;
  readonly disordered: number;
}

/** A client's side of one stream, in the order of what happened. */
export class DownwardRecord {
  readonly #heard: (Message | 'gap')[] = [];

  received(message: Message): void {
    this.#heard.push(message);
  }

  missed(): void {
    this.#heard.push('gap');
  }

  /**
   * Holds it against what the server accepted, in its order. Whoever comes to a new process is promised what is sent from
   * then on; more, where it `isOwedAll`.
   */
  judge(accepted: readonly Message[], isOwedAll: boolean): Counts {
    const seen = new Set<number>();
    const firstOfRun = new Map<number, number>();
    let [duplicated, disordered, last] = [0, 0, 0];
    for (const message of this.#heard) {
      if (message === 'gap') continue;
      const place = placeOf(message);
      if (!firstOfRun.has(message.run)) firstOfRun.set(message.run, message.n);
      if (seen.has(place)) duplicated += 1;
      else if (place < last) disordered += 1;
      seen.add(place);
      last = Math.max(last, place);
    }
    const told = this.#findToldHoles();
    const firstRun = accepted[0]?.run;
    let [expected, lost, silent] = [0, 0, 0];
    for (const message of accepted) {
      const isOwed = isOwedAll || message.run === firstRun;
      if (!isOwed && message.n < (firstOfRun.get(message.run) ?? 0)) continue;
      expected += 1;
      const place = placeOf(message);
      if (seen.has(place)) continue;
      lost += 1;
      if (!told.some(([from, to]) => from < place && place < to)) silent += 1;
    }
    return { accepted: expected, lost, silent, duplicated, disordered };
  }

  /** Between which messages the client was told of a gap. */
  #findToldHoles(): [number, number][] {
    const holes: [number, number][] = [];
    let last = 0;
    let isTold = false;
    for (const message of this.#heard) {
      if (message === 'gap') {
        isTold = true;
        continue;
      }
      const place = placeOf(message);
      if (place <= last) continue;
      if (isTold) holes.push([last, place]);
      isTold = false;
      last = place;
    }
    if (isTold) holes.push([last, Infinity]);
    return holes;
  }
}

/** Messages of a stream by one number, in the order of processes and of sending. */
function placeOf({ run, n }: Message): number {
  return run * 1e9 + n;
}
