// What waits while the connection is away: bounded, in order, and nothing leaves it in silence.
import type { ChannelDefinition, Clock, SocketError } from '@wirepact/core';
import type { OutboxOptions } from './client-options.js';
import { failure } from './failure.js';

/** What decides how a channel's messages are sent: from the contract, or as the server announced it. */
export type SendingFacts = Pick<ChannelDefinition, 'delivery' | 'key' | 'idempotent'>;

/** One message on its way out. */
export interface Outgoing {
  readonly path: string;
  readonly text: string;
  readonly data: unknown;
  /** An answer is awaited, so it waits whatever the channel's delivery is. */
  readonly asks?: boolean;
  written?(): void;
  /** It will never be written. */
  failed(error: SocketError): void;
}

interface Waiting {
  readonly message: Outgoing;
  readonly bytes: number;
  readonly expiresAt: number;
}

export class Outbox {
  readonly #limits: Required<OutboxOptions>;
  readonly #clock: Clock;
  readonly #facts: (path: string) => SendingFacts;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #stopTimer: (() => void) | undefined;

  constructor(limits: Required<OutboxOptions>, clock: Clock, facts: (path: string) => SendingFacts) {
    this.#limits = limits;
    this.#clock = clock;
    this.#facts = facts;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Throws `outbox_full` when there is no room for what may not be dropped. */
  add(message: Outgoing): void {
    this.#admit({
      message,
      bytes: byteLength(message.text),
      expiresAt: this.#clock.now() + this.#limits.maxAgeMs,
    });
  }

  /** Takes back what is not to be written any more. */
  remove(message: Outgoing): void {
    const index = this.#waiting.findIndex((waiting) => waiting.message === message);
    if (index >= 0) this.#take(index);
  }

  /** Applies again what is known of the channels: before the first welcome that may have been nothing. */
  review(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    for (const each of waiting) this.#admit(each);
  }

  /** Hands on what waits, oldest first, as long as `ready` says so. What is added meanwhile comes last. */
  flush(ready: () => boolean, write: (message: Outgoing) => void): void {
    this.#expire();
    while (ready()) {
      const first = this.#take(0);
      if (first === undefined) return;
      write(first);
    }
  }

  /** Ends all waiting. */
  clear(error: SocketError): void {
    for (let first = this.#take(0); first !== undefined; first = this.#take(0)) first.failed(error);
  }

  #admit(entry: Waiting): void {
    const { path, asks, data } = entry.message;
    const { delivery, key } = asks ? {} : this.#facts(path);
    if (delivery === 'volatile') return;
    if (delivery === 'latest') {
      const older = this.#waiting.findIndex(
        ({ message }) =>
          message.path === path &&
          !message.asks &&
          (!key || valueAt(message.data, key) === valueAt(data, key)),
      );
      if (older >= 0) this.#take(older);
    }
    const { maxMessages, maxBytes } = this.#limits;
    if (this.#waiting.length >= maxMessages || this.#bytes + entry.bytes > maxBytes) {
      throw failure('outbox_full', 'too much waits', { path });
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
    this.#stopTimer?.();
    const first = this.#waiting[0];
    this.#stopTimer = first && this.#clock.after(first.expiresAt - this.#clock.now(), () => this.#expire());
  }

  #expire(): void {
    const now = this.#clock.now();
    while ((this.#waiting[0]?.expiresAt ?? Infinity) <= now) {
      const message = this.#take(0);
      message?.failed(failure('expired', 'waited too long', { path: message.path }));
    }
  }
}

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function valueAt(data: unknown, key: string): unknown {
  return (data as Record<string, unknown> | null | undefined)?.[key];
}
