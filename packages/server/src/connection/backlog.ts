// The backlog of all clients together, which stays bounded even if every client has a large one.
import type { Connection } from './connection.js';

/** Once it was too much, this share of the bound is little enough again. */
const calmShare = 0.8;

/** What all connections together have not taken. */
export class Backlog {
  readonly #maxBytes: number;
  /** Nobody else is let in. */
  isTooMuch = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Looks at all connections; gives up those for whom most waits, until it is little enough. */
  sweep(connections: Iterable<Connection>): void {
    let total = 0;
    for (const { outgoing } of connections) total += outgoing.waitingBytes;
    const calmBytes = this.#maxBytes * calmShare;
    if (total > this.#maxBytes) {
      const byWaiting = [...connections].sort(
        (one, other) => other.outgoing.waitingBytes - one.outgoing.waitingBytes,
      );
      for (const { outgoing } of byWaiting) {
        if (total <= calmBytes) break;
        total -= outgoing.waitingBytes;
        outgoing.giveUp();
      }
      this.isTooMuch = true;
    } else if (total <= calmBytes) this.isTooMuch = false;
  }
}
