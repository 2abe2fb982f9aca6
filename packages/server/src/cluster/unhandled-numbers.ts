// The message numbers below a session's highest that nobody has handled, kept as ranges, so that many cost as little as one.
import type { Ranges } from '@wirepact/core/internal';

/** Numbers that nobody has handled. */
export class UnhandledNumbers {
  /** Rising, and apart. */
  readonly #ranges: [first: number, last: number][] = [];

  get ranges(): Ranges {
    return this.#ranges;
  }

  has(number: number): boolean {
    return this.#indexOf(number) >= 0;
  }

  /** Adds those from `first` to `last`, of which none is there yet. */
  add(first: number, last: number = first): void {
    if (last < first) return;
    const next = this.#ranges.findIndex(([start]) => start > last);
    this.#ranges.splice(next < 0 ? this.#ranges.length : next, 0, [first, last]);
  }

  /** Takes one out, if it is there. */
  remove(number: number): void {
    const at = this.#indexOf(number);
    const [first, last] = this.#ranges[at] ?? [number, number];
    if (at >= 0) this.#ranges.splice(at, 1);
    this.add(number + 1, last);
    this.add(first, number - 1);
  }

  /** One has come. Those below it were withdrawn: on one line numbers rise. `false` when it is none of these. */
  take(number: number): boolean {
    const isOne = this.has(number);
    this.remove(number);
    const above = this.#ranges.findIndex(([first]) => first > number);
    this.#ranges.splice(0, above < 0 ? this.#ranges.length : above);
    return isOne;
  }

  #indexOf(number: number): number {
    return this.#ranges.findIndex(([first, last]) => first <= number && number <= last);
  }
}
