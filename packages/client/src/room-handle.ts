// What `join` resolves to: one holder's view of a room, which takes its listeners along when it leaves.
import type { SocketError } from '@wirepact/core';
import type { ListenOptions, RoomMember, Unsubscribe } from './client.js';
import type { Listener, ListenerSet, MessageListener } from './listeners.js';

/** As much of a room as its handles see. */
export interface HandledRoom {
  readonly name: string;
  members: readonly RoomMember[];
  readonly changed: ListenerSet<[members: readonly RoomMember[]]>;
  readonly removed: ListenerSet<[error: SocketError]>;
}

export type ListenToMessages = (
  path: string,
  listener: MessageListener,
  options?: ListenOptions,
) => Unsubscribe;

export class RoomHandle {
  readonly #room: HandledRoom;
  readonly #listen: ListenToMessages;
  readonly #giveUp: () => Promise<void>;
  readonly #listening = new Set<Unsubscribe>();

  constructor(room: HandledRoom, listen: ListenToMessages, giveUp: () => Promise<void>) {
    this.#room = room;
    this.#listen = listen;
    this.#giveUp = giveUp;
  }

  get name(): string {
    return this.#room.name;
  }

  get members(): readonly RoomMember[] {
    return this.#room.members;
  }

  on(path: string, listener: MessageListener, options?: ListenOptions): Unsubscribe {
    const here: MessageListener = (data, info) => {
      if (info.room === this.name) listener(data, info);
    };
    return this.#keep(this.#listen(path, here, options));
  }

  onMembers(listener: Listener<[readonly RoomMember[]]>, options?: ListenOptions): Unsubscribe {
    return this.#keep(this.#room.changed.add(listener, options));
  }

  onRemoved(listener: Listener<[SocketError]>, options?: ListenOptions): Unsubscribe {
    return this.#keep(this.#room.removed.add(listener, options));
  }

  leave(): Promise<void> {
    for (const off of this.#listening) off();
    return this.#giveUp();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }

  #keep(stop: Unsubscribe): Unsubscribe {
    const off = (): void => {
      stop();
      this.#listening.delete(off);
    };
    this.#listening.add(off);
    return off;
  }
}
