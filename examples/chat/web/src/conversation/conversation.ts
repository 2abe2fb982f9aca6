// What stands in each room, as a pure function of what happened: drafts, their fate, what was heard, and where the line was away.
import type { Message, Person } from '@wirepact-example/chat-contract';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import type { Outage } from '../line/outages.js';

export type Delivery =
  | { readonly state: 'sending' }
  | { readonly state: 'sent' }
  | { readonly state: 'failed'; readonly why: string };

export interface Said {
  readonly kind: 'said';
  /** That of the draft it was here, or the server's id of what others wrote: anybody may choose the key of a draft. */
  readonly key: string;
  /** Absent until the server has it. */
  readonly id?: string;
  readonly from: Person;
  readonly text: string;
  readonly at: number;
  readonly delivery: Delivery;
  /** It was written while the line was away. */
  readonly kept?: boolean;
  /** It was asked for because it would not come by itself. */
  readonly late?: boolean;
  /** It came from the room: whatever was said there before it has come as well, or was asked for. */
  readonly heard?: boolean;
}

/** Where the line was away, and how it came back. */
export interface Away {
  readonly kind: 'away';
  readonly key: string;
  readonly outage: Outage;
}

export type Entry = Said | Away;
export type Conversations = Readonly<Partial<Record<RoomId, readonly Entry[]>>>;

export type Happening =
  | {
      readonly type: 'drafted';
      readonly key: string;
      readonly from: Person;
      readonly text: string;
      readonly at: number;
      readonly kept: boolean;
    }
  | { readonly type: 'retried'; readonly key: string }
  | { readonly type: 'accepted'; readonly key: string; readonly id: string; readonly at: number }
  | { readonly type: 'failed'; readonly key: string; readonly why: string }
  | { readonly type: 'heard'; readonly messages: readonly Message[]; readonly late: boolean }
  | { readonly type: 'returned'; readonly outage: Outage };

/** So many entries of a room stay on the page. */
const remembered = 300;

export function conversationsAfter(
  conversations: Conversations,
  { room, happening }: { readonly room: RoomId; readonly happening: Happening },
): Conversations {
  const entries = entriesAfter(conversations[room] ?? [], happening);
  return { ...conversations, [room]: entries.slice(-remembered) };
}

function entriesAfter(entries: readonly Entry[], happening: Happening): readonly Entry[] {
  switch (happening.type) {
    case 'drafted': {
      const { type: _, ...draft } = happening;
      return [...entries, { kind: 'said', ...draft, delivery: { state: 'sending' } }];
    }
    case 'retried':
      return changed(entries, happening.key, { delivery: { state: 'sending' } });
    case 'accepted':
      return changed(entries, happening.key, {
        id: happening.id,
        at: happening.at,
        delivery: { state: 'sent' },
      });
    case 'failed':
      return changed(entries, happening.key, { delivery: { state: 'failed', why: happening.why } });
    case 'heard':
      return happening.messages.reduce(
        (before, message) => withMessage(before, message, happening.late),
        entries,
      );
    case 'returned':
      return withReturn(entries, happening.outage);
  }
}

/**
 * One's own message comes back from the room as well: it is the draft that carries the same key. What was asked for may be
 * older than what came by itself.
 */
function withMessage(
  entries: readonly Entry[],
  { id, key, from, text, at }: Message,
  late: boolean,
): readonly Entry[] {
  const said: Said = { kind: 'said', key: id, id, from, text, at, delivery: { state: 'sent' }, heard: true };
  const isIt = (entry: Entry) =>
    entry.kind === 'said' && (entry.id === id || (entry.key === key && isFrom(from, entry)));
  const known = entries.find(isIt);
  if (known !== undefined) return changed(entries, known.key, { ...said, key: known.key });
  const since = entries.findLastIndex((entry) => entry.kind === 'away') + 1;
  const newer = entries.findIndex(
    (entry, index) => index >= since && entry.kind === 'said' && entry.id !== undefined && entry.at > at,
  );
  return entries.toSpliced(newer < 0 ? entries.length : newer, 0, { ...said, late });
}

/** A draft may have been written before it was known who writes here. */
function isFrom({ id }: Person, said: Said): boolean {
  return said.from.id === id || said.from.id === '';
}

/** What is known of a return grows after it. */
function withReturn(entries: readonly Entry[], outage: Outage): readonly Entry[] {
  const key = `outage-${outage.id}`;
  const away: Away = { kind: 'away', key, outage };
  const isKnown = entries.some((entry) => entry.key === key);
  return isKnown ? entries.map((entry) => (entry.key === key ? away : entry)) : [...entries, away];
}

function changed(entries: readonly Entry[], key: string, change: Partial<Said>): readonly Entry[] {
  return entries.map((entry) =>
    entry.kind === 'said' && entry.key === key ? { ...entry, ...change } : entry,
  );
}

/**
 * The newest message that came from the room: what comes after it was missed. One's own may have been accepted while one was
 * in another room, and others spoke before it.
 */
export function lastId(entries: readonly Entry[]): string | undefined {
  return entries.findLast((entry): entry is Said => entry.kind === 'said' && entry.heard === true)?.id;
}
