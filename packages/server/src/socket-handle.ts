// The object behind `Socket`: it holds nothing of its own and hands every call on.
import { SocketError } from '@wirepact/core';
import { closeCodes } from '@wirepact/core/internal';
import { findChannel, type Hub } from './hub.js';
import { endSession } from './lifecycle.js';
import { enterRoom, leaveRoom } from './membership.js';
import { createOutgoing, encodeOutput } from './outgoing-message.js';
import { findRoomNameFault } from './rooms.js';
import type { Session } from './session.js';
import type { AskOptions } from './socket.js';
import { Selection } from './targets.js';
import type { Handshake } from './upgrade-request.js';

/** The server's handle on one client. */
export class SocketHandle {
  readonly #hub: Hub;
  readonly #session: Session;

  constructor(hub: Hub, session: Session) {
    this.#hub = hub;
    this.#session = session;
  }

  get id(): string {
    return this.#session.id;
  }

  get context(): unknown {
    return this.#session.identity.context;
  }

  get handshake(): Handshake {
    return this.#session.handshake;
  }

  get rooms(): ReadonlySet<string> {
    return this.#session.rooms;
  }

  get connected(): boolean {
    return this.#session.state === 'open';
  }

  send(path: string, data?: unknown): void {
    this.#session.outgoing.deliver(
      createOutgoing(this.#hub.dialect, path, findChannel(this.#hub, path), data),
    );
  }

  broadcast(path: string, data?: unknown): void {
    new Selection(this.#hub, () => this.#hub.roster.all(), undefined, this.id).send(path, data);
  }

  request(path: string, data?: unknown, options: AskOptions = {}): Promise<unknown> {
    const channel = findChannel(this.#hub, path);
    const session = this.#session;
    if (channel?.out === undefined || channel.answer === undefined) {
      const text = `[unsupported] no channel "${path}" with "answer" is in the contract`;
      return Promise.reject(new SocketError('unsupported', text, { path }));
    }
    if (!session.speaksProtocol) {
      const text = `[unsupported] a plain client cannot be asked "${path}"`;
      return Promise.reject(new SocketError('unsupported', text, { path }));
    }
    if (session.state !== 'open') {
      return Promise.reject(
        new SocketError('closed', `[closed] the client is gone; "${path}" was not asked`, { path }),
      );
    }
    try {
      const json = encodeOutput(channel.out, data, path, 'out');
      return session.questions.ask(path, channel, options, (id) => {
        session.outgoing.write(this.#hub.dialect.encode(path, json, { id }));
      });
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  join(room: string): void {
    const fault = findRoomNameFault(room);
    if (fault !== undefined) throw new TypeError(fault);
    enterRoom(this.#hub, this.#session, room);
  }

  leave(room: string): void {
    leaveRoom(this.#hub, this.#session, room, 'removed');
  }

  disconnect(reason = '', code: number = closeCodes.normal): void {
    const isOwn = (code >= 4000 && code < 4400) || (code >= 4600 && code < 5000);
    if (code !== closeCodes.normal && !isOwn) {
      throw new TypeError(`${code} is no close code of an application; use 1000, 4000–4399 or 4600–4999`);
    }
    endSession(this.#hub, this.#session, code, reason);
  }
}
