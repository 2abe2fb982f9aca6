// The server's handle on one client, given to every handler. What it does is done by the session behind it.
import type {
  Answer,
  AnyChannels,
  AskArgs,
  AskFailure,
  AskPath,
  Failable,
  OutArgs,
  OutPath,
} from '@wirepact/core';
import type { Handshake } from './handshake/upgrade-request.js';

/** How long a question to a client may take. */
export interface AskOptions {
  /** Rejects with `timeout` after this many ms. @default 10000 */
  readonly timeoutMs?: number;
  /** Rejects with `aborted` when it aborts. */
  readonly signal?: AbortSignal;
}

/** The server's handle on one client. */
export interface Socket<TChannels = AnyChannels, TContext = unknown> {
  /** Made by the server, unguessable. */
  readonly id: string;
  /** What `authenticate` said of this client, last time it was asked. */
  readonly context: TContext;
  readonly handshake: Handshake;
  /** The rooms it is in. */
  readonly rooms: ReadonlySet<string>;
  /** Whether its connection is there. While that is away, what is sent is kept for its return. */
  readonly connected: boolean;
  /**
   * Sends to this client, or keeps it as the channel's delivery says while its connection is away. To one that is gone for
   * good it does nothing that `stats()` does not count.
   *
   * @throws SocketError `invalid_output` when the data does not fit the channel's `out`.
   */
  send<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): void;
  /** Sends to everyone but this client. @throws SocketError `invalid_output` */
  broadcast<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): void;
  /** Asks this client, whose `handle` answers. Rejects with `unsupported` at once when it is a plain client. */
  request<TPath extends AskPath<TChannels>>(
    path: TPath,
    ...args: AskArgs<TChannels, AskOptions>[TPath]
  ): Failable<Answer<TChannels>[TPath], AskFailure<TChannels>[TPath]>;
  /** Puts this client into a room. @throws TypeError when the name cannot be a room's */
  join(room: string): void;
  /** Takes it out of a room. */
  leave(room: string): void;
  /**
   * Closes the connection.
   *
   * @param reason at most 123 bytes of UTF-8; the rest is cut
   * @param code 1000, after which Wirepact's client stays away, or one of the application's own: after 4000–4399 it
   *   returns, after 4600–4999 it stays away
   * @throws TypeError for any other code, and for a reason that is no string
   */
  disconnect(reason?: string, code?: number): void;
}
