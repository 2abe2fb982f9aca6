// How fast one may talk: a few messages at once, then one a second.
const burst = 5;
const refillMs = 1_000;

/** Says how long somebody has to wait before the next message; 0 when they may speak now, which it then counts. */
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
