// Whom a message goes to: immutable selections that are looked up anew each time something is sent.
import type { AnyChannels, Cursor, OutArgs, OutPath } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import type { AnySocket, Hub } from './hub.js';
import { createOutgoing } from './outgoing-message.js';
import { publish, sendDirect, type Publication } from './publish.js';
import type { Socket } from './socket.js';

/** A number of clients that something can be sent to. */
export interface Target<TChannels> {
  /**
   * Parses and encodes the data once, and sends it to each.
   *
   * @throws SocketError `invalid_output` when the data does not fit the channel's `out`; nobody is sent anything then
   */
  send<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): void;
  /** The same, resolving once the message is accepted; rejects with what `send` throws. */
  publish<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): Promise<void>;
}

/** Everybody in a room. */
export interface RoomTarget<TChannels = AnyChannels, TContext = unknown> extends Target<TChannels> {
  readonly name: string;
  /** How many are in it now. */
  readonly size: number;
  /** Who is in it now. */
  members(): readonly Socket<TChannels, TContext>[];
  /** Everybody in it but one. */
  except(socket: Pick<Socket, 'id'>): Target<TChannels>;
  /** What its log still holds of what was sent to it, oldest first. `rooms.history` keeps that of rooms that nobody is in. */
  history(options?: HistoryOptions): Promise<readonly RoomMessage[]>;
}

/** Which part of a room's log to read. */
export interface HistoryOptions {
  /** At most so many: the newest, or with `after` the next. @default 100 */
  readonly limit?: number;
  /** Only what came after this position. One of a log that was made anew since then counts as none. */
  readonly after?: Cursor;
}

/** A message that was sent to a room. */
export interface RoomMessage {
  readonly path: string;
  /** As it travels, JSON. */
  readonly data: unknown;
  /** Where it stands in the room's log: what `after` takes. */
  readonly position: Cursor;
  /** When it was sent, in ms since the epoch. */
  readonly sentAt: number;
}

/** Every client of a user. */
export interface UserTarget<TChannels = AnyChannels> extends Target<TChannels> {
  readonly id: string;
  /** How many clients of this user are here now. */
  readonly size: number;
  /** Closes every one of them; see `socket.disconnect`. */
  disconnect(reason?: string, code?: number): void;
}

/** What can be sent to, given what sends. */
function createTarget(send: (path: string, data?: unknown) => void): {
  readonly send: typeof send;
  readonly publish: (path: string, data?: unknown) => Promise<void>;
} {
  // async, so that what `send` throws becomes a rejection
  return { send, publish: async (path, data) => send(path, data) };
}

/** Sends to everybody in a room but one. Where nobody is or could read it later, it is only checked. */
function sendToRoom(hub: Hub, name: string, publication: Publication): void {
  const room = hub.rooms.toSendTo(name);
  if (room === undefined) createOutgoing(hub, publication.path, publication.data, name);
  else publish(hub, room, publication);
}

/** Everybody in a room. */
export class RoomSelection {
  readonly name: string;
  readonly #hub: Hub;

  constructor(hub: Hub, name: string) {
    this.#hub = hub;
    this.name = name;
  }

  get size(): number {
    return this.#hub.rooms.find(this.name)?.members.size ?? 0;
  }

  members(): readonly AnySocket[] {
    return Array.from(this.#hub.rooms.find(this.name)?.members.keys() ?? [], ({ socket }) => socket);
  }

  send(path: string, data?: unknown): void {
    sendToRoom(this.#hub, this.name, { path, data });
  }

  async publish(path: string, data?: unknown): Promise<void> {
    this.send(path, data);
  }

  // asynchronous, as a log is that is elsewhere
  async history({ limit = 100, after }: HistoryOptions = {}): Promise<readonly RoomMessage[]> {
    const log = this.#hub.rooms.find(this.name)?.log;
    if (log === undefined) return [];
    const isKnown = after?.[0] === log.epoch;
    const entries = [...log.after(isKnown ? after[1] : 0)];
    const wanted = isKnown ? entries.slice(0, limit) : entries.slice(-limit);
    return wanted.map((entry) => {
      const { path, data } = JSON.parse(log.textOf(entry)) as Frame;
      return { path, data, position: [log.epoch, entry.at], sentAt: entry.time };
    });
  }

  except({ id }: Pick<Socket, 'id'>): ReturnType<typeof createTarget> {
    return createTarget((path, data) => sendToRoom(this.#hub, this.name, { path, data, exceptId: id }));
  }
}

/** Every client of a user. */
export class UserSelection {
  readonly id: string;
  readonly #hub: Hub;

  constructor(hub: Hub, id: string) {
    this.#hub = hub;
    this.id = id;
  }

  get size(): number {
    return this.#hub.roster.ofUser(this.id).size;
  }

  send(path: string, data?: unknown): void {
    const message = createOutgoing(this.#hub, path, data);
    for (const session of this.#hub.roster.ofUser(this.id)) sendDirect(session, message);
  }

  async publish(path: string, data?: unknown): Promise<void> {
    this.send(path, data);
  }

  disconnect(reason?: string, code?: number): void {
    for (const { socket } of this.#hub.roster.ofUser(this.id)) socket.disconnect(reason, code);
  }
}
