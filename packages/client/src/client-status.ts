// The public state of a connection. connection-state.ts decides how it changes.
import type { SocketError } from '@wirepact/core';

/** Why a connection ended: the contents of the platform's `CloseEvent` (RFC 6455 sections 7.1.5 and 7.1.6). */
export interface CloseReason {
  /** The close code; PROTOCOL.md lists those that Wirepact uses. 1006 if the connection broke without one. */
  readonly code: number;
  /** The text that the closing side sent with the code; often empty. */
  readonly reason: string;
}

/**
 * The state of a client's connection.
 * - `'idle'`: nothing has used the client yet; also for the moment between `connect()`, or the first use, and the first attempt;
 * - `'connecting'`: the first attempt, after the client was created or after `connect()` on a closed client;
 * - `'connected'`: ready;
 * - `'reconnecting'`: not connected; the client keeps trying;
 * - `'closed'`: not connected, and no further attempt until `connect()`.
 *
 * @example
 * ```ts
 * if (client.status.name === 'reconnecting') console.log(client.status.attempt, client.status.nextAttemptAt);
 * ```
 */
export type ClientStatus =
  /** Nothing has used the client yet, or the first attempt is about to start. */
  | { readonly name: 'idle' }
  /** The first attempt is running. */
  | {
      readonly name: 'connecting';
      /** Always 1: once an attempt has failed, the client is `reconnecting`. */
      readonly attempt: number;
    }
  | {
      readonly name: 'connected';
      /** The id of the session; `undefined` with a server that speaks plain messages only. */
      readonly sessionId: string | undefined;
      /** When the connection became ready, in ms since the epoch. */
      readonly since: number;
      /**
       * Whether the session of an earlier connection continues.
       * If so, what the server sent meanwhile arrives, and `onGap` reports what cannot be recovered.
       */
      readonly resumed: boolean;
    }
  /** Not connected; the client keeps trying. */
  | {
      readonly name: 'reconnecting';
      /** The number of the next or running attempt; 1 for the first one after a stable connection was lost. */
      readonly attempt: number;
      /** When the next attempt starts, in ms since the epoch; `undefined` while an attempt is running. */
      readonly nextAttemptAt: number | undefined;
      /** How the last connection or attempt ended. */
      readonly reason: CloseReason;
    }
  /** Not connected, and no further attempt until `connect()` is called. */
  | {
      readonly name: 'closed';
      /** How the last connection ended; its code is 1000 after `close()`. */
      readonly reason: CloseReason;
      /** Why, such as `unauthenticated`; `closed` for a close that has no code of its own; `undefined` after a close with 1000. */
      readonly error: SocketError | undefined;
    };
