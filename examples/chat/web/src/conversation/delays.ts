// What became of each message that an outage delayed, and how many there were: read off the conversation, kept nowhere.
import type { Tally } from '../line/line-words.js';
import type { Away, Entry, Said } from './conversation.js';

/** Where a message waited for the line: on this page, or with the server. */
export type Delay = 'kept' | 'came';

export type Row =
  | { readonly entry: Said; readonly delay: Delay | undefined }
  | { readonly entry: Away; readonly tally: Tally };

/** An outage stands where the line came back: what was kept is above it, what came is below. */
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
