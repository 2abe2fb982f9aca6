// Who this client is to the server, from one connection to the next: what it says of itself, and when that is over.
import type { Cursor, ProtocolData } from '@wirepact/core/internal';
import type { Welcome } from './connection.js';
import { inbox, type Logs } from './logs.js';
import type { Outbox } from './outbox.js';
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
  readonly #outbox: Outbox;
  readonly #store: SessionStore | undefined;
  #identity: Identity | undefined;
  /** Where the session is known. */
  #address = '';

  constructor(logs: Logs, written: Written, outbox: Outbox, store: SessionStore | undefined) {
    this.#logs = logs;
    this.#written = written;
    this.#outbox = outbox;
    this.#store = store;
  }

  /** There is something to resume. */
  get isAlive(): boolean {
    return this.#identity !== undefined;
  }

  hello(address: string): ProtocolData['$hello'] {
    this.#address = address;
    this.#take();
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
    // a page that is left before it was connected again must not put an older token there
    this.#take();
    if (!this.#store || !this.#identity) return false;
    const stored: StoredSession = {
      identity: this.#identity,
      streams: this.#logs.cursors,
      last: this.#written.last,
    };
    this.#store.put(this.#address, stored);
    return true;
  }

  /** Goes on with what the page before has left. A page that was kept takes it too, so that nobody else finds it. */
  #take(): void {
    const stored = this.#store?.take(this.#address) as StoredSession | null | undefined;
    const own = this.#identity;
    if (!stored) return;
    const { identity, streams, last } = stored;
    // otherwise this page left it, or it is not the session that this page speaks in
    if (own && (own.session !== identity.session || own.token === identity.token)) return;
    this.#identity = identity;
    const heard = this.#logs.cursors;
    this.#logs.clear();
    // what other pages heard meanwhile, this one did not
    this.#logs.place({ ...streams, ...heard });
    // they numbered on, and by the server's account every number up to theirs has come
    this.#outbox.lose();
    this.#written.last = last;
  }
}
