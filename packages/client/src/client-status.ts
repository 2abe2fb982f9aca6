// What a client says of its connection. How it comes to be so is in connection-state.ts.
import type { SocketError } from '@wirepact/core';

/** Why a connection ended: what a `CloseEvent` of the platform carries (RFC 6455 section 7.1.5 and 7.1.6). */
export interface CloseReason {
  /** The close code; the docs list those that Wirepact uses. 1006 when the line broke without one. */
  readonly code: number;
  /** What the side that closed wrote beside the code; often empty. */
  readonly reason: string;
}

/**
 * The state of a client's connection, and what belongs to it.
 *
 * @example
 * ```ts
 * if (client.status.name === 'reconnecting') console.log(client.status.attempt, client.status.nextAttemptAt);
 * ```
 */
export type ClientStatus =
  /** Nothing was asked of the client yet. */
  | { readonly name: 'idle' }
  /** The first connection is being made. */
  | {
      readonly name: 'connecting';
      /** Always 1: once an attempt has failed, the client is `reconnecting`. */
      readonly attempt: number;
    }
  | {
      readonly name: 'connected';
      /** The server's name for this session; `undefined` at a server that speaks plain messages only. */
      readonly sessionId: string | undefined;
      /** When the connection was ready, in ms since the epoch. */
      readonly since: number;
      /** The session of an earlier connection goes on: what was sent meanwhile comes, or `onGap` says what cannot. */
      readonly resumed: boolean;
    }
  /** No connection, and the client goes on trying. */
  | {
      readonly name: 'reconnecting';
      /** How many attempts in a row, the coming or running one included; 1 right after a loss. */
      readonly attempt: number;
      /** When the next attempt begins, in ms since the epoch; `undefined` while one is running. */
      readonly nextAttemptAt: number | undefined;
      /** How the last connection, or the last attempt, ended. */
      readonly reason: CloseReason;
    }
  /** No connection, and none will be made until `connect()` is called. */
  | {
      readonly name: 'closed';
      /** How the last connection ended; code 1000 after `close()`. */
      readonly reason: CloseReason;
      /** What keeps the client out, such as `unauthenticated`; `undefined` when it was closed on purpose. */
      readonly error: SocketError | undefined;
    };
