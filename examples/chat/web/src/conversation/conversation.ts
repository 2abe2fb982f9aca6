// What stands in each room, as a pure function of what happened: drafts, their fate, what was heard, what was caught up.
import type { Message, Person } from '@wirepact-example/chat-contract';
import type { RoomId } from '@wirepact-example/chat-contract/facts';

export type Delivery =
  | { readonly state: 'sending' }
  | { readonly state: 'sent' }
  | { readonly state: 'failed'; readonly why: string };

export interface Said {
  readonly kind: 'said';
  readonly key: string;
  /** Absent until the server has it. */
  readonly id?: string;
  readonly from: Person;
  readonly text: string;
  readonly at: number;
  readonly delivery: Delivery;
}

interface Note {
  readonly kind: 'note';
  readonly key: string;
  readonly text: string;
}

export type Entry = Said | Note;
export type Conversations = Readonly<Partial<Record<RoomId, readonly Entry[]>>>;

export type Happening =
  | {
      readonly type: 'drafted';
      readonly key: string;
      readonly from: Person;
      readonly text: string;
      readonly at: number;
    }
  | { readonly type: 'retried'; readonly key: string }
  | { readonly type: 'accepted'; readonly key: string; readonly id: string; readonly at: number }
  | { readonly type: 'failed'; readonly key: string; readonly why: string }
  | { readonly type: 'heard'; readonly messages: readonly Message[] }
  | { readonly type: 'noted'; readonly key: string; readonly text: string };

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
      const { key, from, text, at } = happening;
      return [...entries, { kind: 'said', key, from, text, at, delivery: { state: 'sending' } }];
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
      return happening.messages.reduce(withMessage, entries);
    case 'noted':
      return [...entries, { kind: 'note', key: happening.key, text: happening.text }];
  }
}

/** One's own message comes back from the room as well: it is the draft that carries the same key. */
function withMessage(entries: readonly Entry[], { id, key, from, text, at }: Message): readonly Entry[] {
  const said: Said = { kind: 'said', key, id, from, text, at, delivery: { state: 'sent' } };
  return entries.some((entry) => entry.key === key) ? changed(entries, key, said) : [...entries, said];
}

function changed(entries: readonly Entry[], key: string, change: Partial<Said>): readonly Entry[] {
  return entries.map((entry) =>
    entry.kind === 'said' && entry.key === key ? { ...entry, ...change } : entry,
  );
}

/** The newest message that the server gave an id: what comes after it was missed. */
export function lastId(entries: readonly Entry[]): string | undefined {
  return entries.findLast((entry): entry is Said => entry.kind === 'said' && entry.id !== undefined)?.id;
}
