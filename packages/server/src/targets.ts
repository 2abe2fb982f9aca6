// Whom a message goes to: immutable selections that are looked up anew each time something is sent.
import type { AnyChannels, OutArgs, OutPath } from '@wirepact/core';
import { findChannel, type AnySocket, type Hub } from './hub.js';
import { createOutgoing } from './outgoing-message.js';
import type { Session } from './session.js';
import type { Socket } from './socket.js';

/** A number of clients that something can be sent to. */
export interface Target<TChannels> {
  /**
   * Parses and encodes the data once, and sends it to each.
   *
   * @throws SocketError `invalid_output` when the data does not fit the channel's `out`; nobody is sent anything then
   */
  send<P extends OutPath<TChannels>>(path: P, ...args: OutArgs<TChannels>[P]): void;
  /** The same, resolving once the message is accepted; rejects with what `send` throws. */
  publish<P extends OutPath<TChannels>>(path: P, ...args: OutArgs<TChannels>[P]): Promise<void>;
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
}

/** Every client of a user. */
export interface UserTarget<TChannels = AnyChannels> extends Target<TChannels> {
  readonly id: string;
  /** How many clients of this user are here now. */
  readonly size: number;
  /** Closes every one of them; see `socket.disconnect`. */
  disconnect(reason?: string, code?: number): void;
}

/** Some sessions of a hub. */
export class Selection {
  protected readonly hub: Hub;
  readonly #sessions: () => Iterable<Session>;
  readonly #room: string | undefined;
  readonly #exceptId: string | undefined;

  constructor(hub: Hub, sessions: () => Iterable<Session>, room?: string, exceptId?: string) {
    this.hub = hub;
    this.#sessions = sessions;
    this.#room = room;
    this.#exceptId = exceptId;
  }

  send(path: string, data?: unknown): void {
    const message = createOutgoing(this.hub.dialect, path, findChannel(this.hub, path), data, this.#room);
    for (const session of this.#sessions()) {
      if (session.state === 'open' && session.id !== this.#exceptId) session.outgoing.deliver(message);
    }
  }

  // async, so that what `send` throws becomes a rejection
  async publish(path: string, data?: unknown): Promise<void> {
    this.send(path, data);
  }
}

/** Everybody in a room. */
export class RoomSelection extends Selection {
  readonly name: string;

  constructor(hub: Hub, name: string) {
    super(hub, () => hub.rooms.of(name), name);
    this.name = name;
  }

  get size(): number {
    return this.hub.rooms.of(this.name).size;
  }

  members(): readonly AnySocket[] {
    return Array.from(this.hub.rooms.of(this.name), ({ socket }) => socket);
  }

  except({ id }: Pick<Socket, 'id'>): Selection {
    return new Selection(this.hub, () => this.hub.rooms.of(this.name), this.name, id);
  }
}

/** Every client of a user. */
export class UserSelection extends Selection {
  readonly id: string;

  constructor(hub: Hub, id: string) {
    super(hub, () => hub.roster.ofUser(id));
    this.id = id;
  }

  get size(): number {
    return this.hub.roster.ofUser(this.id).size;
  }

  disconnect(reason?: string, code?: number): void {
    for (const { socket } of [...this.hub.roster.ofUser(this.id)]) socket.disconnect(reason, code);
  }
}
