// Logs users out: ends their sessions, closes their connections that have no session yet, and refuses those whose
// authentication began before.
import type { Clock } from '@wirepact/core/internal';
import type { Hub } from '../hub.js';
import { closeConnection } from './lifecycle.js';

/** Clients of a user that are to be gone. */
export interface Logout {
  readonly userId: string;
  readonly reason: string;
  readonly code: number;
  /** But for those that began after that, in ms since the epoch. */
  readonly before?: number;
}

/** When it was begun to ask somebody who it is. */
export interface AskedAt {
  /** How many logouts there had been: a clock may stand still between two things. */
  readonly logouts: number;
  readonly ms: number;
}

/** The users that were logged out lately. */
export class Logouts {
  readonly #clock: Clock;
  /** Nobody is asked for longer. */
  readonly #keptForMs: number;
  #count = 0;
  readonly #lately = new Map<
    string,
    { readonly count: number; readonly at: number; readonly before: number }
  >();

  constructor(clock: Clock, authenticateTimeoutMs: number) {
    this.#clock = clock;
    this.#keptForMs = 2 * authenticateTimeoutMs;
  }

  /** Somebody is about to be asked who it is. */
  begin(): AskedAt {
    return { logouts: this.#count, ms: this.#clock.now() };
  }

  note({ userId, before = Infinity }: Logout): void {
    const now = this.#clock.now();
    for (const [id, { at }] of this.#lately) {
      if (now - at < this.#keptForMs) break;
      this.#lately.delete(id);
    }
    this.#count += 1;
    this.#lately.delete(userId);
    this.#lately.set(userId, { count: this.#count, at: now, before });
  }

  /** Whether a user was logged out after somebody was asked who turned out to be this user. */
  hasSince({ logouts, ms }: AskedAt, userId: string | undefined): boolean {
    const last = userId === undefined ? undefined : this.#lately.get(userId);
    return last !== undefined && last.count > logouts && ms <= last.before;
  }
}

/** Closes the clients of a user that are with this process, and lets none of them go on. */
export function disconnectUser(hub: Hub, logout: Logout): void {
  const { userId, reason, code, before = Infinity } = logout;
  hub.logouts.note(logout);
  for (const { socket, everyone } of hub.roster.ofUser(userId)) {
    if (everyone.sinceMs <= before) socket.disconnect(reason, code);
  }
  // those that have not said $hello are in no list but that of the connections
  for (const connection of hub.connections.ofUser(userId)) {
    const isNobodys = connection.session === undefined;
    if (isNobodys && connection.openedAt <= before) closeConnection(connection, code, reason);
  }
}
