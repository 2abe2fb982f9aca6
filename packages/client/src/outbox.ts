// What goes out, and what waits while the connection is away: bounded, in order, and nothing leaves it in silence.
import { toSocketError, type ChannelDefinition, type SocketError } from '@wirepact/core';
import type { Frame, Ranges } from '@wirepact/core/internal';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import type { ResolvedClientOptions } from './options.js';
import { Written } from './written.js';

/** What decides how a channel's messages are sent: from the contract, or as the server announced it. */
export type SendingFacts = Pick<ChannelDefinition, 'delivery' | 'key' | 'idempotent'>;

/** One message on its way out. */
export interface Outgoing {
  readonly path: string;
  readonly data: unknown;
  /** The frame, but for its number. */
  readonly text: string;
  /** Takes a frame that answers. A message that asks waits whatever its channel's delivery is. */
  readonly answered?: (frame: Frame, characters: number) => void;
  /** Its place in the session's one series, from when it is first written. */
  number?: number | undefined;
  /** Items of a stream: how many came, and up to which the server may go on. */
  received?: number;
  granted?: number;
  /** It will never be written, or nobody can tell what became of it. */
  failed(error: SocketError): void;
  /** May it begin anew in another session, on a channel that is idempotent? */
  restarts?(): boolean;
}

export class Outbox {
  readonly #options: ResolvedClientOptions;
  readonly #connection: Connection;
  readonly #facts: (path: string) => SendingFacts;
  readonly #written: Written;
  /** When each expires. Oldest first, as a map goes. */
  readonly #waiting = new Map<Outgoing, number>();
  /** The bytes of what counts against the bounds: what waits, and events that were not acknowledged. */
  readonly #kept = new Map<Outgoing, number>();
  #bytes = 0;
  #stopTimer: (() => void) | undefined;

  constructor(options: ResolvedClientOptions, connection: Connection, facts: (path: string) => SendingFacts) {
    this.#options = options;
    this.#connection = connection;
    this.#facts = facts;
    this.#written = new Written(connection);
  }

  /** The items that came, by the number of what is unanswered. */
  get open(): Readonly<Record<string, number>> {
    return this.#written.open;
  }

  /** The last number that was given to a message. */
  get last(): number {
    return this.#written.last;
  }

  set last(last: number) {
    this.#written.last = last;
  }

  /**
   * Writes, or keeps what cannot be written yet. What waits goes first, but for what is about the connection itself.
   * Throws where neither can be.
   */
  post(message: Outgoing): void {
    const { path } = message;
    const { clock, outbox } = this.#options;
    this.#connection.refuseIfClosed(path);
    if (!this.#connection.writable || (this.#waiting.size > 0 && !path.startsWith('$'))) {
      return this.#admit(message, clock.now() + outbox.maxAgeMs);
    }
    try {
      if (!message.answered && this.#isNumbered(message)) this.#keep(message);
      this.#write(message);
    } catch (thrown) {
      this.remove(message);
      throw thrown;
    }
  }

  /** Takes back what is not to be written any more, or what has arrived. */
  remove(message: Outgoing): void {
    this.#written.remove(message);
    this.#release(message);
    if (this.#waiting.delete(message)) this.#watch();
  }

  /** Takes back what nobody wants an answer to any more. */
  cancel(message: Outgoing): void {
    this.remove(message);
    this.#written.cancel(message);
  }

  /** A frame answers what was sent with this number. One that nobody awaits any more is late, and means nothing. */
  answer(number: number, frame: Frame, characters: number): void {
    this.#written.at(number)?.answered?.(frame, characters);
  }

  acknowledge(done: Ranges | undefined): void {
    for (const event of this.#written.eventsIn(done)) this.remove(event);
  }

  /** The session goes on: what may not have arrived is written again, before anything new is. */
  resume(done: Ranges | undefined): void {
    this.acknowledge(done);
    this.#written.resend(done);
  }

  /** The connection is gone, and with it what was about itself. */
  cut(): void {
    for (const message of this.#written.all) if (message.path.startsWith('$')) this.#fail(message);
  }

  /** The session is gone: nobody will ever say what became of what was written in it. */
  lose(): void {
    this.#expire();
    const { clock, outbox } = this.#options;
    const written = this.#written.all;
    const waiting = [...this.#waiting];
    const restarting = written.filter(
      (message) => this.#facts(message.path).idempotent && message.restarts?.() !== false,
    );
    this.#written.clear();
    this.#waiting.clear();
    const expiresAt = waiting[0]?.[1] ?? clock.now() + outbox.maxAgeMs;
    for (const message of restarting) {
      message.received = message.granted = 0;
      if (!this.#kept.has(message)) this.#count(message);
      this.#waiting.set(message, expiresAt);
    }
    for (const [message, expires] of waiting) this.#waiting.set(message, expires);
    this.#watch();
    for (const message of written) if (!restarting.includes(message)) this.#fail(message);
  }

  /** Writes what waits, as long as that can be done. What is added meanwhile comes last. */
  flush(): void {
    this.#expire();
    for (const message of this.#waiting.keys()) {
      if (!this.#connection.writable) return;
      this.#waiting.delete(message);
      this.#watch();
      try {
        this.#write(message);
      } catch (thrown) {
        this.remove(message);
        message.failed(toSocketError(thrown));
      }
    }
  }

  /** Applies again what is known of the channels: before the first welcome that may have been nothing. */
  review(): void {
    for (const [message, expiresAt] of [...this.#waiting]) {
      this.remove(message);
      this.#admit(message, expiresAt);
    }
  }

  /** Ends all waiting. Of events that were written nobody says any more whether they arrived. */
  clear(error: SocketError): void {
    const ended = [...this.#waiting.keys(), ...this.#written.all.filter(({ answered }) => answered)];
    for (const message of this.#kept.keys()) this.remove(message);
    for (const message of ended) message.failed(error);
  }

  #write(message: Outgoing): void {
    const { path, answered } = message;
    const isNumbered = this.#isNumbered(message);
    const text = isNumbered ? this.#written.number(message) : message.text;
    const max = this.#connection.welcome?.limits.maxMessageBytes ?? Infinity;
    // a character of JavaScript is three bytes of UTF-8 at most: short texts need no count
    if (text.length * 3 > max && byteLength(text) > max) throw failure('message_too_large', { path }, max);
    this.#connection.write(text);
    if (isNumbered) this.#written.add(message);
    // what asks is bounded by who awaits it
    if (answered || !isNumbered) this.#release(message);
  }

  /** What asks has a number for its answer, and an event for its acknowledgement, where there is any. */
  #isNumbered({ path, answered }: Outgoing): boolean {
    if (answered) return true;
    return (
      this.#connection.welcome !== undefined && (this.#facts(path).delivery ?? 'reliable') === 'reliable'
    );
  }

  #admit(message: Outgoing, expiresAt: number): void {
    const { path, answered, data } = message;
    const { delivery, key } = answered ? {} : this.#facts(path);
    if (delivery === 'volatile') return;
    if (delivery === 'latest') {
      for (const older of this.#waiting.keys()) {
        const isSame = older.path === path && !older.answered;
        if (isSame && (!key || valueAt(older.data, key) === valueAt(data, key))) this.remove(older);
      }
    }
    this.#keep(message);
    this.#waiting.set(message, expiresAt);
    this.#watch();
  }

  #keep(message: Outgoing): void {
    const { maxMessages, maxBytes } = this.#options.outbox;
    this.#count(message);
    if (this.#kept.size <= maxMessages && this.#bytes <= maxBytes) return;
    this.#release(message);
    throw failure('outbox_full', { path: message.path });
  }

  #count(message: Outgoing): void {
    const bytes = byteLength(message.text);
    this.#kept.set(message, bytes);
    this.#bytes += bytes;
  }

  #release(message: Outgoing): void {
    this.#bytes -= this.#kept.get(message) ?? 0;
    this.#kept.delete(message);
  }

  #fail(message: Outgoing): void {
    this.remove(message);
    message.failed(failure('unknown_outcome', { path: message.path }));
  }

  /** One timer, for the oldest. */
  #watch(): void {
    const { clock } = this.#options;
    this.#stopTimer?.();
    const [first] = this.#waiting.values();
    this.#stopTimer =
      first === undefined ? undefined : clock.after(first - clock.now(), () => this.#expire());
  }

  #expire(): void {
    const now = this.#options.clock.now();
    for (const [message, expiresAt] of this.#waiting) {
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
