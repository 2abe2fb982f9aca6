// Limits how fast a guest may send messages: a few at once, then one per second.
const burst = 5;
const refillMs = 1_000;

/**
 * `take` returns how many ms a guest must wait before the next message; 0 if it may be sent now, and then counts it.
 */
export class Pace {
  readonly #fullAt = new Map<string, number>();

  take(id: string): number {
    const now = Date.now();
    for (const [other, at] of this.#fullAt) if (at <= now) this.#fullAt.delete(other);
    const fullAt = Math.max(now, this.#fullAt.get(id) ?? now) + refillMs;
    const waitMs = fullAt - now - burst * refillMs;
    if (waitMs > 0) return waitMs;
    this.#fullAt.set(id, fullAt);
    return 0;
  }
}
