// Decides what a log entry means to a client at a given position. Pure; logs.ts acts on the decisions.
import type { Cursor, GapCause } from '@wirepact/core/internal';

/**
 * What an entry means to a client whose last position is `last`:
 * - `deliver`: it is the next one;
 * - `drop`: the client has it already, because a replay and live messages overlap;
 * - `rejoin`: entries before it were missed, and the client must request them;
 * - `fork`: the log lost its end and continued from an earlier position; the client continues with what the log has
 *   now.
 */
export type Verdict = 'deliver' | 'drop' | 'rejoin' | 'fork';

export function judge(last: number, at: number, after: number): Verdict {
  if (at <= last) return 'drop';
  if (after === last) return 'deliver';
  return after > last ? 'rejoin' : 'fork';
}

/**
 * Why something is missing between a client's position and the start of a replay. If the server knows, it says so
 * itself.
 * A replay that starts earlier misses nothing: what it repeats is dropped.
 */
export function missing([epoch, last]: Cursor, [newEpoch, from]: Cursor): GapCause | undefined {
  if (newEpoch !== epoch) return 'epoch';
  return from > last ? 'trimmed' : undefined;
}
