// What an application may decide about its client. Defaults are filled in by options.ts.
import type { Awaitable, ChannelDefinitions, Clock } from '@wirepact/core';
import type { ReconnectOptions } from '@wirepact/core/internal';
import type { ClientDialect } from './client-dialect.js';

/** How the client judges whether the server is still there. */
export interface HeartbeatOptions {
  /** A connection that was silent for this many ms beyond the server's own interval is dead. @default 10000 */
  readonly timeoutMs?: number;
}

/** How much may wait while the connection is away. */
export interface OutboxOptions {
  /** @default 1000 */
  readonly maxMessages?: number;
  /** @default 1048576 */
  readonly maxBytes?: number;
  /** What waited for longer, in ms, is not sent any more and comes out of `onError` as `expired`. @default 60000 */
  readonly maxAgeMs?: number;
}

/** As much of the platform's `WebSocket` as the client uses: those of browsers, Node 22, Bun, Deno and `ws` fit. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly protocol: string;
  /** Bytes that were sent and that the network has not taken. */
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

/** What `createClient` may be told. */
export interface ClientOptions<TSchemas = ChannelDefinitions | undefined> {
  /**
   * Where the server is. May be relative in a browser; `http(s)` becomes `ws(s)`. A function is called for every attempt.
   */
  readonly url: string | URL | (() => Awaitable<string | URL>);
  /**
   * The contract, when the client is to check what it sends and to parse what it receives. Without it the client knows
   * the contract as a type only and carries no schema.
   */
  readonly channels?: TSchemas;
  /**
   * The token that the server's `authenticate` sees as `request.token`. Called for every attempt, and when the server asks
   * again; `undefined` sends none. It never travels in the URL. After a minute without an answer the attempt has failed.
   */
  readonly getToken?: () => Awaitable<string | undefined>;
  /** `false` waits for `connect()` instead of connecting on the first use. @default true */
  readonly autoConnect?: boolean;
  /** How frames look on the wire. @default path-data, which is Wirepact's own */
  readonly dialect?: ClientDialect;
  /** The `WebSocket` class to use. @default the platform's own, or that of `ws` in Node */
  readonly WebSocket?: WebSocketClass;
  /** Where time, timers and randomness come from. @default the machine's */
  readonly clock?: Clock;
  /** How the client returns after a loss. */
  readonly reconnect?: ReconnectOptions;
  /** How the client judges whether the server is still there. */
  readonly heartbeat?: HeartbeatOptions;
  /** A request that was not answered for this many ms rejects with `timeout`. @default 10000 */
  readonly requestTimeoutMs?: number;
  /** How much may wait while the connection is away, or for the server to acknowledge it. */
  readonly outbox?: OutboxOptions;
  /**
   * How long a session lasts. `'memory'`: as long as its page. `'tab'`: as long as its tab, so that a reload goes on with it
   * where the last page stood; one such client an address, in which a `?` and what follows it do not count where `url` is a
   * function. @default memory
   */
  readonly session?: 'memory' | 'tab';
}
