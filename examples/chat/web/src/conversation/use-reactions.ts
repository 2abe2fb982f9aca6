// Everybody's newest reaction, for as long as its animation lasts.
import { useRef } from 'react';
import type { ReactionName, RoomId } from '@wirepact-example/chat-contract/facts';
import { useEvent } from '../live/socket.js';
import { useExpiring } from '../live/use-expiring.js';

export interface Flight {
  readonly reaction: ReactionName;
  readonly name: string;
  /** Tells two equal reactions apart, so that the animation starts again. */
  readonly count: number;
}

export function useReactions(room: RoomId): ReadonlyMap<string, Flight> {
  const { values, put } = useExpiring<Flight>(room, 2_400);
  const count = useRef(0);
  useEvent('reaction', ({ user, name, reaction }, from) => {
    if (from.room === room) put(user, { reaction, name, count: ++count.current });
  });
  return values;
}
