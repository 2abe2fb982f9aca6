// Where a client stands in a log, and what comes next. Pure decisions; logs.ts acts on them.
import type { Cursor, GapCause, ProtocolData } from '@wirepact/core/internal';

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

/** Where a client stands once a replay begins, and why something is missing where the server did not say so itself. */
export function begin(
  cursor: Cursor | undefined,
  { epoch, from }: Pick<ProtocolData['$stream'], 'epoch' | 'from'>,
): { readonly cursor: Cursor; readonly missing?: GapCause } {
  const start: Cursor = [epoch, from];
  if (cursor === undefined) return { cursor: start };
  if (cursor[0] !== epoch) return { cursor: start, missing: 'epoch' };
  // what a replay repeats is dropped entry by entry
  return from > cursor[1] ? { cursor: start, missing: 'trimmed' } : { cursor };
}
