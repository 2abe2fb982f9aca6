// The bounded list that the messages of one stream are recovered from: a room's, everyone's, or a session's inbox.
import type { Cursor } from '@wirepact/core/internal';
import type { Logs } from './logs.js';
import type { OutgoingMessage } from './outgoing-message.js';

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
}

/** The name of the log of a session's direct messages. */
export const inboxName = '$inbox';

/** The name of everyone's log. */
export const everyoneName = '*';

/** The messages of one stream that can still be had, oldest first. */
export class Log {
  /** A room's name, {@link everyoneName} or {@link inboxName}. */
  readonly name: string;
  /** Another one for every log that is made from nothing: positions of one epoch say nothing of another. */
  readonly epoch: string;
  readonly #logs: Logs;
  #entries: (Entry | undefined)[] = [];
  /** The first entry that is still kept; the array is cut only now and then. */
  #first = 0;
  #at = 0;
  bytes = 0;
  /** When the newest entry was accepted. */
  usedAt = 0;

  constructor(name: string, epoch: string, logs: Logs) {
    this.name = name;
    this.epoch = epoch;
    this.#logs = logs;
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
    return [this.epoch, this.#at];
  }

  get size(): number {
    return this.#entries.length - this.#first;
  }

  append(message: OutgoingMessage, exceptId?: string): NewEntry {
    const after = this.#at;
    const at = after + 1;
    const time = this.#logs.now();
    const text = this.textOf({ at, after, message });
    const bytes = Buffer.byteLength(text);
    const entry: Entry = { at, after, time, message, bytes, exceptId };
    this.#at = at;
    this.usedAt = time;
    this.#entries.push(entry);
    this.#logs.took(this, bytes);
    return { ...entry, text };
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

  /** Gives up everything up to a position. */
  forget(at: number): void {
    for (;;) {
      const oldest = this.#entries[this.#first];
      if (oldest === undefined || oldest.at > at) return;
      this.#drop(oldest);
    }
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
