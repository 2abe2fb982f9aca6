// Whom a message goes to: immutable selections that are looked up anew each time something is sent.
import type { AnyChannels, Cursor, OutArgs, OutPath } from '@wirepact/core';
import { closeCodes } from '@wirepact/core/internal';
import type { AnySocket, Hub } from '../hub.js';
import { checkCount } from '../figures.js';
import { createOutgoing } from './outgoing-message.js';
import { publish, send, sendDirect } from './publish.js';
import { createTarget, type AnyTarget } from './target.js';
import { checkOwnClose } from '../connection/own-codes.js';
import { readSharedHistory } from '../cluster/shared-history.js';
import { disconnectUser } from '../session/logouts.js';
import type { Socket } from '../socket.js';

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
  /** How many clients of this process are in it now. */
  readonly size: number;
  /** Which clients of this process are in it now. */
  members(): readonly Socket<TChannels, TContext>[];
  /** Everybody in it but one. */
  except(socket: Pick<Socket, 'id'>): Target<TChannels>;
  /** Who is in it, in whatever process, by user. Clients without a user are not in it. */
  presence(): Promise<readonly Presence[]>;
  /** What its log still holds of what was sent to it, oldest first. `rooms.history` keeps that of rooms that nobody is in. */
  history(options?: HistoryOptions): Promise<readonly RoomMessage[]>;
}

/** A user who is in a room. */
export interface Presence {
  readonly userId: string;
  /** How many clients of this user are in it: tabs, devices. */
  readonly clients: number;
}

/** Which part of a room's log to read. */
export interface HistoryOptions {
  /** At most so many: the newest, or with `after` the next. `Infinity` is all of them. @default 100 */
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
  /** How many clients of this user are with this process now. */
  readonly size: number;
  /**
   * Closes every one of them, in whatever process, and lets none of them resume; see `socket.disconnect`. Whoever is being
   * authenticated as this user just then is refused.
   */
  disconnect(reason?: string, code?: number): void;
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
    send(this.#hub, this.name, { path, data });
  }

  async publish(path: string, data?: unknown): Promise<void> {
    await publish(this.#hub, this.name, { path, data });
  }

  async presence(): Promise<readonly Presence[]> {
    const { cluster, rooms } = this.#hub;
    const here = rooms.find(this.name)?.members.keys() ?? [];
    const members = (await cluster?.broker.members(this.name)) ?? here;
    const clients = new Map<string, number>();
    for (const { userId } of members) {
      if (userId !== undefined) clients.set(userId, (clients.get(userId) ?? 0) + 1);
    }
    return Array.from(clients, ([userId, clients]) => ({ userId, clients }));
  }

  // asynchronous, as a log is that is elsewhere
  async history({ limit = 100, after }: HistoryOptions = {}): Promise<readonly RoomMessage[]> {
    checkCount('history.limit', limit);
    if (limit === 0) return [];
    const { cluster, rooms, logs } = this.#hub;
    if (cluster !== undefined) return readSharedHistory(cluster.broker, this.name, limit, after);
    const log = rooms.find(this.name)?.log;
    if (log === undefined) return [];
    logs.trim(log);
    const isKnown = after?.[0] === log.epoch;
    const entries = [...log.after(isKnown ? after[1] : 0)];
    const wanted = isKnown ? entries.slice(0, limit) : entries.slice(-limit);
    return wanted.map((entry) => {
      const { path, json } = entry.message;
      const data: unknown = json === undefined ? undefined : JSON.parse(json);
      return { path, data, position: [log.epoch, entry.at], sentAt: entry.time };
    });
  }

  except({ id }: Pick<Socket, 'id'>): AnyTarget {
    return createTarget(
      (error, path) => this.#hub.report(error, undefined, path),
      (path, data) => {
        return publish(this.#hub, this.name, { path, data, exceptId: id });
      },
    );
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
    this.#publish(path, data)?.catch((error: unknown) => this.#hub.report(error, undefined, path));
  }

  async publish(path: string, data?: unknown): Promise<void> {
    await this.#publish(path, data);
  }

  disconnect(reason = '', code: number = closeCodes.normal): void {
    checkOwnClose(code, reason);
    disconnectUser(this.#hub, { userId: this.id, reason, code });
    void this.#hub.cluster?.ends.disconnectUser(this.id, reason, code);
  }

  #publish(path: string, data: unknown): Promise<unknown> | undefined {
    const hub = this.#hub;
    const message = createOutgoing(hub, path, data);
    if (hub.cluster !== undefined) return hub.cluster.publishToUser(this.id, message);
    for (const session of hub.roster.ofUser(this.id)) sendDirect(session, message);
    return undefined;
  }
}
