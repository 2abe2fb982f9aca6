// Everybody's newest reaction, for as long as its animation lasts.
import type { ReactionName, RoomId } from '@wirepact-example/chat-contract/facts';
import { useEvent } from '../live/socket.js';
import { useExpiring } from '../live/use-expiring.js';
import { useUnseen } from '../live/use-unseen.js';

export interface Flight {
  readonly reaction: ReactionName;
  readonly name: string;
  /** In ms since the epoch. It tells two equal reactions apart, so that the animation starts again. */
  readonly at: number;
}

export function useReactions(room: RoomId): ReadonlyMap<string, Flight> {
  const { values, put } = useExpiring<Flight>(room, 2_400);
  const isUnseen = useUnseen();
  useEvent('reaction', ({ user, name, reaction, at }, from) => {
    if (from.room === room && isUnseen(`${user} in ${room}`, at)) put(user, { reaction, name, at });
  });
  return values;
}
