// Who this client is to the server, from one connection to the next: what it says of itself, and when that is over.
import type { ProtocolData } from '@wirepact/core/internal';
import type { Welcome } from './connection.js';
import { inbox, type Logs } from './logs.js';
import type { Outbox } from './outbox.js';

export class Session {
  readonly #logs: Logs;
  readonly #outbox: Outbox;
  #identity: Pick<Welcome, 'session' | 'token'> | undefined;

  constructor(logs: Logs, outbox: Outbox) {
    this.#logs = logs;
    this.#outbox = outbox;
  }

  /** There is something to resume. */
  get isAlive(): boolean {
    return this.#identity !== undefined;
  }

  hello(): ProtocolData['$hello'] {
    return this.#identity ? { ...this.#identity, streams: this.#logs.cursors, open: this.#outbox.open } : {};
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
}
