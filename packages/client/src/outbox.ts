// What goes out, and what waits while the connection is away: bounded, in order, and nothing leaves it in silence.
import { toSocketError, type ChannelDefinition, type SocketError } from '@wirepact/core';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import type { ResolvedClientOptions } from './options.js';

/** What decides how a channel's messages are sent: from the contract, or as the server announced it. */
export type SendingFacts = Pick<ChannelDefinition, 'delivery' | 'key' | 'idempotent'>;

/** One message on its way out. */
export interface Outgoing {
  readonly path: string;
  readonly data: unknown;
  readonly text: string;
  /** An answer with this number is awaited, so it waits whatever the channel's delivery is. */
  readonly id?: number;
  written?: boolean;
  /** It will never be written. */
  failed(error: SocketError): void;
}

interface Waiting {
  readonly bytes: number;
  readonly expiresAt: number;
}

export class Outbox {
  readonly #options: ResolvedClientOptions;
  readonly #connection: Connection;
  readonly #facts: (path: string) => SendingFacts;
  /** Oldest first, as a map goes. */
  readonly #waiting = new Map<Outgoing, Waiting>();
  #bytes = 0;
  #stopTimer: (() => void) | undefined;

  constructor(options: ResolvedClientOptions, connection: Connection, facts: (path: string) => SendingFacts) {
    this.#options = options;
    this.#connection = connection;
    this.#facts = facts;
  }

  /**
   * Writes, or keeps what cannot be written yet. What waits goes first, but for what is about the connection itself.
   * Throws where neither can be.
   */
  post(message: Outgoing): void {
    const { path, text } = message;
    this.#connection.refuseIfClosed(path);
    if (this.#connection.writable && (this.#waiting.size === 0 || path.startsWith('$'))) {
      return this.#write(message);
    }
    const { clock, outbox } = this.#options;
    this.#admit(message, { bytes: byteLength(text), expiresAt: clock.now() + outbox.maxAgeMs });
  }

  /** Takes back what is not to be written any more. */
  remove(message: Outgoing): void {
    this.#bytes -= this.#waiting.get(message)?.bytes ?? 0;
    this.#waiting.delete(message);
    this.#watch();
  }

  /** Writes what waits, as long as that can be done. What is added meanwhile comes last. */
  flush(): void {
    this.#expire();
    for (const message of this.#waiting.keys()) {
      if (!this.#connection.writable) return;
      this.remove(message);
      try {
        this.#write(message);
      } catch (thrown) {
        message.failed(toSocketError(thrown));
      }
    }
  }

  /** Applies again what is known of the channels: before the first welcome that may have been nothing. */
  review(): void {
    for (const [message, waiting] of [...this.#waiting]) {
      this.remove(message);
      this.#admit(message, waiting);
    }
  }

  /** Ends all waiting. */
  clear(error: SocketError): void {
    for (const message of this.#waiting.keys()) {
      this.remove(message);
      message.failed(error);
    }
  }

  #write(message: Outgoing): void {
    const { path, text } = message;
    const max = this.#connection.welcome?.limits.maxMessageBytes ?? Infinity;
    // a character of JavaScript is three bytes of UTF-8 at most: short texts need no count
    if (text.length * 3 > max && byteLength(text) > max) throw failure('message_too_large', { path }, max);
    this.#connection.write(text);
    message.written = true;
  }

  #admit(message: Outgoing, waiting: Waiting): void {
    const { path, id, data } = message;
    const { delivery, key } = id === undefined ? this.#facts(path) : {};
    if (delivery === 'volatile') return;
    if (delivery === 'latest') {
      for (const older of this.#waiting.keys()) {
        const isSame = older.path === path && older.id === undefined;
        if (isSame && (!key || valueAt(older.data, key) === valueAt(data, key))) this.remove(older);
      }
    }
    const { maxMessages, maxBytes } = this.#options.outbox;
    const bytes = this.#bytes + waiting.bytes;
    if (this.#waiting.size >= maxMessages || bytes > maxBytes) throw failure('outbox_full', { path });
    this.#waiting.set(message, waiting);
    this.#bytes = bytes;
    this.#watch();
  }

  /** One timer, for the oldest. */
  #watch(): void {
    const { clock } = this.#options;
    this.#stopTimer?.();
    const [first] = this.#waiting.values();
    this.#stopTimer = first && clock.after(first.expiresAt - clock.now(), () => this.#expire());
  }

  #expire(): void {
    const now = this.#options.clock.now();
    for (const [message, { expiresAt }] of this.#waiting) {
      if (expiresAt > now) return;
      this.remove(message);
      message.failed(failure('expired', { path: message.path }));
    }
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function valueAt(data: unknown, key: string): unknown {
  return (data as Record<string, unknown> | null | undefined)?.[key];
}
