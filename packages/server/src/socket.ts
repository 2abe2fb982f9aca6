// The server's handle on one client, which every handler receives. The session behind it does the work.
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

/** How long to wait for a client's answer. */
export interface AskOptions {
  /**
   * How long the client may take to answer, in ms. Then the promise rejects with `timeout`.
   * `Infinity`, like more than 2,147,483,647, waits as long as it takes.
   *
   * @default 10000
   */
  readonly timeoutMs?: number;
  /** When this signal aborts, the promise rejects with `aborted`. The client's handler is not told to stop. */
  readonly signal?: AbortSignal;
}

/** The server's handle on one client. */
export interface Socket<TChannels = AnyChannels, TContext = unknown> {
  /** The client's id: 128 random bits, made by the server. */
  readonly id: string;
  /** What `authenticate` returned when it last ran. */
  readonly context: TContext;
  /** The request that opened the client's connection. */
  readonly handshake: Handshake;
  /** The rooms that the client is in. */
  readonly rooms: ReadonlySet<string>;
  /** Whether the client is connected now. If not, messages to it are kept for its return. */
  readonly connected: boolean;
  /**
   * Sends to this client, or keeps the message for its return as the channel's `delivery` says.
   * If the client is gone for good, the message only counts in `stats().dropped.gone`.
   *
   * @throws SocketError `invalid_output` if the data does not fit the channel's `out`, `message_too_large` if it exceeds
   *   `limits.maxOutgoingBytes`
   */
  send<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): void;
  /** Sends to every client but this one. @throws SocketError `invalid_output` or `message_too_large`, like `send` */
  broadcast<TPath extends OutPath<TChannels>>(path: TPath, ...args: OutArgs<TChannels>[TPath]): void;
  /**
   * Asks this client a question, which its `handle` answers.
   * If the client reconnects before it has answered, the question is asked again. Rejects with `timeout`, `aborted`,
   * `unsupported` (a plain client), `closed` (already gone for good), `unknown_outcome` (gone before it answered),
   * `invalid_output` or `invalid_message` (the question or the answer does not fit the contract), or the client's error.
   */
  request<TPath extends AskPath<TChannels>>(
    path: TPath,
    ...args: AskArgs<TChannels, AskOptions>[TPath]
  ): Failable<Answer<TChannels>[TPath], AskFailure<TChannels>[TPath]>;
  /** Puts this client into a room. Does nothing if it is already there, or gone. @throws TypeError for an invalid room name */
  join(room: string): void;
  /** Takes this client out of a room. */
  leave(room: string): void;
  /**
   * Ends the session for good, even while the client is disconnected.
   *
   * @param reason the close reason, cut after 123 bytes of UTF-8
   * @param code 1000 or 4600–4999, after which Wirepact's client stays away, or 4000–4399, after which it comes back with a new
   *   session
   * @throws TypeError for any other code, and for a reason that is not a string
   */
  disconnect(reason?: string, code?: number): void;
}
