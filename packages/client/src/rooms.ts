// Which rooms are wanted, and by whom. What is wanted is joined anew on every connection.
import { toSocketError, type SocketError } from '@wirepact/core';
import type { ProtocolData } from '@wirepact/core/internal';
import type { JoinOptions, RoomMember } from './client.js';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import { createListeners } from './listeners.js';
import type { Requests } from './requests.js';
import { roomHandle, type HandledRoom, type ListenToMessages, type RoomHandle } from './room-handle.js';

/** What the rooms need of the client they belong to. */
export interface RoomHost {
  readonly connection: Connection;
  readonly requests: Requests;
  /** Whether rooms can be joined where only plain messages are spoken; no answer is due there. */
  readonly joinsPlainly: boolean | undefined;
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
    const handle: RoomHandle = roomHandle(room, this.#host.on, () => this.#leave(room, handle));
    handles.add(handle);
    let abort = (): void => {};
    try {
      await new Promise<void>((resolve, reject) => {
        abort = () => reject(failure('aborted', { cause: signal?.reason as unknown }));
        entered.then(resolve, reject);
        signal?.addEventListener('abort', abort);
        if (signal?.aborted) abort();
      });
      return handle;
    } catch (thrown) {
      void handle.leave();
      throw thrown;
    } finally {
      signal?.removeEventListener('abort', abort);
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
    if (path === '$leave') this.#drop(room, failure('denied', {}, room.name));
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
    const { connection, joinsPlainly, report } = this.#host;
    const { name } = room;
    if (!connection.writable) return;
    const answers = connection.welcome !== undefined;
    try {
      if (!answers && !joinsPlainly) throw failure('unsupported');
      const answered = this.#ask('$join', name);
      const enter = (): void => {
        room.known = true;
        room.enter();
      };
      // where no answer is due, one is in until told otherwise
      if (!answers) enter();
      await answered;
      enter();
    } catch (thrown) {
      const error = toSocketError(thrown);
      // where only the line broke, the next connection asks again
      const again = error.code === 'unknown_outcome' || error.code === 'closed';
      const untold = error.code === 'timeout' && !answers;
      if (again || untold || this.#wanted.get(name) !== room) return;
      // who waits is told by the promise
      if (room.known) report(error);
      this.#drop(room, error);
    }
  }

  async #leave(room: Wanted, handle: RoomHandle): Promise<void> {
    const { connection, joinsPlainly } = this.#host;
    const { name, handles } = room;
    if (!handles.delete(handle) || handles.size > 0 || this.#wanted.get(name) !== room) return;
    this.#wanted.delete(name);
    // a connection that is gone has left already
    if (!connection.writable || !(connection.welcome || joinsPlainly)) return;
    const answered = this.#ask('$leave', name).catch(() => {});
    if (connection.welcome) await answered;
  }

  #ask(path: '$join' | '$leave', room: string): Promise<unknown> {
    return this.#host.requests.ask({ path, data: { room } });
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
    changed: createListeners(),
    removed: createListeners(),
    entered,
    enter,
    refuse,
    known: false,
  };
}
