// Which messages a lost connection delayed, and how many. It is derived from the conversation and stored nowhere.
import type { Tally } from '../line/line-words.js';
import type { Away, Entry, Said } from './conversation.js';

/** Where a delayed message waited: on this page (`kept`) or at the server (`came`). */
export type Delay = 'kept' | 'came';

export type Row =
  | { readonly entry: Said; readonly delay: Delay | undefined }
  | { readonly entry: Away; readonly tally: Tally };

/** A lost connection is shown where it came back: messages that waited here are above it, received ones below. */
export function withDelays(entries: readonly Entry[]): readonly Row[] {
  let kept = 0;
  let away: { entry: Away; tally: { kept: number; came: number } } | undefined;
  return entries.map((entry) => {
    if (entry.kind === 'away') {
      away = { entry, tally: { kept, came: 0 } };
      kept = 0;
      return away;
    }
    const delay = delayOf(entry, away?.entry);
    if (delay === 'kept' && entry.delivery.state === 'sent') kept += 1;
    if (delay === 'came' && away) away.tally.came += 1;
    return { entry, delay };
  });
}

function delayOf({ kept, late, at }: Said, away: Away | undefined): Delay | undefined {
  if (kept) return 'kept';
  return late || at <= (away?.outage.end?.heldBackUntil ?? 0) ? 'came' : undefined;
}
