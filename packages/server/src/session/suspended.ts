// The suspended sessions: how long they are kept, and how many.
import type { LimitOptions } from '../limits/limits.js';
import type { Roster } from './roster.js';
import type { Session } from './session.js';

/** Sessions that wait for their clients, those that have waited longest first. */
export class Suspended {
  readonly #sessions = new Set<Session>();
  readonly #roster: Roster;
  readonly #limits: Required<LimitOptions>;

  constructor(roster: Roster, limits: Required<LimitOptions>) {
    this.#roster = roster;
    this.#limits = limits;
  }

  get size(): number {
    return this.#sessions.size;
  }

  has(session: Session): boolean {
    return this.#sessions.has(session);
  }

  /** Adds one; gives back those for which there is no more room: as many may wait as may be connected. */
  add(session: Session): Session[] {
    const { maxClients, socketsPerUser } = this.#limits;
    // one that is there already would keep its place, and those behind it waiting
    this.#sessions.delete(session);
    this.#sessions.add(session);
    const tooMany: Session[] = [];
    const [longest] = this.#sessions;
    if (longest !== undefined && this.#sessions.size > maxClients) tooMany.push(longest);
    if (session.userId === undefined) return tooMany;
    const ofUser = [...this.#roster.ofUser(session.userId)].filter(({ state }) => state === 'suspended');
    ofUser.sort((one, other) => one.suspendedAt - other.suspendedAt);
    return [...tooMany, ...ofUser.slice(0, Math.max(0, ofUser.length - socketsPerUser))];
  }

  delete(session: Session): void {
    this.#sessions.delete(session);
  }

  /** Those that have waited since `time` or longer. */
  *since(time: number): IterableIterator<Session> {
    for (const session of this.#sessions) {
      if (session.suspendedAt > time) return;
      yield session;
    }
  }
}
