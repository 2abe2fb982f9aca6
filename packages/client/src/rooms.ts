// Which rooms are wanted, and by whom. A session stays in its rooms while the connection is away; another one joins them anew.
import { toSocketError, type SocketError } from '@wirepact/core';
import type { ProtocolData } from '@wirepact/core/internal';
import type { JoinOptions, RoomMember } from './client.js';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import type { Gap } from './gap.js';
import { createListeners } from './listeners.js';
import { inbox, type Logs } from './logs.js';
import type { ResolvedClientOptions } from './options.js';
import { roomHandle, type HandledRoom, type ListenToMessages, type RoomHandle } from './room-handle.js';

/** What the rooms need of the client they belong to. */
export interface RoomHost {
  readonly options: ResolvedClientOptions;
  readonly connection: Connection;
  readonly logs: Logs;
  readonly on: ListenToMessages;
  readonly report: (thrown: unknown) => void;
}

/** How long to wait before a room is asked for again, where the server does not say. */
const defaultRetryMs = 1_000;

/** A room that somebody wants to be in. */
interface Wanted extends HandledRoom {
  readonly handles: Set<RoomHandle>;
  /** Settles when the server first lets us in, or does not. */
  readonly entered: Promise<void>;
  readonly enter: () => void;
  readonly refuse: (error: SocketError) => void;
  /** It was let in once, in this session or an earlier one. */
  known: boolean;
  /** The session is in it. */
  joined: boolean;
  /** Stops the wait after which the server is asked again. */
  stopTimer?: () => void;
}

export class Rooms {
  readonly #host: RoomHost;
  readonly #wanted = new Map<string, Wanted>();
  /** Rooms that the server may take this session to be in, though nobody wants to be any more. */
  readonly #leaving = new Set<string>();

  constructor(host: RoomHost) {
    this.#host = host;
  }

  async join(name: string, { signal }: JoinOptions = {}): Promise<RoomHandle> {
    // the server takes these for what it is to replay
    if (name === '*' || name === inbox) throw failure('invalid_input', { path: name }, 'no room');
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

  /** A connection is there. `isLost` where there was a session, and it is gone. */
  restore(resumed: boolean, isLost: boolean): void {
    for (const name of this.#leaving) {
      if (resumed) void this.#depart(name);
      else this.left(name);
    }
    for (const room of [...this.#wanted.values()]) {
      const isFollowed = this.#host.logs.follows(room.name);
      if (room.joined && isLost && !isFollowed) this.#host.logs.lose(room.name);
      // where nothing came behind the answer, the session may have been put out since
      room.joined &&= resumed && isFollowed;
      if (!room.joined) void this.#enter(room);
    }
  }

  /** Nobody is let in any more. Rooms that were entered stay wanted, should the client connect again. */
  clear(error: SocketError): void {
    for (const room of [...this.#wanted.values()]) {
      if (room.known) room.stopTimer?.();
      else this.#drop(room, error);
    }
  }

  /** Takes what the server says of rooms. */
  receive(path: '$leave' | '$members' | '$member', data: unknown): void {
    const { room: name } = data as ProtocolData[typeof path];
    // also of rooms that the server put this client in
    if (path === '$leave') this.#host.logs.forget(name);
    const room = this.#wanted.get(name);
    if (room === undefined) return;
    if (path === '$leave') this.#drop(room, failure('denied', {}, name));
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

  missed(gap: Gap): void {
    this.#wanted.get(gap.room ?? '')?.missed.emit(this.#host.report, gap);
  }

  async #enter(room: Wanted): Promise<void> {
    const { options, connection, logs } = this.#host;
    const { name } = room;
    room.stopTimer?.();
    if (!connection.writable) return;
    const answers = connection.welcome !== undefined;
    try {
      if (!answers && !options.dialect.joins) throw failure('unsupported');
      const answered = answers ? logs.join(name) : logs.ask('$join', name);
      // where no answer is due, one is in until told otherwise
      if (!answers) this.#entered(room);
      await answered;
      this.#entered(room);
    } catch (thrown) {
      this.#refused(room, toSocketError(thrown), answers);
    }
  }

  #entered(room: Wanted): void {
    const { name } = room;
    if (this.#wanted.get(name) === room) {
      // what was left before is entered anew
      this.left(name);
      room.known = room.joined = true;
      room.enter();
    } else if (!this.#wanted.has(name) && !this.#leaving.has(name)) {
      // the server let us in and took it away at once: nobody here wants what the session is in now
      void this.#giveUp(name);
    }
  }

  #refused(room: Wanted, error: SocketError, answers: boolean): void {
    const { options, connection, logs, report } = this.#host;
    const { code, data, retryable } = error;
    // where only the line broke, the next connection asks again
    if (code === 'unknown_outcome' || code === 'closed' || this.#wanted.get(room.name) !== room) return;
    const isLate = code === 'timeout';
    if (isLate && !answers) return;
    if (room.known && isLate) void this.#enter(room);
    else if (room.known && retryable) {
      const { retryAfterMs } = Object(data) as { readonly retryAfterMs?: unknown };
      const waitMs = Number(retryAfterMs) || defaultRetryMs;
      // another connection asks by itself
      if (connection.writable) room.stopTimer = options.clock.after(waitMs, () => void this.#enter(room));
    }
    // who waits leaves, should the server let them in after all; not where it had put them in by itself
    else if (isLate && !logs.follows(room.name)) room.refuse(error);
    else this.#drop(room, error);
    // who waits is told by the promise
    if (room.known) report(error);
  }

  async #leave(room: Wanted, handle: RoomHandle): Promise<void> {
    const { name, handles } = room;
    if (!handles.delete(handle) || handles.size > 0 || this.#wanted.get(name) !== room) return;
    this.#forget(room);
    await this.#giveUp(name);
  }

  /** The session is to be in it no longer: told now, or when it is back, if it is. */
  async #giveUp(name: string): Promise<void> {
    this.#leaving.add(name);
    this.#host.logs.leave(name);
    if (this.#host.connection.writable) await this.#depart(name);
  }

  async #depart(name: string): Promise<void> {
    const { options, connection, logs } = this.#host;
    const answers = connection.welcome !== undefined;
    if (!answers && !options.dialect.joins) return this.left(name);
    logs.forget(name);
    logs.leave(name);
    const answered = logs.ask('$leave', name).then(
      () => this.left(name),
      ({ code }: SocketError) => code === 'unknown_outcome' || code === 'timeout' || this.left(name),
    );
    if (answers) await answered;
  }

  /** The server has let go of it: what comes of it from now on, it was taken in for anew. */
  left(name: string): void {
    if (this.#leaving.delete(name)) this.#host.logs.left(name);
  }

  #drop(room: Wanted, error: SocketError): void {
    this.#forget(room);
    room.refuse(error);
    this.#show(room, []);
    room.removed.emit(this.#host.report, error);
    // their listeners would hear of the room again if it were joined anew
    for (const handle of room.handles) void handle.leave();
  }

  /** Nobody wants it any more. */
  #forget(room: Wanted): void {
    this.#wanted.delete(room.name);
    room.stopTimer?.();
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
    missed: createListeners(),
    entered,
    enter,
    refuse,
    known: false,
    joined: false,
  };
}
