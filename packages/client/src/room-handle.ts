// What `join` resolves to: one holder's view of a room, which takes its listeners along when it leaves.
import type { SocketError } from '@wirepact/core';
import type { AnyChannels } from '@wirepact/core';
import type { Room, RoomMember, Unsubscribe } from './client.js';
import type { Gap } from './gap.js';
import type { KeepOptions, Listeners, MessageListener } from './listeners.js';

/** As much of a room as its handles see. */
export interface HandledRoom {
  readonly name: string;
  members: readonly RoomMember[];
  readonly changed: Listeners<[members: readonly RoomMember[]]>;
  readonly removed: Listeners<[error: SocketError]>;
  readonly missed: Listeners<[gap: Gap]>;
}

export type ListenToMessages = (path: string, listener: MessageListener, options: KeepOptions) => Unsubscribe;

export type RoomHandle = Room<AnyChannels>;

export function roomHandle(
  room: HandledRoom,
  listen: ListenToMessages,
  giveUp: () => Promise<void>,
): RoomHandle {
  const { name, changed, removed, missed } = room;
  const listening = new Set<Unsubscribe>();
  const leave = (): Promise<void> => {
    for (const off of listening) off();
    return giveUp();
  };
  return {
    name,
    get members() {
      return room.members;
    },
    on(path, listener, options) {
      const here: MessageListener = (data, info) => {
        if (info.room === name) listener(data, info);
      };
      return listen(path as string, here, { ...options, kept: listening });
    },
    onMembers: (listener, options) => changed.add(listener, { ...options, kept: listening }),
    onRemoved: (listener, options) => removed.add(listener, { ...options, kept: listening }),
    onGap: (listener, options) => missed.add(listener, { ...options, kept: listening }),
    leave,
    [Symbol.asyncDispose]: leave,
  };
}
