// The session across connections: how the client identifies itself to the server, and when the session ends.
import type { Cursor, ProtocolData } from '@wirepact/core/internal';
import type { Welcome } from './connection.js';
import { inbox, type Logs } from './logs.js';
import { byteLength } from './message-size.js';
import type { Outbox } from './outbox.js';
import type { SessionStore } from './session-store.js';
import type { Written } from './written.js';

/** `limits` are kept because the next `$hello` is written before the server announces them again. */
type Identity = Pick<Welcome, 'session' | 'token' | 'limits'>;

/** What a page stores for the next one. */
interface StoredSession {
  readonly identity: Identity;
  readonly streams: Readonly<Record<string, Cursor>>;
  /** The number of the last message. */
  readonly last: number;
}

export class Session {
  readonly #logs: Logs;
  readonly #written: Written;
  readonly #outbox: Outbox;
  readonly #store: SessionStore | undefined;
  #identity: Identity | undefined;
  /** Whether there is a session that the last `hello` could not contain. */
  #isUntold = false;
  /** The address of the server that knows the session. */
  #address = '';

  constructor(logs: Logs, written: Written, outbox: Outbox, store: SessionStore | undefined) {
    this.#logs = logs;
    this.#written = written;
    this.#outbox = outbox;
    this.#store = store;
  }

  /** Whether there is a session to resume. */
  get isAlive(): boolean {
    return this.#identity !== undefined;
  }

  hello(address: string): ProtocolData['$hello'] {
    this.#address = address;
    this.#take();
    this.#isUntold = false;
    if (!this.#identity) return {};
    const { limits, ...known } = this.#identity;
    const hello = { ...known, streams: this.#logs.cursors, open: this.#written.open };
    // the server would close the connection each time, and the client would never return
    this.#isUntold = byteLength(JSON.stringify({ path: '$hello', data: hello })) > limits?.maxMessageBytes;
    return this.#isUntold ? {} : hello;
  }

  /** Handles the server's answer to `hello`; a server that speaks plain messages only has none. */
  begin(welcome: Welcome | undefined): void {
    if (welcome === undefined) return this.forget();
    const { session, token, resumed, streams, limits } = welcome;
    this.#identity = { session, token, limits };
    // an inbox begins with its session, and its epoch is the session's id
    if (!resumed) this.#logs.place({ [inbox]: [session, 0], ...streams });
  }

  /** The rooms are being joined again: reports what the server cannot, because `hello` did not tell it of the session. */
  reportLost(): void {
    if (this.#isUntold) this.#logs.reportLost();
  }

  forget(): void {
    this.#identity = undefined;
    this.#logs.clear();
  }

  /** The page is being left. Returns whether the session is kept for its return. */
  leave(): boolean {
    // a page that is left before it reconnected must not store an older token
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

  /**
   * Takes over what the page before stored. A page from the back/forward cache takes it too, so that no other page
   * does.
   */
  #take(): void {
    const stored = this.#store?.take(this.#address) as StoredSession | null | undefined;
    const own = this.#identity;
    if (!stored) return;
    const { identity, streams, last } = stored;
    // otherwise this page stored it itself, or it belongs to another session than this page's
    if (own && (own.session !== identity.session || own.token === identity.token)) return;
    this.#identity = identity;
    const heard = this.#logs.cursors;
    this.#logs.clear();
    // this page did not receive what other pages received meanwhile
    this.#logs.place({ ...streams, ...heard });
    // the other pages continued the numbers, and the server considers all numbers up to theirs as received
    this.#outbox.lose();
    this.#written.last = last;
  }
}
