// Who this client is to the server, from one connection to the next: what it says of itself, and when that is over.
import type { Cursor, ProtocolData } from '@wirepact/core/internal';
import type { Welcome } from './connection.js';
import { inbox, type Logs } from './logs.js';
import type { SessionStore } from './session-store.js';
import type { Written } from './written.js';

type Identity = Pick<Welcome, 'session' | 'token'>;

/** What a page leaves to the next. */
interface StoredSession {
  readonly identity: Identity;
  readonly streams: Readonly<Record<string, Cursor>>;
  /** The last number that was given to a message. */
  readonly last: number;
}

export class Session {
  readonly #logs: Logs;
  readonly #written: Written;
  readonly #store: SessionStore | undefined;
  #identity: Identity | undefined;

  constructor(logs: Logs, written: Written, store: SessionStore | undefined) {
    this.#logs = logs;
    this.#written = written;
    this.#store = store;
  }

  /** There is something to resume. */
  get isAlive(): boolean {
    return this.#identity !== undefined;
  }

  hello(): ProtocolData['$hello'] {
    // taken also by a page that was kept and has a session, so that nobody else finds it
    const stored = this.#store?.take() as StoredSession | undefined;
    if (stored && !this.#identity) {
      this.#identity = stored.identity;
      this.#logs.place(stored.streams);
      this.#written.last = stored.last;
    }
    return this.#identity ? { ...this.#identity, streams: this.#logs.cursors, open: this.#written.open } : {};
  }

  /** The server's answer to `hello`; a server that speaks plain messages only has none. */
  begin(welcome: Welcome | undefined): void {
    if (welcome === undefined) return this.forget();
    const { session, token, resumed, streams } = welcome;
    this.#identity = { session, token };
    // an inbox begins with its session, and is known by its name
    if (!resumed) this.#logs.place({ [inbox]: [session, 0], ...streams });
  }

  forget(): void {
    this.#identity = undefined;
    this.#logs.clear();
  }

  /** The page is left. Returns whether the session waits for it to come back. */
  leave(): boolean {
    if (!this.#store || !this.#identity) return false;
    const stored: StoredSession = {
      identity: this.#identity,
      streams: this.#logs.cursors,
      last: this.#written.last,
    };
    this.#store.put(stored);
    return true;
  }
}
