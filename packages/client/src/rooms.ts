// Which rooms are wanted, by whom, and which are joined. What is wanted is joined again after every reconnect.
import { SocketError, toSocketError } from '@wirepact/core';
import type { ProtocolData } from '@wirepact/core/internal';
import type { JoinOptions, RoomMember } from './client.js';
import { ListenerSet } from './listeners.js';
import { RoomHandle, type HandledRoom, type ListenToMessages } from './room-handle.js';

/** What the rooms need of the client they belong to. */
export interface RoomHost {
  /** Whether the server knows rooms; `undefined` while there is no connection. */
  knowsRooms(): boolean | undefined;
  ask(path: '$join' | '$leave', room: string): Promise<unknown>;
  readonly on: ListenToMessages;
  readonly report: (thrown: unknown) => void;
}

interface Waiter {
  resolve(): void;
  reject(error: SocketError): void;
}

/** A room that somebody wants to be in. */
interface Wanted extends HandledRoom {
  readonly handles: Set<RoomHandle>;
  /** Handles whose `join()` is not answered yet. */
  readonly waiting: Map<RoomHandle, Waiter>;
  joined: boolean;
}

export class Rooms {
  readonly #host: RoomHost;
  readonly #wanted = new Map<string, Wanted>();

  constructor(host: RoomHost) {
    this.#host = host;
  }

  join(name: string, { signal }: JoinOptions = {}): Promise<RoomHandle> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw abortedJoin(name, signal);
      const known = this.#wanted.get(name);
      const room = known ?? newRoom(name);
      const handle = new RoomHandle(room, this.#host.on, () => this.#leave(room, handle));
      room.handles.add(handle);
      if (room.joined) return resolve(handle);

      const abort = (): void => {
        void handle.leave();
        reject(abortedJoin(name, signal));
      };
      const settled = (): void => signal?.removeEventListener('abort', abort);
      signal?.addEventListener('abort', abort);
      room.waiting.set(handle, {
        resolve: () => (settled(), resolve(handle)),
        reject: (error) => (settled(), reject(error)),
      });
      if (known !== undefined) return;
      this.#wanted.set(name, room);
      void this.#enter(room);
    });
  }

  /** A connection is there. */
  restore(): void {
    for (const room of [...this.#wanted.values()]) void this.#enter(room);
  }

  /** The connection is gone. */
  lost(): void {
    for (const room of this.#wanted.values()) room.joined = false;
  }

  /** Nobody is let in any more. Rooms that were joined stay wanted, should the client connect again. */
  clear(error: SocketError): void {
    for (const room of [...this.#wanted.values()]) {
      for (const [handle, waiter] of room.waiting) {
        room.handles.delete(handle);
        waiter.reject(error);
      }
      room.waiting.clear();
      if (room.handles.size === 0) this.#wanted.delete(room.name);
    }
  }

  /** Takes what the server says of rooms. */
  receive(path: '$leave' | '$members' | '$member', data: unknown): void {
    const room = this.#wanted.get((data as ProtocolData[typeof path]).room);
    if (room === undefined) return;
    if (path === '$leave') {
      this.#drop(
        room,
        new SocketError('denied', `[denied] the server removed this client from "${room.name}"`),
      );
    } else if (path === '$members') {
      const { members } = data as ProtocolData['$members'];
      this.#setMembers(
        room,
        Object.entries(members).map(([id, info]) => ({ id, info })),
      );
    } else {
      const { id, info } = data as ProtocolData['$member'];
      const others = room.members.filter((member) => member.id !== id);
      this.#setMembers(room, info === undefined ? others : [...others, { id, info }]);
    }
  }

  async #enter(room: Wanted): Promise<void> {
    const { name, waiting } = room;
    try {
      const knowsRooms = this.#host.knowsRooms();
      if (knowsRooms === undefined) return;
      if (!knowsRooms) throw new SocketError('unsupported', '[unsupported] this server knows no rooms');
      await this.#host.ask('$join', name);
      if (this.#wanted.get(name) !== room) return;
      room.joined = true;
      for (const waiter of waiting.values()) waiter.resolve();
      waiting.clear();
    } catch (thrown) {
      const error = toSocketError(thrown);
      // where only the line broke, the next connection asks again
      if (this.#wanted.get(name) !== room || error.code === 'unknown_outcome' || error.code === 'closed')
        return;
      // those who were in before hear of it; those who wait are told by their promise
      if (room.handles.size > waiting.size) this.#host.report(error);
      this.#drop(room, error);
    }
  }

  async #leave(room: Wanted, handle: RoomHandle): Promise<void> {
    room.waiting.delete(handle);
    if (!room.handles.delete(handle) || room.handles.size > 0 || this.#wanted.get(room.name) !== room) return;
    this.#wanted.delete(room.name);
    // a connection that breaks leaves too
    if (this.#host.knowsRooms()) await this.#host.ask('$leave', room.name).catch(() => {});
  }

  #drop(room: Wanted, error: SocketError): void {
    this.#wanted.delete(room.name);
    for (const waiter of room.waiting.values()) waiter.reject(error);
    this.#setMembers(room, []);
    room.removed.emit(this.#host.report, error);
  }

  #setMembers(room: Wanted, members: readonly RoomMember[]): void {
    room.members = members;
    room.changed.emit(this.#host.report, members);
  }
}

function newRoom(name: string): Wanted {
  return {
    name,
    handles: new Set(),
    waiting: new Map(),
    joined: false,
    members: [],
    changed: new ListenerSet(),
    removed: new ListenerSet(),
  };
}

function abortedJoin(room: string, signal: AbortSignal | undefined): SocketError {
  return new SocketError('aborted', `[aborted] joining "${room}"`, { cause: signal?.reason as unknown });
}
