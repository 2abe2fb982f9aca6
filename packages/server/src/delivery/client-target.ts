// One client, in whichever process it is.
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
  /** The client's id, as in `socket.id`. */
  readonly id: string;
  /**
   * Asks the client a question, like `socket.request`. Rejects with `closed` if the client is gone, and with
   * `not_accepted` if its process does not answer.
   */
  request<TPath extends AskPath<TChannels>>(
    path: TPath,
    ...args: AskArgs<TChannels, AskOptions>[TPath]
  ): Failable<Answer<TChannels>[TPath], AskFailure<TChannels>[TPath]>;
  /**
   * Ends the client's session for good, like `socket.disconnect`.
   *
   * @throws TypeError for a code that `socket.disconnect` does not allow, and for a reason that is not a string
   */
  disconnect(reason?: string, code?: number): void;
}

/** Finds a client in any process; `undefined` if there is no such client. */
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
