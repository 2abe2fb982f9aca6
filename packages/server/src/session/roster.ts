// The sessions, by id and by user, each from `onConnect` to `onDisconnect`.
import type { Session } from './session.js';

const nobody: ReadonlySet<Session> = new Set();

/** Who is here. */
export class Roster {
  readonly #sessions = new Map<string, Session>();
  readonly #users = new Map<string, Set<Session>>();

  get countClients(): number {
    return this.#sessions.size;
  }

  get countUsers(): number {
    return this.#users.size;
  }

  userIds(): IterableIterator<string> {
    return this.#users.keys();
  }

  all(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  find(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  ofUser(userId: string): ReadonlySet<Session> {
    return this.#users.get(userId) ?? nobody;
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session);
    const { userId } = session;
    if (userId === undefined) return;
    const sessions = this.#users.get(userId);
    if (sessions === undefined) this.#users.set(userId, new Set([session]));
    else sessions.add(session);
  }

  remove(session: Session): void {
    this.#sessions.delete(session.id);
    const { userId } = session;
    if (userId === undefined) return;
    const sessions = this.#users.get(userId);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#users.delete(userId);
  }
}
