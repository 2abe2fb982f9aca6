// The handle to which `join` resolves: one holder's view of a room, which removes its listeners when it leaves.
import type { AnyChannels, SocketError } from '@wirepact/core';
import type { ListenOptions, Room, RoomMember, Unsubscribe } from './client.js';
import type { Gap } from './gap.js';
import type { Listeners, MessageListener } from './listeners.js';
import type { KeepOptions } from './registration.js';

/** The part of a room that its handles see. */
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
  release: () => Promise<void>,
): RoomHandle {
  const { name, changed, removed, missed } = room;
  const listening = new Set<Unsubscribe>();
  let isLeft = false;
  const leave = (): Promise<void> => {
    isLeft = true;
    for (const off of listening) off();
    return release();
  };
  // a listener on a left handle would be called again if the room were joined anew
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
