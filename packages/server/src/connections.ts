// Every connection that was made, and how many of them are a user's or come from an address.
import { countedAs } from './client-address.js';
import type { Session } from './session.js';

/** The connections of one endpoint, those included that have not said `$hello` yet. */
export class Connections implements Iterable<Session> {
  readonly #sessions = new Set<Session>();
  readonly #ofAddress = new Map<string, number>();
  readonly #ofUser = new Map<string, number>();

  get size(): number {
    return this.#sessions.size;
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#sessions.values();
  }

  /** How many come from what {@link countedAs} makes of an address. */
  countFrom(address: string | undefined): number {
    return address === undefined ? 0 : (this.#ofAddress.get(address) ?? 0);
  }

  countOf(userId: string | undefined): number {
    return userId === undefined ? 0 : (this.#ofUser.get(userId) ?? 0);
  }

  add(session: Session): void {
    this.#sessions.add(session);
    count(this.#ofAddress, countedAs(session.request.remoteAddress), 1);
    count(this.#ofUser, session.userId, 1);
  }

  /** Does nothing for one that is not here. A session stays the same user's as long as it lives. */
  delete(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    count(this.#ofAddress, countedAs(session.request.remoteAddress), -1);
    count(this.#ofUser, session.userId, -1);
  }
}

function count(counts: Map<string, number>, key: string | undefined, change: 1 | -1): void {
  if (key === undefined) return;
  const left = (counts.get(key) ?? 0) + change;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}
