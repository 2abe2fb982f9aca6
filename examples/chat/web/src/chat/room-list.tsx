// The list of rooms: marks the open one, and those with new messages.
import { useState } from 'react';
import { rooms, type RoomId } from '@wirepact-example/chat-contract/facts';
import { useEvent } from '../live/socket.js';
import { useUnseen } from '../live/use-unseen.js';
import { roomAddress } from './use-room-in-address.js';

export function RoomList({ current }: { readonly current: RoomId }) {
  const [unseen, setUnseen] = useState<ReadonlySet<RoomId>>(new Set());
  const isUnseen = useUnseen();
  useEvent('activity', ({ room, at }) => {
    if (isUnseen(room, at)) setUnseen((rooms) => new Set(rooms).add(room));
  });
  // the open room has no unread mark, however the user got there
  if (unseen.has(current)) setUnseen(without(unseen, current));

  return (
    <nav className="rooms" aria-label="Rooms">
      <ul>
        {rooms.map((room) => (
          <li key={room.id}>
            <a href={roomAddress(room.id)} aria-current={room.id === current ? 'page' : undefined}>
              <span className="room-name">{room.name}</span>
              {unseen.has(room.id) && (
                <span className="unseen">
                  <span className="visually-hidden">(new messages)</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function without(rooms: ReadonlySet<RoomId>, room: RoomId): ReadonlySet<RoomId> {
  return new Set([...rooms].filter((other) => other !== room));
}
