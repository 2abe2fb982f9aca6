// The groups of clients that a message can be sent to. A selection is immutable, and looked up anew at each send.
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

/** Clients that messages can be sent to. */
export interface Target<TChannels> {
  /**
   * Sends to each of these clients. The data is parsed and encoded once.
   *
   * @throws SocketError `invalid_output` if the data does not fit the channel's `out`, `message_too_large` if it exceeds
   *   `limits.maxOutgoingBytes`; then nothing is sent to anybody
   */
  send<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): void;
  /**
   * Sends like `send`, and resolves once the message is accepted.
   * Rejects with what `send` throws, and with `not_accepted` if a broker does not accept the message.
   */
  publish<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): Promise<void>;
}

/** The clients in a room. */
export interface RoomTarget<TChannels = AnyChannels, TContext = unknown> extends Target<TChannels> {
  readonly name: string;
  /** How many clients of this process are in the room now. */
  readonly size: number;
  /** The clients of this process that are in the room now. */
  members(): readonly Socket<TChannels, TContext>[];
  /** The clients in the room but one. */
  except(socket: Pick<Socket, 'id'>): Target<TChannels>;
  /**
   * The users in the room, with their number of clients, in all processes.
   * Clients without a `userId` are not listed. With a broker, rejects with `not_accepted` if it does not answer.
   */
  presence(): Promise<Presence[]>;
  /**
   * Reads what the room's log still holds, oldest first.
   * The `rooms.history` option keeps the logs of empty rooms. Rejects with a `TypeError` for an invalid `limit`, and with
   * `not_accepted` if a broker does not answer.
   */
  history(options?: HistoryOptions): Promise<readonly RoomMessage[]>;
}

/** A user in a room. */
export interface Presence {
  readonly userId: string;
  /** How many clients of this user are in the room, such as tabs and devices. */
  readonly clients: number;
}

/** Which part of a room's log to read. */
export interface HistoryOptions {
  /** How many messages at most: the newest, or with `after` the next ones. `Infinity` reads all of them. @default 100 */
  readonly limit?: number;
  /** Reads only what was sent after this position. A position of a log that no longer exists counts as none. */
  readonly after?: Cursor;
}

/** A message that was sent to a room. */
export interface RoomMessage {
  readonly path: string;
  /** The data as it was sent, parsed from JSON. */
  readonly data: unknown;
  /** Its position in the room's log, to be passed as `after`. */
  readonly position: Cursor;
  /** When it was sent, in ms since the epoch. */
  readonly sentAt: number;
}

/** Every client of a user. */
export interface UserTarget<TChannels = AnyChannels> extends Target<TChannels> {
  readonly id: string;
  /** How many clients of this user are connected to this process now, or suspended in it. */
  readonly size: number;
  /**
   * Ends every session of this user for good, in all processes, including suspended ones.
   * A client that is being authenticated as this user at that moment is refused. For the codes, see `socket.disconnect`.
   *
   * @throws TypeError for a code that `socket.disconnect` does not allow, and for a reason that is not a string
   */
  disconnect(reason?: string, code?: number): void;
}

/** The clients in a room. */
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

  async presence(): Promise<Presence[]> {
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
