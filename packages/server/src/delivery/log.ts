// The bounded log from which clients recover messages: a room's, everyone's, or a session's inbox.
import type { Cursor } from '@wirepact/core/internal';
import { LatestValues } from './latest-values.js';
import type { Holding, Logs } from './logs.js';
import type { OutgoingMessage } from './outgoing-message.js';
import { ReplayBatch, type Batch } from './replay-batch.js';
import type { Membership } from '../rooms/rooms.js';

/** One message in a log. */
export interface Entry {
  /** Its position, and that of the one before it. */
  readonly at: number;
  readonly after: number;
  /** When it was accepted, in ms since the epoch. */
  readonly time: number;
  readonly message: OutgoingMessage;
  /** Those of its frame. */
  readonly bytes: number;
  /** The session that gets its position only. */
  readonly exceptId: string | undefined;
}

/** An entry that is being delivered. The log keeps no frame of it: that would be every message twice. */
export interface NewEntry extends Entry {
  /** The frame for whoever speaks the protocol. */
  readonly text: string;
  /** The one for whoever does not, once one was needed. */
  plainText?: string;
}

/** A message whose place in a log is known. */
export type PlacedMessage = Omit<Entry, 'bytes'>;

/** Where more of a log can be had than is kept in this process. */
export interface LogSource {
  /**
   * Gets what can be had after a position, or from the beginning on; `undefined` when that is here already. Afterwards what
   * is not here cannot be had. Never rejects.
   */
  prepare(from: number): Promise<void> | undefined;
  /**
   * Finds out whether the log has come as far as this, or is another one by now; `undefined` when that is so here already.
   * Never rejects.
   */
  reach(cursor: Cursor): Promise<void> | undefined;
  /**
   * Says where a newcomer stands: after everything that was sent before it came, or where it stood in another process. That
   * may take a moment.
   */
  place(membership: Membership, since?: number): void;
  /** Nobody here reads it any more. */
  close(): void;
}

/** The name of the log of a session's direct messages. */
export const inboxName = '$inbox';

/** The name of everyone's log. */
export const everyoneName = '*';

/** The messages of one stream that can still be had, oldest first. */
export class Log implements Holding {
  /** A room's name, {@link everyoneName} or {@link inboxName}. */
  readonly name: string;
  /** Where more of it can be had than is kept here. */
  readonly source: LogSource | undefined;
  readonly #logs: Logs;
  #epoch: string;
  #entries: (Entry | undefined)[] = [];
  /** The first entry that is still kept; the array is cut only now and then. */
  #first = 0;
  #at = 0;
  #latest: LatestValues | undefined;
  #batch: ReplayBatch | undefined;
  bytes = 0;
  /** When the newest entry was accepted. */
  usedAt = 0;

  constructor(logs: Logs, name: string, epoch: string, source?: LogSource) {
    this.#logs = logs;
    this.name = name;
    this.#epoch = epoch;
    this.source = source;
  }

  /** Another one for every log that is made from nothing: positions of one epoch say nothing of another. */
  get epoch(): string {
    return this.#epoch;
  }

  /** How many bytes of entries are kept. */
  get maxBytes(): number {
    return this.#logs.maxBytes;
  }

  /** The position of the newest entry, kept or not; 0 before the first. */
  get at(): number {
    return this.#at;
  }

  /** Everything after this position is still kept. */
  get floor(): number {
    return this.#entries[this.#first]?.after ?? this.#at;
  }

  get head(): Cursor {
    return [this.#epoch, this.#at];
  }

  get size(): number {
    return this.#entries.length - this.#first;
  }

  /** When the newest entry or `latest` value came. */
  get newestAt(): number {
    return Math.max(this.usedAt, this.#latest?.usedAt ?? 0);
  }

  /** Whether there is nothing to be read of it, values included. */
  get isEmpty(): boolean {
    return this.size === 0 && (this.#latest?.bytes ?? 0) === 0;
  }

  /** How many `latest` values were ever set here. */
  get sets(): number {
    return this.#latest?.sets ?? 0;
  }

  /** The newest of what is `latest` in the same stream. */
  get latest(): LatestValues {
    return (this.#latest ??= new LatestValues(this.#logs));
  }

  append(message: OutgoingMessage, exceptId?: string): NewEntry {
    const after = this.#at;
    return this.take({ at: after + 1, after, time: this.#logs.now(), message, exceptId });
  }

  /** Takes an entry that was given its position elsewhere: it follows the newest. */
  take({ at, after, time, message, exceptId }: PlacedMessage): NewEntry {
    const text = this.textOf({ at, after, message });
    const bytes = Buffer.byteLength(text);
    const entry: Entry = { at, after, time, message, bytes, exceptId };
    this.#at = at;
    this.usedAt = this.#logs.now();
    this.#entries.push(entry);
    this.#logs.took(this, bytes);
    return { ...entry, text };
  }

  /** Takes entries that lie before the oldest that is kept here, oldest first. */
  takeBefore(older: readonly PlacedMessage[]): void {
    const added = older.map((placed): Entry => {
      return { ...placed, bytes: Buffer.byteLength(this.textOf(placed)) };
    });
    this.#entries = [...added, ...this.#entries.slice(this.#first)];
    this.#first = 0;
    for (const { bytes } of added) this.#logs.took(this, bytes);
  }

  /** Stands somewhere else from now on, and holds nothing. */
  restart(epoch: string, at: number): void {
    this.clear();
    this.#epoch = epoch;
    this.#at = at;
  }

  /** The entry with this position, if it is kept. */
  find(at: number): Entry | undefined {
    const entry = this.#entries[this.#indexAfter(at) - 1];
    return entry?.at === at ? entry : undefined;
  }

  /** The newest position up to this one that an entry has, or that the oldest follows. */
  lastUpTo(at: number): number {
    return this.#entries[this.#indexAfter(at) - 1]?.at ?? this.floor;
  }

  /** Whether an entry has this position, or the oldest follows it. */
  stands(at: number): boolean {
    return this.lastUpTo(at) === at;
  }

  /** The frame of an entry, for whoever speaks the protocol. */
  textOf({ at, after, message }: Pick<Entry, 'at' | 'after' | 'message'>): string {
    return message.frame(this.name === inboxName ? { at, after } : { room: this.name, at, after });
  }

  /** The entries after a position, oldest first. */
  *after(at: number): IterableIterator<Entry> {
    for (let index = this.#indexAfter(at); index < this.#entries.length; index += 1) {
      const entry = this.#entries[index];
      if (entry !== undefined) yield entry;
    }
  }

  /** The entries after a position as they are written to everybody who stands there; `undefined` where each is for itself. */
  batchAfter(at: number, maxBytes: number): Batch | undefined {
    this.#batch ??= new ReplayBatch(this, this.#logs, this.name !== inboxName);
    return this.#batch.after(at, maxBytes);
  }

  countAfter(at: number): number {
    return this.#entries.length - this.#indexAfter(at);
  }

  /** Gives up what is older than `time` and, from the oldest on, what is more than `bytes`; the newest entry stays. */
  trim(time: number, bytes: number): void {
    while (this.size > 1) {
      const oldest = this.#entries[this.#first];
      if (oldest === undefined || (oldest.time >= time && this.bytes <= bytes)) return;
      this.#drop(oldest);
    }
  }

  /** Gives up everything up to a position, but for what was accepted after `time`. */
  forget(at: number, time: number = Infinity): void {
    for (;;) {
      const oldest = this.#entries[this.#first];
      if (oldest === undefined || oldest.at > at || oldest.time > time) return;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.forget(this.#at);
  }

  /** Nobody reads it any more. */
  close(): void {
    this.clear();
    this.#latest?.clear();
    this.#batch?.clear();
    this.source?.close();
  }

  #drop(oldest: Entry): void {
    this.#entries[this.#first] = undefined;
    this.#first += 1;
    // moving the rest to the front costs as much as it has entries: only when half of them are gone
    if (this.#first > 32 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    } else if (this.#first === this.#entries.length) {
      this.#entries = [];
      this.#first = 0;
    }
    this.#logs.gave(this, oldest.bytes);
  }

  #indexAfter(at: number): number {
    let low = this.#first;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.at ?? Infinity) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
