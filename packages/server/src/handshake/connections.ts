// Every open connection, counted by user and by address.
import { countedAs } from './client-address.js';
import type { Connection } from '../connection/connection.js';
import type { Session } from '../session/session.js';

/** The connections of one endpoint, those included that have not said `$hello` yet. */
export class Connections implements Iterable<Connection> {
  readonly #connections = new Set<Connection>();
  readonly #ofAddress = new Map<string, number>();
  readonly #ofUser = new Map<string, number>();
  /** Those of them that have a session. */
  readonly #clientsOfUser = new Map<string, number>();

  get size(): number {
    return this.#connections.size;
  }

  [Symbol.iterator](): IterableIterator<Connection> {
    return this.#connections.values();
  }

  /** How many come from what {@link countedAs} makes of an address. */
  countFrom(address: string | undefined): number {
    return address === undefined ? 0 : (this.#ofAddress.get(address) ?? 0);
  }

  countOf(userId: string | undefined): number {
    return userId === undefined ? 0 : (this.#ofUser.get(userId) ?? 0);
  }

  *ofUser(userId: string): IterableIterator<Connection> {
    if (this.countOf(userId) === 0) return;
    for (const connection of this.#connections) if (connection.identity.userId === userId) yield connection;
  }

  /** How many of a user's have a session. */
  countClientsOf(userId: string | undefined): number {
    return userId === undefined ? 0 : (this.#clientsOfUser.get(userId) ?? 0);
  }

  add(connection: Connection): void {
    this.#connections.add(connection);
    count(this.#ofAddress, countedAs(connection.request.remoteAddress), 1);
    count(this.#ofUser, connection.identity.userId, 1);
  }

  /** Gives a connection the session that it is the only one of from now on. */
  bind(connection: Connection, session: Session): void {
    connection.session = session;
    session.connection = connection;
    count(this.#clientsOfUser, connection.identity.userId, 1);
  }

  /** Does nothing for one that is not here. A connection stays the same user's as long as it lives. */
  delete(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    count(this.#ofAddress, countedAs(connection.request.remoteAddress), -1);
    count(this.#ofUser, connection.identity.userId, -1);
    if (connection.session !== undefined) count(this.#clientsOfUser, connection.identity.userId, -1);
  }
}

function count(counts: Map<string, number>, key: string | undefined, change: 1 | -1): void {
  if (key === undefined) return;
  const left = (counts.get(key) ?? 0) + change;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}
