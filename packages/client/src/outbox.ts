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
  readonly message: Outgoing;
  readonly bytes: number;
  readonly expiresAt: number;
}

export class Outbox {
  readonly #options: ResolvedClientOptions;
  readonly #connection: Connection;
  readonly #facts: (path: string) => SendingFacts;
  #waiting: Waiting[] = [];
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
    if (this.#connection.writable && (this.#waiting.length === 0 || path.startsWith('$'))) {
      return this.#write(message);
    }
    const { clock, outbox } = this.#options;
    this.#admit({ message, bytes: byteLength(text), expiresAt: clock.now() + outbox.maxAgeMs });
  }

  /** Takes back what is not to be written any more. */
  remove(message: Outgoing): void {
    const index = this.#waiting.findIndex((waiting) => waiting.message === message);
    if (index >= 0) this.#take(index);
  }

  /** Writes what waits, oldest first, as long as that can be done. What is added meanwhile comes last. */
  flush(): void {
    this.#expire();
    while (this.#connection.writable) {
      const message = this.#take(0);
      if (message === undefined) return;
      try {
        this.#write(message);
      } catch (thrown) {
        message.failed(toSocketError(thrown));
      }
    }
  }

  /** Applies again what is known of the channels: before the first welcome that may have been nothing. */
  review(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    for (const each of waiting) this.#admit(each);
  }

  /** Ends all waiting. */
  clear(error: SocketError): void {
    for (let first = this.#take(0); first !== undefined; first = this.#take(0)) first.failed(error);
  }

  #write(message: Outgoing): void {
    const { path, text } = message;
    const max = this.#connection.welcome?.limits.maxMessageBytes ?? Infinity;
    // a character of JavaScript is three bytes of UTF-8 at most: short texts need no count
    if (text.length * 3 > max && byteLength(text) > max) throw failure('message_too_large', { path }, max);
    this.#connection.write(text);
    message.written = true;
  }

  #admit(entry: Waiting): void {
    const { path, id, data } = entry.message;
    const { delivery, key } = id === undefined ? this.#facts(path) : {};
    if (delivery === 'volatile') return;
    if (delivery === 'latest') {
      const older = this.#waiting.findIndex(
        ({ message }) =>
          message.path === path &&
          message.id === undefined &&
          (!key || valueAt(message.data, key) === valueAt(data, key)),
      );
      if (older >= 0) this.#take(older);
    }
    const { maxMessages, maxBytes } = this.#options.outbox;
    if (this.#waiting.length >= maxMessages || this.#bytes + entry.bytes > maxBytes) {
      throw failure('outbox_full', { path });
    }
    this.#waiting.push(entry);
    this.#bytes += entry.bytes;
    this.#watch();
  }

  #take(index: number): Outgoing | undefined {
    const [taken] = this.#waiting.splice(index, 1);
    this.#bytes -= taken?.bytes ?? 0;
    this.#watch();
    return taken?.message;
  }

  /** One timer, for the oldest. */
  #watch(): void {
    const { clock } = this.#options;
    const first = this.#waiting[0];
    this.#stopTimer?.();
    this.#stopTimer = first && clock.after(first.expiresAt - clock.now(), () => this.#expire());
  }

  #expire(): void {
    const now = this.#options.clock.now();
    while ((this.#waiting[0]?.expiresAt ?? Infinity) <= now) {
      const message = this.#take(0);
      message?.failed(failure('expired', { path: message.path }));
    }
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function valueAt(data: unknown, key: string): unknown {
  return (data as Record<string, unknown> | null | undefined)?.[key];
}
