// The pointers of the others, drawn over the conversation. They cannot be clicked and are hidden from screen readers.
import type { RefObject } from 'react';
import type { Cursor, Person } from '@wirepact-example/chat-contract';
import type { RoomId } from '@wirepact-example/chat-contract/facts';
import { useEvent, useStatus } from '../live/socket.js';
import { useExpiring } from '../live/use-expiring.js';
import { useUnseen } from '../live/use-unseen.js';
import { hueStyle } from '../people/hue.js';
import { useOwnCursor } from './use-own-cursor.js';

export interface CursorLayerProps {
  readonly pane: RefObject<HTMLElement | null>;
  readonly room: RoomId;
  readonly you: Person | undefined;
  /** Whether nobody else is in the room: the page then does not send its own pointer. */
  readonly alone: boolean;
}

export function CursorLayer({ pane, room, you, alone }: CursorLayerProps) {
  const status = useStatus();
  const { values, put } = useExpiring<Cursor>(room, 4_000);
  const isUnseen = useUnseen();
  useOwnCursor(pane, room, status.name === 'connected' && !alone);
  useEvent('cursor', (cursor, from) => {
    const { user, at } = cursor;
    if (from.room === room && user !== you?.id && isUnseen(`${user} in ${room}`, at)) put(user, cursor);
  });
  return (
    <div className="cursors" aria-hidden="true">
      {[...values.values()].map(({ user, name, x, y }) => (
        <span
          key={user}
          className="cursor"
          data-at-end={x > 0.8}
          style={{ ...hueStyle(user), left: `${x * 100}%`, top: `${y * 100}%` }}
        >
          <svg viewBox="0 0 16 16">
            <path d="M2 1.5 13.5 8 8.2 9.2 5.8 14Z" />
          </svg>
          <span>{name}</span>
        </span>
      ))}
    </div>
  );
}
