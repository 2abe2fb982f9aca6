// Where a client stands in a log, and what comes next. Pure decisions; logs.ts acts on them.
import type { Cursor, GapCause } from '@wirepact/core/internal';

/**
 * What an entry means to a client that stands at `last`:
 * - `deliver`: it is the next one;
 * - `drop`: it was taken already, where a replay and what is live overlap;
 * - `rejoin`: entries before it were missed, and must be asked for;
 * - `fork`: the log lost its end and went on from an earlier position; what it has now is to be taken.
 */
export type Verdict = 'deliver' | 'drop' | 'rejoin' | 'fork';

export function judge(last: number, at: number, after: number): Verdict {
  if (at <= last) return 'drop';
  if (after === last) return 'deliver';
  return after > last ? 'rejoin' : 'fork';
}

/**
 * Why something is missing between where a client stands and where a replay begins; the server says so itself, if it knows.
 * A replay that begins earlier misses nothing: what it repeats is dropped.
 */
export function missing([epoch, last]: Cursor, [newEpoch, from]: Cursor): GapCause | undefined {
  if (newEpoch !== epoch) return 'epoch';
  return from > last ? 'trimmed' : undefined;
}
