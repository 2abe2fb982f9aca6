// Which rooms are wanted, and by whom. What is wanted is joined anew on every connection.
import { toSocketError, type SocketError } from '@wirepact/core';
import type { ProtocolData } from '@wirepact/core/internal';
import type { JoinOptions, RoomMember } from './client.js';
import { failure } from './failure.js';
import { ListenerSet } from './listeners.js';
import { RoomHandle, type HandledRoom, type ListenToMessages } from './room-handle.js';

/** What the rooms need of the client they belong to. */
export interface RoomHost {
  /** Whether the server knows rooms; `undefined` while there is no connection. */
  knowsRooms(): boolean | undefined;
  /** Whether it answers who joins or leaves. */
  answersJoins(): boolean;
  ask(path: '$join' | '$leave', room: string): Promise<unknown>;
  readonly on: ListenToMessages;
  readonly report: (thrown: unknown) => void;
}

/** A room that somebody wants to be in. */
interface Wanted extends HandledRoom {
  readonly handles: Set<RoomHandle>;
  /** Settles when the server first lets us in, or does not. */
  readonly entered: Promise<void>;
  readonly enter: () => void;
  readonly refuse: (error: SocketError) => void;
  /** It was let in once, on this connection or an earlier one. */
  known: boolean;
}

export class Rooms {
  readonly #host: RoomHost;
  readonly #wanted = new Map<string, Wanted>();

  constructor(host: RoomHost) {
    this.#host = host;
  }

  async join(name: string, { signal }: JoinOptions = {}): Promise<RoomHandle> {
    let room = this.#wanted.get(name);
    if (room === undefined) {
      this.#wanted.set(name, (room = wantedRoom(name)));
      void this.#enter(room);
    }
    const { handles, entered } = room;
    const handle: RoomHandle = new RoomHandle(room, this.#host.on, () => this.#leave(room, handle));
    handles.add(handle);
    try {
      await orAborted(entered, name, signal);
      return handle;
    } catch (thrown) {
      void handle.leave();
      throw thrown;
    }
  }

  /** A connection is there. */
  restore(): void {
    for (const room of [...this.#wanted.values()]) void this.#enter(room);
  }

  /** Nobody is let in any more. Rooms that were entered stay wanted, should the client connect again. */
  clear(error: SocketError): void {
    for (const room of [...this.#wanted.values()]) if (!room.known) this.#drop(room, error);
  }

  /** Takes what the server says of rooms. */
  receive(path: '$leave' | '$members' | '$member', data: unknown): void {
    const room = this.#wanted.get((data as ProtocolData[typeof path]).room);
    if (room === undefined) return;
    if (path === '$leave') this.#drop(room, failure('denied', `removed from ${room.name}`));
    else if (path === '$members') {
      const { members } = data as ProtocolData['$members'];
      this.#show(
        room,
        Object.entries(members).map(([id, info]) => ({ id, info })),
      );
    } else {
      const { id, info } = data as ProtocolData['$member'];
      const others = room.members.filter((member) => member.id !== id);
      this.#show(room, info === undefined ? others : [...others, { id, info }]);
    }
  }

  async #enter(room: Wanted): Promise<void> {
    try {
      const knowsRooms = this.#host.knowsRooms();
      if (knowsRooms === undefined) return;
      if (!knowsRooms) throw failure('unsupported', 'the server knows no rooms');
      const answered = this.#host.ask('$join', room.name);
      const enter = (): void => {
        room.known = true;
        room.enter();
      };
      // where no answer is due, one is in until told otherwise
      if (!this.#host.answersJoins()) enter();
      await answered;
      enter();
    } catch (thrown) {
      const error = toSocketError(thrown);
      // where only the line broke, the next connection asks again
      const again = error.code === 'unknown_outcome' || error.code === 'closed';
      const untold = error.code === 'timeout' && !this.#host.answersJoins();
      if (again || untold || this.#wanted.get(room.name) !== room) return;
      // who waits is told by the promise
      if (room.known) this.#host.report(error);
      this.#drop(room, error);
    }
  }

  async #leave(room: Wanted, handle: RoomHandle): Promise<void> {
    const { name, handles } = room;
    if (!handles.delete(handle) || handles.size > 0 || this.#wanted.get(name) !== room) return;
    this.#wanted.delete(name);
    // a connection that is gone has left already
    if (!this.#host.knowsRooms()) return;
    const answered = this.#host.ask('$leave', name).catch(() => {});
    if (this.#host.answersJoins()) await answered;
  }

  #drop(room: Wanted, error: SocketError): void {
    this.#wanted.delete(room.name);
    room.refuse(error);
    this.#show(room, []);
    room.removed.emit(this.#host.report, error);
  }

  #show(room: Wanted, members: readonly RoomMember[]): void {
    room.members = members;
    room.changed.emit(this.#host.report, members);
  }
}

function wantedRoom(name: string): Wanted {
  let enter = (): void => {};
  let refuse = (_error: SocketError): void => {};
  const entered = new Promise<void>((resolve, reject) => {
    enter = resolve;
    refuse = reject;
  });
  return {
    name,
    handles: new Set(),
    members: [],
    changed: new ListenerSet(),
    removed: new ListenerSet(),
    entered,
    enter,
    refuse,
    known: false,
  };
}

/** Waits for `promise` no longer than the signal lets it. */
async function orAborted(
  promise: Promise<void>,
  room: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal === undefined) return promise;
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(failure('aborted', `joining ${room}`, { cause: signal.reason }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
  });
  try {
    await Promise.race([aborted, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
