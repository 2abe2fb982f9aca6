// When to try again to open a connection that was lost or could not be opened.
import { reconnectDelay, type ResolvedReconnectOptions } from '@wirepact/core/internal';
import { LineLost } from './redis-line.js';

/**
 * A line that was stable comes back at once; if that fails within 50 ms, then within growing times up to a second. They grow
 * slowly: a server that was away for half a second is found within a quarter of one more.
 */
const schedule: ResolvedReconnectOptions = {
  quickMs: 50,
  minDelayMs: 50,
  maxDelayMs: 1_000,
  factor: 1.5,
  maxAttempts: Infinity,
  stableAfterMs: 100,
};

/** Whether a line that was open for so long was worth opening. */
export function isStable(openForMs: number): boolean {
  return openForMs >= schedule.stableAfterMs;
}

/** How often a line was tried in vain. */
export class Reopening {
  #failures = 0;

  /** No line could be opened. */
  failed(): void {
    this.#failures += 1;
  }

  /** A line is lost that was open for so long. Returns whether it was stable. */
  lost(reason: Error, openForMs: number): boolean {
    const wasVain = reason instanceof LineLost && reason.wasVain;
    // a server that is left as soon as it is there is as good as away
    this.#failures = wasVain ? this.#failures + 1 : 0;
    return !wasVain && isStable(openForMs);
  }

  /** How long after the beginning of the last attempt the next one begins, in ms. */
  delayMs(random: () => number): number {
    // one that is lost as soon as it is open is no reason to do nothing but open them
    if (this.#failures === 0) return schedule.stableAfterMs;
    return reconnectDelay(this.#failures, schedule, random);
  }
}
