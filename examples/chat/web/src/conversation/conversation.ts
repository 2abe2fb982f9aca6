// The entries of each room, as a pure reducer: drafts and their delivery, received messages, and lost connections.
import type { Message, Person } from '@wirepact-example/chat-contract';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import type { Outage } from '../line/outages.js';

export type Delivery =
  | { readonly state: 'sending' }
  | { readonly state: 'sent' }
  | { readonly state: 'failed'; readonly why: string };

export interface Said {
  readonly kind: 'said';
  /**
   * The key of the draft, for a message written on this page; otherwise the server's id, because others choose their
   * keys freely.
   */
  readonly key: string;
  /** The server's id; absent until the server has accepted the message. */
  readonly id?: string;
  readonly from: Person;
  readonly text: string;
  readonly at: number;
  readonly delivery: Delivery;
  /** Written during an outage. */
  readonly kept?: boolean;
  /** Missed during an outage, and loaded with a `history` request afterwards. */
  readonly late?: boolean;
  /** Received from the room. Every earlier message of the room has then arrived too, or was requested. */
  readonly heard?: boolean;
}

/** A lost connection, and how it came back. */
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

/** The writer of a draft from before the page knows who its user is. Nobody whom the server knows has this id. */
export const unknownYet: Person = { id: '', name: 'You' };

/** How many entries of a room stay on the page. */
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
      // a message that was heard was accepted at an earlier attempt
      return entries.some((entry) => entry.key === happening.key && entry.kind === 'said' && entry.heard)
        ? entries
        : changed(entries, happening.key, { delivery: { state: 'failed', why: happening.why } });
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
 * Adds a received message. The user's own message also arrives from the room: it replaces the draft with the same key.
 * A message that was requested may be older than one that arrived by itself.
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

/** Whether the user `you` wrote a message, maybe before the page knew who that is. */
export function isFrom(you: Person | undefined, { from }: Said): boolean {
  return from.id === you?.id || from.id === unknownYet.id;
}

/** Adds a lost connection, or updates it: details about the reconnect arrive one after the other. */
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
 * The id of the newest message that arrived from the room: everything after it was missed. The user's own accepted
 * messages do not count: they may have been sent while another room was open, after messages of others.
 */
export function lastId(entries: readonly Entry[]): string | undefined {
  return entries.findLast((entry): entry is Said => entry.kind === 'said' && entry.heard === true)?.id;
}
