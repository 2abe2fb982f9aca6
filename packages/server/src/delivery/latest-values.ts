// The newest value of each `latest` slot, for clients that were away or come later.
import type { Holding, Logs } from './logs.js';
import type { OutgoingMessage } from './outgoing-message.js';
import type { Membership } from '../rooms/rooms.js';

/** How many values are kept. Of more, those that were set longest ago are dropped. */
const maxSlots = 256;

interface Kept {
  readonly message: OutgoingMessage;
  readonly time: number;
  readonly bytes: number;
  readonly exceptId: string | undefined;
  /** How many had been set when it was, itself included. */
  readonly order: number;
  /** It was set elsewhere, when it was not heard of here. */
  readonly isRead: boolean;
}

/** The newest `latest` values of one stream. They count as its log does. */
export class LatestValues implements Holding {
  /** For longer than a client is waited for: it gets the newest of each when it is back. */
  readonly maxAgeMs = 300_000;
  readonly goesLast = true;
  readonly #logs: Logs;
  readonly #kept = new Map<string, Kept>();
  /** How many were ever set. */
  #sets = 0;
  bytes = 0;
  usedAt = 0;

  constructor(logs: Logs) {
    this.#logs = logs;
  }

  /** How many were ever set here. */
  get sets(): number {
    return this.#sets;
  }

  keep(message: OutgoingMessage, time: number, exceptId?: string, isRead = false): void {
    const { slot, json = '' } = message;
    this.#drop(slot);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= maxSlots) this.#drop(oldest);
    const bytes = Buffer.byteLength(slot) + Buffer.byteLength(json);
    this.#kept.set(slot, { message, time, bytes, exceptId, order: (this.#sets += 1), isRead });
    this.usedAt = this.#logs.now();
    this.#logs.took(this, bytes);
  }

  /**
   * Keeps one that others have set, as it was read. `false` when it is none of the newest here: known already, set again since
   * so many were, or older than the one that is known, which the engine has lost.
   */
  keepRead(message: OutgoingMessage, time: number, exceptId: string | undefined, sets: number): boolean {
    const known = this.#kept.get(message.slot);
    const isKnown = known?.message.json === message.json && known?.exceptId === exceptId;
    if (known !== undefined && (isKnown || known.order > sets || known.time > time)) return false;
    this.keep(message, time, exceptId, true);
    return true;
  }

  /** What was set since a session came and is for it, oldest first. By the time only where it must: a clock may be set back. */
  *since(
    { sinceMs, sets }: Pick<Membership, 'sinceMs' | 'sets'>,
    sessionId: string,
  ): IterableIterator<OutgoingMessage> {
    this.#logs.trim(this);
    for (const { message, time, exceptId, order, isRead } of this.#kept.values()) {
      const isNews = sets === undefined || isRead ? time >= sinceMs : order > sets;
      if (isNews && exceptId !== sessionId) yield message;
    }
  }

  /** Of what is too large the newest stays; what is too old is of no use to anybody. */
  trim(time: number, bytes: number): void {
    for (const [slot, kept] of this.#kept) {
      const isTooLarge = this.bytes > bytes && this.#kept.size > 1;
      if (kept.time >= time && !isTooLarge) return;
      this.#drop(slot);
    }
  }

  clear(): void {
    for (const slot of this.#kept.keys()) this.#drop(slot);
  }

  #drop(slot: string): void {
    const kept = this.#kept.get(slot);
    if (kept === undefined) return;
    this.#kept.delete(slot);
    this.#logs.gave(this, kept.bytes);
  }
}
