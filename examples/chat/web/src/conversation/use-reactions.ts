// Everybody's newest reaction, for as long as its animation lasts.
import { useRef } from 'react';
import type { ReactionName, RoomId } from '@wirepact-example/chat-contract/facts';
import { useEvent } from '../live/socket.js';
import { useExpiring } from '../live/use-expiring.js';

export interface Flight {
  readonly reaction: ReactionName;
  readonly name: string;
  /** In ms since the epoch. It tells two equal reactions apart, so that the animation starts again. */
  readonly at: number;
}

export function useReactions(room: RoomId): ReadonlyMap<string, Flight> {
  const { values, put } = useExpiring<Flight>(room, 2_400);
  const seen = useRef(new Map<string, number>());
  useEvent('reaction', ({ user, name, reaction, at }, from) => {
    // a value of a `latest` channel may arrive again after a reconnect
    if (from.room !== room || seen.current.get(user) === at) return;
    seen.current.set(user, at);
    put(user, { reaction, name, at });
  });
  return values;
}
