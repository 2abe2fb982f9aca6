// What goes out, and what waits while the connection is away or the network behind: bounded, in order, and nothing reliable
// leaves it in silence.
import { toSocketError, type ChannelDefinition, type ErrorCode, type SocketError } from '@wirepact/core';
import type { Frame, Ranges } from '@wirepact/core/internal';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import { byteLength, refuseTooLarge } from './message-size.js';
import type { ResolvedClientOptions } from './options.js';
import { isIn, type Written } from './written.js';

/** What decides how a channel's messages are sent: from the contract, or as the server announced it. */
export type SendingFacts = Pick<ChannelDefinition, 'delivery' | 'key' | 'idempotent'>;

/** How often to see whether a network that is behind has caught up. */
const lookEveryMs = 100;

/** One message on its way out. */
export interface Outgoing {
  readonly path: string;
  /** What an event carries; while it waits, as it was when it was sent. */
  data?: unknown;
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
  readonly restarts?: (() => boolean) | undefined;
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

  /** Writes, or keeps what cannot be written yet. Throws where neither can be. */
  post(message: Outgoing): void {
    this.#connection.refuseIfClosed(message.path);
    if (this.#mustWait(message)) return this.#admit(message);
    // what asks is bounded by who awaits it
    if (!message.answered && this.#isNumbered(message)) this.#keep(message);
    this.#write(message);
  }

  /** Takes back what is not to be written any more, or what has arrived. */
  remove(message: Outgoing): void {
    this.#written.remove(message);
    this.#release(message);
    if (this.#waiting.delete(message)) this.#watch();
  }

  /** What has arrived is forgotten. What asks has its answer to come. */
  acknowledge(done: Ranges | undefined): void {
    for (const message of this.#written.all)
      if (!message.answered && isIn(done, message)) this.remove(message);
  }

  /** The connection is gone, and with it what was about itself. */
  cut(): void {
    for (const message of this.#written.all) if (message.path.startsWith('$')) this.#fail(message);
  }

  /** The session is gone: nobody will ever say what became of what was written in it. */
  lose(): void {
    const { clock, outbox } = this.#options;
    const written = this.#written.all;
    // first: whoever is told of what expired may send it again, and that is of the next session
    this.#written.clear();
    this.#expire();
    const waiting = [...this.#waiting];
    const expiresAt = waiting[0]?.[1] ?? clock.now() + outbox.maxAgeMs;
    this.#waiting.clear();
    const lost = written.filter((message) => {
      if (!this.#facts(message.path).idempotent || message.restarts?.() === false) return true;
      message.received = message.granted = 0;
      this.#waiting.set(message, expiresAt);
      return false;
    });
    for (const [message, expires] of waiting) this.#waiting.set(message, expires);
    this.#watch();
    for (const message of lost) this.#fail(message);
  }

  /** Writes what waits, as long as that can be done. What is added meanwhile comes last. */
  flush(): void {
    this.#expire();
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

  /** Applies again what is known of the channels: before the first welcome that may have been nothing. */
  review(): void {
    for (const message of this.#waiting.keys())
      for (const needless of this.#needlessBeside(message)) this.remove(needless);
  }

  /**
   * Ends all waiting, with `error`. Of events that were written nobody says any more whether they arrived; where `isLost` they
   * are told that. Numbers go on: the server may know the session still, should the client connect again.
   */
  clear(error: SocketError, isLost: boolean): void {
    const written = this.#written.all;
    const ended = [...written.filter(({ answered }) => answered), ...this.#waiting.keys()];
    // all of it before anybody is told, who may connect and send anew
    for (const message of this.#kept.keys()) this.remove(message);
    if (isLost) for (const message of written) this.#fail(message);
    for (const message of ended) message.failed(error);
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

  /** What asks has a number for its answer, and an event for its acknowledgement, where there is any. */
  #isNumbered(message: Outgoing): boolean {
    if (message.answered) return true;
    return this.#connection.welcome !== undefined && this.#isReliable(message);
  }

  /** What asks is awaited, whatever the delivery of its channel is. */
  #isReliable({ path, answered }: Outgoing): boolean {
    return answered !== undefined || (this.#facts(path).delivery ?? 'reliable') === 'reliable';
  }

  /** What is reliable keeps its order, but for what is about the connection itself; all else lets it go first. */
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
    if (!message.answered) message.data = JSON.parse(JSON.stringify(message.data) ?? 'null');
    const needless = this.#needlessBeside(message);
    if (needless.includes(message)) return;
    this.#keep(message, needless);
    this.#waiting.set(message, clock.now() + outbox.maxAgeMs);
    for (const older of needless) this.remove(older);
    this.#watch();
  }

  /** What does not wait where `message` does: itself if it is `volatile`, and all that is older of what is `latest`. */
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

  /** Counts it against the bounds, which it has to fit once `others` are gone. */
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

  /** One timer: for the oldest, or for a network that is behind. What is added does not put it off. */
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

  #expire(): void {
    const now = this.#options.clock.now();
    for (const [message, expiresAt] of [...this.#waiting])
      if (expiresAt <= now) this.#fail(message, 'expired');
  }
}

function valueAt(data: unknown, key: string): unknown {
  return (data as Record<string, unknown> | null | undefined)?.[key];
}
