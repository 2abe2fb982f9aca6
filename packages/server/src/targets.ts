// Whom a message goes to: immutable selections that are looked up anew each time something is sent.
import type { AnyChannels, OutArgs, OutPath } from '@wirepact/core';
import type { AnySocket, Hub } from './hub.js';
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
}

/** Every client of a user. */
export interface UserTarget<TChannels = AnyChannels> extends Target<TChannels> {
  readonly id: string;
  /** How many clients of this user are here now. */
  readonly size: number;
  /** Closes every one of them; see `socket.disconnect`. */
  disconnect(reason?: string, code?: number): void;
}

/** Who gets a message. */
export interface Audience {
  readonly sessions: Iterable<Session>;
  /** The room it is sent to. */
  readonly room?: string;
  readonly exceptId?: string;
}

/** Parses and encodes once, and sends to each that is open. @throws SocketError `invalid_output` */
export function sendTo(hub: Hub, { sessions, room, exceptId }: Audience, path: string, data: unknown): void {
  const message = createOutgoing(hub, path, data, room);
  for (const session of sessions) {
    if (session.state === 'open' && session.id !== exceptId) session.outgoing.deliver(message);
  }
}

/** Some sessions, looked up anew each time something is sent. */
export class Selection {
  readonly #hub: Hub;
  readonly #audience: () => Audience;

  constructor(hub: Hub, audience: () => Audience) {
    this.#hub = hub;
    this.#audience = audience;
  }

  send(path: string, data?: unknown): void {
    sendTo(this.#hub, this.#audience(), path, data);
  }

  // async, so that what `send` throws becomes a rejection
  async publish(path: string, data?: unknown): Promise<void> {
    this.send(path, data);
  }
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
    return this.#hub.rooms.of(this.name).size;
  }

  members(): readonly AnySocket[] {
    return Array.from(this.#hub.rooms.of(this.name), ({ socket }) => socket);
  }

  send(path: string, data?: unknown): void {
    sendTo(this.#hub, this.#audience(), path, data);
  }

  async publish(path: string, data?: unknown): Promise<void> {
    this.send(path, data);
  }

  except({ id }: Pick<Socket, 'id'>): Selection {
    return new Selection(this.#hub, () => ({ ...this.#audience(), exceptId: id }));
  }

  #audience(): Audience {
    return { sessions: this.#hub.rooms.of(this.name), room: this.name };
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
    sendTo(this.#hub, { sessions: this.#hub.roster.ofUser(this.id) }, path, data);
  }

  async publish(path: string, data?: unknown): Promise<void> {
    this.send(path, data);
  }

  disconnect(reason?: string, code?: number): void {
    for (const { socket } of this.#hub.roster.ofUser(this.id)) socket.disconnect(reason, code);
  }
}
