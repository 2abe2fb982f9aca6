// The options of `createClient`. options.ts fills in the defaults.
import type { Awaitable, ChannelDefinitions, Clock } from '@wirepact/core';
import type { ReconnectOptions } from '@wirepact/core/internal';
import type { ClientDialect } from './client-dialect.js';

/** How the client decides that the server no longer answers. */
export interface HeartbeatOptions {
  /**
   * A connection counts as lost after this many ms of silence, beyond the server's own heartbeat interval.
   *
   * @default 10000
   */
  readonly timeoutMs?: number;
}

/**
 * The bounds of the outbox: messages that wait for a connection, and events that the server has not acknowledged yet.
 */
export interface OutboxOptions {
  /** The largest number of messages. Beyond it, `send` throws `outbox_full`. @default 1000 */
  readonly maxMessages?: number;
  /** Their largest total size, in bytes. Beyond it, `send` throws `outbox_full`. @default 1048576 */
  readonly maxBytes?: number;
  /** How long a message may wait, in ms. It is then dropped, and fails with `expired`. @default 60000 */
  readonly maxAgeMs?: number;
}

/** The part of the platform's `WebSocket` that the client uses. Browsers, Node 22, Bun, Deno and `ws` provide it. */
export interface WebSocketLike {
  /** 0 while connecting, 1 while open, 2 while closing, 3 once closed. */
  readonly readyState: number;
  /** The subprotocol that the server selected, or `''`. */
  readonly protocol: string;
  /** Bytes that were sent and that the network has not taken yet. */
  readonly bufferedAmount: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
}

/** A `WebSocket` class. */
export type WebSocketClass = new (url: string, protocols?: string[]) => WebSocketLike;

/** The options of `createClient`. docs/client.md explains them. */
export interface ClientOptions<TSchemas = ChannelDefinitions | undefined> {
  /**
   * The address of the server, such as `'/ws'` or `'wss://chat.example/ws'`. `http(s)` becomes `ws(s)`.
   * It may be relative in a browser. In Node a relative one closes the client, with `status.error`. A function is called
   * for every attempt, and may be async.
   */
  readonly url: string | URL | (() => Awaitable<string | URL>);
  /**
   * The contract, for a client that validates what it sends and parses what it receives.
   * Without it, the client knows the contract as a type only and carries no schemas.
   *
   * @default types only
   */
  readonly channels?: TSchemas;
  /**
   * Returns the auth token, which the server's `authenticate` receives as `request.token`. `undefined` sends none.
   * It is called for every attempt, and again when the server asks because the identity has expired. If it throws, or
   * does not settle within a minute, the attempt counts as failed. The token never travels in the URL.
   *
   * @default none
   */
  readonly getToken?: () => Awaitable<string | undefined>;
  /** Whether the client connects when it is first used. With `false`, it waits for `connect()`. @default true */
  readonly autoConnect?: boolean;
  /**
   * The format of frames on the wire; `@wirepact/client/dialect` has others.
   *
   * @default Wirepact's own, `{path, data}`
   */
  readonly dialect?: ClientDialect;
  /** The `WebSocket` class to use. @default the platform's, or that of `ws` in Node */
  readonly WebSocket?: WebSocketClass;
  /** The source of time, timers and random numbers; for tests. @default the machine's */
  readonly clock?: Clock;
  /** How the client reconnects after its connection is lost. */
  readonly reconnect?: ReconnectOptions;
  /** How the client decides that the server no longer answers. */
  readonly heartbeat?: HeartbeatOptions;
  /** A request that is not answered within this many ms rejects with `timeout`. @default 10000 */
  readonly requestTimeoutMs?: number;
  /** How many messages may wait for a connection or for the server's acknowledgement, and how long. */
  readonly outbox?: OutboxOptions;
  /**
   * How long the session is kept.
   * - `'memory'`: until the page is left for good;
   * - `'tab'`: across page loads in the same tab. A reload continues the session, and receives what was sent in
   *   between. A page can have one such client for each `url`; if `url` is a function, everything after a `?` is
   *   ignored for this.
   *
   * @default 'memory'
   */
  readonly session?: 'memory' | 'tab';
}
