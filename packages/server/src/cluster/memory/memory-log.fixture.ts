// One log as the engine in memory keeps it: positions that are never used twice, bounds, and the loss of its newest entries.
import type { Append, BrokerSettings, LogHead, LogPage, SharedEntry } from '../broker.js';

/** What bounds a log. */
export type LogBounds = Pick<BrokerSettings, 'maxLogBytes' | 'maxLogAgeMs'>;

/** What an append did: `entry` is absent where it was done before. */
export interface Appended {
  readonly head: LogHead;
  readonly entry?: SharedEntry;
}

/**
 * The ids of all appends to a log, by where they stood. The processes know them, whatever the engine forgets: what they give back
 * is as it was.
 */
export type AppendIds = Map<number, string>;

export class MemoryLog {
  epoch: string;
  #at = 0;
  #entries: SharedEntry[] = [];
  #bytes = 0;
  /** Where the appends stand that may be tried again, by their ids. */
  readonly #done = new Map<string, number>();
  readonly #ids: AppendIds;
  /** When it was last asked for, by the engine's clock. */
  usedAt = 0;

  constructor(epoch: string, ids: AppendIds) {
    this.epoch = epoch;
    this.#ids = ids;
  }

  get head(): LogHead {
    return { epoch: this.epoch, at: this.#at };
  }

  /** `now` is in ms since the epoch, and may go backwards. */
  append(id: string, { body, knownAt }: Append, now: number): Appended {
    const done = this.#done.get(id);
    if (done !== undefined) return { head: { epoch: this.epoch, at: done } };
    const after = this.#at;
    const at = Math.max(Math.floor(now * 1_000), after + 1, knownAt + 1);
    const entry = { at, after, time: now, body };
    this.#done.set(id, at);
    this.#ids.set(at, id);
    this.#take(entry);
    return { head: this.head, entry };
  }

  page(after: number, limit: number): LogPage {
    const rest = this.#entries.filter(({ at }) => at > after);
    const floor = this.#entries[0]?.after ?? this.#at;
    return { ...this.head, floor, entries: limit === 0 ? [] : rest.slice(-limit) };
  }

  /** Takes entries back if it stands exactly at `head`. Gives those that it took. */
  restore(head: LogHead, entries: readonly SharedEntry[]): readonly SharedEntry[] {
    if (head.epoch !== this.epoch || head.at !== this.#at) return [];
    for (const entry of entries) {
      this.#take(entry);
      const id = this.#ids.get(entry.at);
      if (id !== undefined) this.#done.set(id, entry.at);
    }
    return entries;
  }

  /** Gives up what is too old and, from the oldest on, what is too much; the newest entry stays. */
  trim({ maxLogBytes, maxLogAgeMs }: LogBounds, now: number): void {
    for (let oldest = this.#entries[0]; oldest !== undefined && this.#entries.length > 1;) {
      if (oldest.time >= now - maxLogAgeMs && this.#bytes <= maxLogBytes) return;
      this.#bytes -= Buffer.byteLength(oldest.body);
      this.#entries.shift();
      oldest = this.#entries[0];
    }
  }

  /** Loses its newest entries, and with them that they were ever there. */
  loseTail(count: number): void {
    for (const { after, body } of this.#entries.splice(Math.max(0, this.#entries.length - count)).reverse()) {
      this.#at = after;
      this.#bytes -= Buffer.byteLength(body);
    }
    for (const [id, at] of this.#done) if (at > this.#at) this.#done.delete(id);
  }

  #take(entry: SharedEntry): void {
    this.#at = entry.at;
    this.#bytes += Buffer.byteLength(entry.body);
    this.#entries.push(entry);
  }
}
