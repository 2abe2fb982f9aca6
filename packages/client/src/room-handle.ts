// What `join` resolves to: one holder's view of a room, which takes its listeners along when it leaves.
import type { SocketError } from '@wirepact/core';
import type { AnyChannels } from '@wirepact/core';
import type { ListenOptions, Room, RoomMember, Unsubscribe } from './client.js';
import type { Gap } from './gap.js';
import type { Listeners, MessageListener } from './listeners.js';
import type { KeepOptions } from './registration.js';

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
  let isLeft = false;
  const leave = (): Promise<void> => {
    isLeft = true;
    for (const off of listening) off();
    return giveUp();
  };
  // who listens to one that was left would hear of the room again if it were joined anew
  const here = (options?: ListenOptions): KeepOptions =>
    isLeft ? { signal: AbortSignal.abort() } : { ...options, kept: listening };
  return {
    name,
    get members() {
      return room.members;
    },
    on(path, listener, options) {
      const heard: MessageListener = (data, info) => (info.room === name ? listener(data, info) : undefined);
      return listen(path as string, heard, here(options));
    },
    onMembers: (listener, options) => changed.add(listener, here(options)),
    onRemoved: (listener, options) => removed.add(listener, here(options)),
    onGap: (listener, options) => missed.add(listener, here(options)),
    leave,
    [Symbol.asyncDispose]: leave,
  };
}
