// The newest value of each `latest` slot, for those who were away or come later.
import type { OutgoingMessage } from './outgoing-message.js';

/** So many values are kept side by side; of more, those that were set longest ago are given up. */
const maxSlots = 256;

/** How long a value is kept, in ms. */
const maxAgeMs = 300_000;

interface Kept {
  readonly message: OutgoingMessage;
  readonly time: number;
  readonly exceptId: string | undefined;
}

/** The newest `latest` values of one stream. */
export class LatestValues {
  readonly #kept = new Map<string, Kept>();

  keep(message: OutgoingMessage, time: number, exceptId?: string): void {
    const { slot } = message;
    this.#kept.delete(slot);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= maxSlots) this.#kept.delete(oldest);
    this.#kept.set(slot, { message, time, exceptId });
  }

  /** What was set since `time` and is for this session, oldest first. */
  *since(time: number, now: number, sessionId: string): IterableIterator<OutgoingMessage> {
    for (const [slot, kept] of this.#kept) {
      if (kept.time < now - maxAgeMs) this.#kept.delete(slot);
      else if (kept.time >= time && kept.exceptId !== sessionId) yield kept.message;
    }
  }
}
