// What was said, newest at the bottom. A column in reverse keeps the view there by itself.
import { useRef } from 'react';
import type { Person } from '@wirepact-example/chat-contract';
import type { RoomFacts } from '../chat/use-room-in-address.js';
import type { Entry } from './conversation.js';
import { MessageRow } from './message-row.js';

export interface MessageListProps {
  readonly room: RoomFacts;
  readonly entries: readonly Entry[];
  readonly you: Person | undefined;
  readonly onRetry: (key: string, text: string) => void;
}

export function MessageList({ room, entries, you, onRetry }: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  return (
    <div className="messages" ref={scroller} role="log" aria-label={`Messages in ${room.name}`} tabIndex={0}>
      {entries.length === 0 ? (
        <p className="silence">Nobody has said anything yet. Break the silence.</p>
      ) : (
        <ol>
          {entries.map((entry, index) =>
            entry.kind === 'note' ? (
              <li key={entry.key} className="note">
                {entry.text}
              </li>
            ) : (
              <MessageRow
                key={entry.key}
                said={entry}
                own={entry.from.id === you?.id}
                continues={continues(entries[index - 1], entry)}
                continued={continues(entry, entries[index + 1])}
                onRetry={onRetry}
              />
            ),
          )}
        </ol>
      )}
    </div>
  );
}

/** Whether a message goes on where the one before it left off: same writer, within three minutes. */
function continues(previous: Entry | undefined, entry: Entry | undefined): boolean {
  return (
    previous?.kind === 'said' &&
    entry?.kind === 'said' &&
    previous.from.id === entry.from.id &&
    previous.from.name === entry.from.name &&
    entry.at - previous.at < 180_000
  );
}
