// The object behind `Socket`: it holds no state of its own and passes every call on.
import { closeCodes } from '@wirepact/core/internal';
import { askClient, encodeQuestion } from '../routing/ask-client.js';
import { countSent } from '../limits/amplification.js';
import { endSession } from './lifecycle.js';
import { everyoneName } from '../delivery/log.js';
import { enterRoom, leaveRoom } from '../rooms/membership.js';
import { createOutgoing } from '../delivery/outgoing-message.js';
import { checkOwnClose } from '../connection/own-codes.js';
import { send, sendDirect } from '../delivery/publish.js';
import type { RemoteClients } from '../cluster/remote-clients.js';
import { findRoomNameFault } from '../rooms/rooms.js';
import type { Session } from './session.js';
import type { AskOptions } from '../socket.js';
import type { Handshake } from '../handshake/upgrade-request.js';

/** The server's handle on one client. */
export class SocketHandle {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get id(): string {
    return this.#session.id;
  }

  get context(): unknown {
    return this.#session.identity.context;
  }

  get handshake(): Handshake {
    return this.#session.request;
  }

  get rooms(): ReadonlySet<string> {
    return this.#session.rooms;
  }

  get connected(): boolean {
    return this.#session.state === 'open';
  }

  send(path: string, data?: unknown): void {
    sendDirect(this.#session, createOutgoing(this.#session.hub, path, data));
  }

  broadcast(path: string, data?: unknown): void {
    const { hub } = this.#session;
    countSent(this.#session, () => send(hub, everyoneName, { path, data, exceptId: this.id }));
  }

  // async, so that what goes wrong before the question is out rejects
  async request(path: string, data?: unknown, options: AskOptions = {}): Promise<unknown> {
    const question = encodeQuestion(this.#session.hub, path, data);
    return this.#elsewhere?.ask(this.id, question, options) ?? askClient(this.#session, question, options);
  }

  join(room: string): void {
    const fault = findRoomNameFault(room);
    if (fault !== undefined) throw new TypeError(fault);
    const elsewhere = this.#elsewhere;
    if (elsewhere !== undefined) elsewhere.move(this.id, room, true);
    else enterRoom(this.#session, room);
  }

  leave(room: string): void {
    const elsewhere = this.#elsewhere;
    if (elsewhere !== undefined) elsewhere.move(this.id, room, false);
    else leaveRoom(this.#session, room, 'removed');
  }

  disconnect(reason = '', code: number = closeCodes.normal): void {
    checkOwnClose(code, reason);
    this.#elsewhere?.disconnect(this.id, reason, code);
    endSession(this.#session, code, reason, true);
  }

  /** How its client is reached where that has gone on in another process, while a handler still runs here. */
  get #elsewhere(): RemoteClients | undefined {
    const { hub, isLetGo } = this.#session;
    return isLetGo ? hub.cluster?.clients : undefined;
  }
}
