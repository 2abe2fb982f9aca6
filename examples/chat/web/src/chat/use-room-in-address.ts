// The open room. It is the hash of the URL, so that rooms can be bookmarked and the back button works.
import { useSyncExternalStore } from 'react';
import { rooms, type RoomId } from '@wirepact-example/chat-contract/facts';

export type RoomFacts = (typeof rooms)[number];

export function useRoomInAddress(): RoomFacts {
  return useSyncExternalStore(subscribe, currentRoom);
}

export const roomAddress = (id: RoomId): string => `#${id}`;

function currentRoom(): RoomFacts {
  return rooms.find((room) => roomAddress(room.id) === location.hash) ?? rooms[0];
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}
