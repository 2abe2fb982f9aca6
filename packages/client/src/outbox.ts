// Outgoing messages: writes them, or keeps them while there is no connection or the network is slow. It is bounded,
// keeps the order, and never drops a reliable message silently.
import { toSocketError, type ChannelDefinition, type ErrorCode, type SocketError } from '@wirepact/core';
import type { Frame, Ranges } from '@wirepact/core/internal';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import { byteLength, refuseTooLarge } from './message-size.js';
import type { ResolvedClientOptions } from './options.js';
import { isIn, type Written } from './written.js';

/** How a channel's messages are sent, as the contract says or the server announced. */
export type SendingFacts = Pick<ChannelDefinition, 'delivery' | 'key' | 'idempotent'>;

/** How often to check whether a slow network has caught up. */
const lookEveryMs = 100;

/** One outgoing message. */
export interface Outgoing {
  readonly path: string;
  /** An event's data; once it waits or must be acknowledged, a copy from the time of the call. */
  data?: unknown;
  /** The encoded frame, without its number. */
  readonly text: string;
  /** Handles a frame of the answer. A message with an answer waits whatever its channel's delivery is. */
  readonly answered?: (frame: Frame, characters: number) => void;
  /** Its number in the session, from when it is first written. */
  number?: number | undefined;
  /** Of a stream: how many items arrived, and up to which item the server may continue. */
  received?: number;
  granted?: number;
  /** Called when it will never be written, or when nobody can tell what became of it. */
  failed(error: SocketError): void;
  /** Whether it may start again in another session, on a channel that is idempotent. */
  readonly restarts?: (() => boolean) | undefined;
}

export class Outbox {
  readonly #options: ResolvedClientOptions;
  readonly #connection: Connection;
  readonly #facts: (path: string) => SendingFacts;
  readonly #written: Written;
  /** When each waiting message expires. Oldest first, because a map keeps its order. */
  #waiting = new Map<Outgoing, number>();
  /** The size of each message that counts against the bounds: those that wait, and events that are not acknowledged. */
  readonly #kept = new Map<Outgoing, number>();
  #bytes = 0;
  #stopTimer: (() => void) | undefined;

  constructor(
    options: ResolvedClientOptions,
    connection: Connection,
    written: Written,
    facts: (path: string) => SendingFacts,
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#written = written;
    this.#facts = facts;
  }

  /** Writes a message, or keeps it until it can be written. Throws if neither is possible. */
  post(message: Outgoing): void {
    this.#connection.refuseIfClosed(message.path);
    if (this.#mustWait(message)) return this.#admit(message);
    // the number of requests is bounded by the code that awaits them
    if (!message.answered && this.#isNumbered(message)) {
      copyData(message);
      this.#keep(message);
    }
    this.#write(message);
  }

  /** Removes a message that must not be written any more, or that has arrived. */
  remove(message: Outgoing): void {
    this.#written.remove(message);
    this.#release(message);
    if (this.#waiting.delete(message)) this.#watch();
  }

  /** Forgets events that have arrived. Requests still wait for their answers. */
  acknowledge(done: Ranges | undefined): void {
    for (const message of this.#written.all)
      if (!message.answered && isIn(done, message)) this.remove(message);
  }

  /** The connection is lost, and with it the messages about the connection itself. */
  cut(): void {
    for (const message of this.#written.all) if (message.path.startsWith('$')) this.#fail(message);
  }

  /** The session is lost: nobody can tell any more what became of the messages that were written in it. */
  lose(): void {
    const { clock, outbox } = this.#options;
    const written = this.#written.all;
    // all of it before any code is told, because that code may send again, in the next session, or close the client
    this.#written.clear();
    const expired = this.#takeExpired();
    const [first = clock.now() + outbox.maxAgeMs] = this.#waiting.values();
    const again = new Map<Outgoing, number>();
    for (const message of written) {
      if (!this.#facts(message.path).idempotent || message.restarts?.() === false) continue;
      message.received = message.granted = 0;
      again.set(message, first);
    }
    this.#waiting = new Map([...again, ...this.#waiting]);
    this.#watch();
    for (const message of expired) this.#fail(message, 'expired');
    for (const message of written) if (!again.has(message)) this.#fail(message);
  }

  /** Writes waiting messages as long as possible. Messages that are added meanwhile come last. */
  flush(): void {
    for (const message of this.#takeExpired()) this.#fail(message, 'expired');
    for (const message of this.#waiting.keys()) {
      if (!this.#connection.writable) break;
      if (!this.#isReliable(message) && this.#connection.isCongested) continue;
      this.#waiting.delete(message);
      try {
        this.#write(message);
      } catch (thrown) {
        message.failed(toSocketError(thrown));
      }
    }
    this.#watch(true);
  }

  /** Applies the channels' facts again: before the first welcome they may have been unknown. */
  review(): void {
    for (const message of this.#waiting.keys())
      for (const needless of this.#needlessBeside(message)) this.remove(needless);
  }

  /**
   * Ends everything that waits, and calls that were written, with `error`. With `isLost`, everything that was written,
   * events too, fails with `unknown_outcome` instead. Numbers continue, because the server may still know the session if
   * the client connects again.
   */
  clear(error: SocketError, isLost: boolean): void {
    const written = this.#written.all;
    const waiting = [...this.#waiting.keys()];
    // all of it before any code is told, because that code may connect and send again
    for (const message of this.#kept.keys()) this.remove(message);
    for (const message of written) {
      if (isLost) this.#fail(message);
      else if (message.answered) message.failed(error);
    }
    for (const message of waiting) message.failed(error);
  }

  #write(message: Outgoing): void {
    const { path, answered } = message;
    const isNumbered = this.#isNumbered(message);
    try {
      const text = isNumbered ? this.#written.add(message) : message.text;
      refuseTooLarge(path, text, this.#connection.welcome);
      this.#connection.write(text);
    } catch (thrown) {
      this.remove(message);
      throw thrown;
    }
    if (answered || !isNumbered) this.#release(message);
  }

  /** Requests have a number for their answer, and events for their acknowledgement if the server acknowledges. */
  #isNumbered(message: Outgoing): boolean {
    if (message.answered) return true;
    return this.#connection.welcome !== undefined && this.#isReliable(message);
  }

  /** Requests are reliable, whatever the delivery of their channel is. */
  #isReliable({ path, answered }: Outgoing): boolean {
    return answered !== undefined || (this.#facts(path).delivery ?? 'reliable') === 'reliable';
  }

  /** Reliable messages keep their order, except those about the connection itself; all others let them go first. */
  #mustWait(message: Outgoing): boolean {
    const { writable, isCongested } = this.#connection;
    if (!writable) return true;
    if (!this.#isReliable(message)) return isCongested || this.#waiting.size > 0;
    return (
      !message.path.startsWith('$') && [...this.#waiting.keys()].some((other) => this.#isReliable(other))
    );
  }

  #admit(message: Outgoing): void {
    const { clock, outbox } = this.#options;
    copyData(message);
    const needless = this.#needlessBeside(message);
    if (needless.includes(message)) return;
    this.#keep(message, needless);
    this.#waiting.set(message, clock.now() + outbox.maxAgeMs);
    for (const older of needless) this.remove(older);
    this.#watch();
  }

  /** What need not wait beside `message`: itself if it is `volatile`, and older values if it is `latest`. */
  #needlessBeside(message: Outgoing): readonly Outgoing[] {
    const { path, answered, data } = message;
    const { delivery, key } = answered ? {} : this.#facts(path);
    if (delivery === 'volatile') return [message];
    const older: Outgoing[] = [];
    if (delivery !== 'latest') return older;
    for (const other of this.#waiting.keys()) {
      if (other === message) break;
      const isSame = other.path === path && !other.answered;
      if (isSame && (!key || valueAt(other.data, key) === valueAt(data, key))) older.push(other);
    }
    return older;
  }

  /** Counts a message against the bounds, into which it must fit once `others` are gone. */
  #keep(message: Outgoing, others: readonly Outgoing[] = []): void {
    const { maxMessages, maxBytes } = this.#options.outbox;
    const bytes = byteLength(message.text);
    const freed = others.reduce((sum, other) => sum + (this.#kept.get(other) ?? 0), 0);
    if (this.#kept.size - others.length >= maxMessages || this.#bytes - freed + bytes > maxBytes)
      throw failure('outbox_full', { path: message.path });
    this.#kept.set(message, bytes);
    this.#bytes += bytes;
  }

  #release(message: Outgoing): void {
    this.#bytes -= this.#kept.get(message) ?? 0;
    this.#kept.delete(message);
  }

  #fail(message: Outgoing, code: ErrorCode = 'unknown_outcome'): void {
    this.remove(message);
    message.failed(failure(code, { path: message.path }));
  }

  /**
   * Sets one timer: for the oldest message to expire, or for checking a slow network. New messages do not postpone it.
   */
  #watch(isAnew = false): void {
    const { clock } = this.#options;
    const [first] = this.#waiting.values();
    if (isAnew || first === undefined) {
      this.#stopTimer?.();
      this.#stopTimer = undefined;
    }
    if (first === undefined) return;
    const waitMs = this.#connection.writable ? lookEveryMs : first - clock.now();
    this.#stopTimer ??= clock.after(waitMs, () => this.flush());
  }

  /** Removes the messages that have waited for too long. Their callers must still be told. */
  #takeExpired(): readonly Outgoing[] {
    const now = this.#options.clock.now();
    const expired: Outgoing[] = [];
    for (const [message, expiresAt] of this.#waiting) if (expiresAt <= now) expired.push(message);
    for (const message of expired) this.remove(message);
    return expired;
  }
}

/** What becomes of the application's object afterwards changes neither keys nor reports. */
function copyData(message: Outgoing): void {
  const json = JSON.stringify(message.data) as string | undefined;
  message.data = json && JSON.parse(json);
}

function valueAt(data: unknown, key: string): unknown {
  return (data as Record<string, unknown> | null | undefined)?.[key];
}
