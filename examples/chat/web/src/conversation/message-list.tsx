// What was said, newest at the bottom. A column in reverse keeps the view there by itself.
import { useRef } from 'react';
import type { Person } from '@wirepact-example/chat-contract';
import type { RoomFacts } from '../chat/use-room-in-address.js';
import type { Entry } from './conversation.js';
import { AwayNote } from './away-note.js';
import { withDelays } from './delays.js';
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
          {withDelays(entries).map((row, index) =>
            'tally' in row ? (
              <AwayNote key={row.entry.key} outage={row.entry.outage} tally={row.tally} />
            ) : (
              <MessageRow
                key={row.entry.key}
                said={row.entry}
                delay={row.delay}
                own={row.entry.from.id === you?.id}
                continues={continues(entries[index - 1], row.entry)}
                continued={continues(row.entry, entries[index + 1])}
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
