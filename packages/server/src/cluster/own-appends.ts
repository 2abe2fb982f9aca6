// What this process appends to one log: whether something is under way, and the position up to which the log has grown by it.
import type { LogHead } from './broker.js';

/** What this process appends to one log. */
export class OwnAppends {
  /** Settles with the last of them; `undefined` when it was not taken. */
  last: Promise<LogHead | undefined> = Promise.resolve(undefined);
  #at = 0;
  #underWay = 0;
  /** How far it was appended to when that was last looked at. */
  #owedAt = 0;

  /** The last position that one was given. */
  get at(): number {
    return this.#at;
  }

  get isUnderWay(): boolean {
    return this.#underWay > 0;
  }

  /** Follows one until it has its position. */
  async track(appending: Promise<LogHead>): Promise<LogHead> {
    this.#underWay += 1;
    this.last = appending.catch(() => undefined);
    try {
      const head = await appending;
      this.#at = Math.max(this.#at, head.at);
      return head;
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Whether who stands at `at` has not heard of what was appended before this was last asked. */
  isOverdue(at: number): boolean {
    const owedAt = this.#owedAt;
    this.#owedAt = this.#at;
    return owedAt > at;
  }
}
