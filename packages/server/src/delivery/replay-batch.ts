// Reads a log once for many clients at the same position, as after an outage: the frames are built once and written to each
// client in one go. With 100 messages for each of 1,000 clients, that saves more than half of the cost of reading.
import type { Log } from './log.js';
import type { Holding, Logs } from './logs.js';

/** Entries in a row that are for everybody. */
export interface Batch {
  readonly epoch: string;
  /** They follow this position, and end with `to`. */
  readonly after: number;
  readonly to: number;
  /** Where the log stood. */
  readonly head: number;
  readonly frames: readonly string[];
  readonly bytes: number;
}

/** How many bytes are written at once at most. */
const maxBatchBytes = 65_536;
/** Fewer are as cheap one by one. */
const minFrames = 2;

/** The batch that was read last from a log. It is kept for a while, and counts with what logs hold. */
export class ReplayBatch implements Holding {
  readonly #log: Log;
  readonly #logs: Logs;
  readonly #isShared: boolean;
  readonly maxAgeMs = 10_000;
  #batch: Batch | undefined;
  bytes = 0;
  usedAt = 0;

  /** `isShared`: others read the log as well; a batch that one alone reads is not kept. */
  constructor(log: Log, logs: Logs, isShared: boolean) {
    this.#log = log;
    this.#logs = logs;
    this.#isShared = isShared;
  }

  /** What follows a position, no more than `maxBytes` of it; `undefined` where that is little, or not for everybody. */
  after(at: number, maxBytes: number): Batch | undefined {
    const { epoch, at: head } = this.#log;
    const kept = this.#batch;
    const isSame = kept?.after === at && kept.head === head && kept.epoch === epoch;
    if (isSame && kept.bytes <= maxBytes) return kept;
    const most = Math.min(maxBytes, maxBatchBytes);
    const frames: string[] = [];
    let bytes = 0;
    let to = at;
    for (const entry of this.#log.after(at)) {
      if (entry.exceptId !== undefined || bytes + entry.bytes > most) break;
      frames.push(this.#log.textOf(entry));
      bytes += entry.bytes;
      to = entry.at;
    }
    if (frames.length < minFrames) return undefined;
    const batch: Batch = { epoch, after: at, to, head, frames, bytes };
    if (this.#isShared) this.#keep(batch);
    return batch;
  }

  trim(time: number): void {
    if (this.usedAt < time) this.clear();
  }

  clear(): void {
    this.#batch = undefined;
    if (this.bytes > 0) this.#logs.gave(this, this.bytes);
  }

  #keep(batch: Batch): void {
    this.clear();
    // as text, and as the bytes that leave
    const bytes = 2 * batch.bytes;
    // no message is worth less than what saves some work
    if (!this.#logs.hasRoomFor(bytes)) return;
    this.#batch = batch;
    this.usedAt = this.#logs.now();
    this.#logs.took(this, bytes);
  }
}
