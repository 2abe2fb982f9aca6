// Which rooms the application wants to be in. A session stays in its rooms while disconnected; a new one joins them
// again.
import { toSocketError, type SocketError } from '@wirepact/core';
import type { ProtocolData } from '@wirepact/core/internal';
import type { JoinOptions, RoomMember } from './client.js';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import type { Gap } from './gap.js';
import { createListeners } from './listeners.js';
import { inbox, type Logs } from './logs.js';
import type { ResolvedClientOptions } from './options.js';
import { keep } from './registration.js';
import { roomHandle, type HandledRoom, type ListenToMessages, type RoomHandle } from './room-handle.js';

/** What the rooms need from the client. */
export interface RoomHost {
  readonly options: ResolvedClientOptions;
  readonly connection: Connection;
  readonly logs: Logs;
  readonly on: ListenToMessages;
  readonly report: (thrown: unknown) => void;
}

/** How long to wait before asking for a room again, if the server does not say. */
const defaultRetryMs = 1_000;

/** A room for which there is a handle. */
interface Wanted extends HandledRoom {
  readonly handles: Set<RoomHandle>;
  /** Settles when the server first accepts or refuses the join. */
  readonly entered: Promise<void>;
  readonly enter: () => void;
  readonly refuse: (error: SocketError) => void;
  /** Whether the client was in the room before, in this session or an earlier one. */
  known: boolean;
  /** Whether the session is in the room. */
  joined: boolean;
  /** Stops the timer after which the server is asked again. */
  stopTimer?: () => void;
}

export class Rooms {
  readonly #host: RoomHost;
  readonly #wanted = new Map<string, Wanted>();
  /** Rooms that are not wanted any more, but in which the server may still consider the session to be. */
  readonly #leaving = new Set<string>();

  constructor(host: RoomHost) {
    this.#host = host;
  }

  async join(name: string, options?: JoinOptions): Promise<RoomHandle> {
    // these names stand for the logs of everyone and of this client
    if (name === '*' || name === inbox) throw failure('invalid_input', { path: name });
    const aborted = (): SocketError => failure('aborted', { cause: options?.signal?.reason as unknown });
    if (options?.signal?.aborted) throw aborted();
    let room = this.#wanted.get(name);
    if (room === undefined) {
      this.#wanted.set(name, (room = wantedRoom(name)));
      void this.#enter(room);
    }
    const { handles, entered } = room;
    const handle: RoomHandle = roomHandle(room, this.#host.on, () => this.#leave(room, handle));
    handles.add(handle);
    try {
      await new Promise<void>((resolve, reject) => {
        // once the join is settled, its promise takes no notice of this any more
        const forgetSignal = keep(options, () => reject(aborted()));
        void entered.then(resolve, reject).then(forgetSignal);
      });
      return handle;
    } catch (thrown) {
      void handle.leave();
      throw thrown;
    }
  }

  /** The client is connected. `isLost`: there was a session, and it is lost. */
  restore(resumed: boolean, isLost: boolean): void {
    const { logs } = this.#host;
    for (const name of this.#leaving) {
      if (resumed) void this.#depart(name);
      else this.left(name);
    }
    for (const room of [...this.#wanted.values()]) {
      const isFollowed = logs.follows(room.name);
      if (room.joined && isLost && !isFollowed) logs.lose(room.name);
      // if nothing followed the answer, the server may have removed the session since
      room.joined &&= resumed && isFollowed;
      if (!room.joined) void this.#enter(room);
    }
  }

  /** The client is closed. Rooms that were joined stay wanted, in case the client connects again. */
  clear(error: SocketError): void {
    for (const room of [...this.#wanted.values()]) {
      if (room.known) room.stopTimer?.();
      else this.#drop(room, error);
    }
  }

  /** Handles the server's frames about rooms. */
  receive(path: '$leave' | '$members' | '$member', data: unknown): void {
    const { room: name } = data as ProtocolData[typeof path];
    // also for rooms into which the server put this client
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
      // if no answer will come, the room counts as joined until the server says otherwise
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
      // an earlier leave of the same room is over
      this.left(name);
      room.known = room.joined = true;
      room.enter();
    } else if (!this.#wanted.has(name) && !this.#leaving.has(name)) {
      // the server accepted the join and took the room away at once: leave it, because nothing here wants it any more
      void this.#giveUp(name);
    }
  }

  #refused(room: Wanted, error: SocketError, answers: boolean): void {
    const { options, connection, logs, report } = this.#host;
    const { code, data, retryable } = error;
    // if only the connection was lost, the next one asks again
    if (code === 'unknown_outcome' || code === 'closed' || this.#wanted.get(room.name) !== room) return;
    const isLate = code === 'timeout';
    if (isLate && !answers) return;
    if (room.known && isLate) void this.#enter(room);
    else if (room.known && retryable) {
      const { retryAfterMs } = Object(data) as { readonly retryAfterMs?: unknown };
      const waitMs = Number(retryAfterMs) || defaultRetryMs;
      // a new connection asks anyway
      if (connection.writable) room.stopTimer = options.clock.after(waitMs, () => void this.#enter(room));
    }
    // a caller that gave up waiting leaves if the join is accepted later, unless the server had put the client in by
    // itself
    else if (isLate && !logs.follows(room.name)) room.refuse(error);
    else this.#drop(room, error);
    // a caller that waits is told by its promise
    if (room.known) report(error);
  }

  async #leave(room: Wanted, handle: RoomHandle): Promise<void> {
    const { name, handles } = room;
    if (!handles.delete(handle) || handles.size > 0 || this.#wanted.get(name) !== room) return;
    this.#forget(room);
    await this.#giveUp(name);
  }

  /** The session shall leave the room: now, or when it is connected again. */
  async #giveUp(name: string): Promise<void> {
    this.#leaving.add(name);
    this.#host.logs.leave(name);
    await this.#depart(name);
  }

  async #depart(name: string): Promise<void> {
    const { options, connection, logs } = this.#host;
    // otherwise the next connection tells the server: a `$leave` that waited could follow another join
    if (!connection.writable) return;
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

  /** The server has removed the session from the room: what arrives from now on belongs to a new join. */
  left(name: string): void {
    if (this.#leaving.delete(name)) this.#host.logs.left(name);
  }

  #drop(room: Wanted, error: SocketError): void {
    this.#forget(room);
    room.refuse(error);
    this.#show(room, []);
    room.removed.emit(this.#host.report, error);
    // their listeners would be called again if the room were joined anew
    for (const handle of room.handles) void handle.leave();
  }

  /** No handle wants the room any more. */
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
  let settle!: Pick<Wanted, 'enter' | 'refuse'>;
  const entered = new Promise<void>((enter, refuse) => (settle = { enter, refuse }));
  return {
    name,
    handles: new Set(),
    members: [],
    changed: createListeners(),
    removed: createListeners(),
    missed: createListeners(),
    entered,
    ...settle,
    known: false,
    joined: false,
  };
}
