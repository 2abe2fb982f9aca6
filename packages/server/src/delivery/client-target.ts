// One client, wherever it is.
import type { Answer, AnyChannels, AskArgs, AskFailure, AskPath, Failable } from '@wirepact/core';
import type { Hub } from '../hub.js';
import { publishDirect } from './publish.js';
import { createOutgoing } from './outgoing-message.js';
import type { Session } from '../session/session.js';
import type { AskOptions } from '../socket.js';
import { createTarget, type AnyTarget } from './target.js';
import type { Target } from './targets.js';

/** One client, in this process or in another one. */
export interface ClientTarget<TChannels = AnyChannels> extends Target<TChannels> {
  readonly id: string;
  /** Asks it, whose `handle` answers; see `socket.request`. Rejects with `closed` when it is gone. */
  request<TPath extends AskPath<TChannels>>(
    path: TPath,
    ...args: AskArgs<TChannels, AskOptions>[TPath]
  ): Failable<Answer<TChannels>[TPath], AskFailure<TChannels>[TPath]>;
  /** Closes its connection, and does not let it resume; see `socket.disconnect`. */
  disconnect(reason?: string, code?: number): void;
}

/** A client that may be anywhere; `undefined` where nobody knows it. */
export async function findClient(hub: Hub, id: string): Promise<unknown> {
  const session = hub.roster.find(id);
  return session === undefined ? hub.cluster?.clients.find(id) : clientHere(session);
}

function clientHere(session: Session): AnyTarget & Pick<Session['socket'], 'id' | 'request' | 'disconnect'> {
  const { hub, socket, id } = session;
  return {
    ...createTarget(
      (error, path) => hub.report(error, session, path),
      (path, data) => publishDirect(session, createOutgoing(hub, path, data)),
    ),
    id,
    request: socket.request.bind(socket),
    disconnect: (reason, code) => socket.disconnect(reason, code),
  };
}
