// The options of a SocketManager. resolve-options.ts fills in the defaults.
import type { Awaitable, ChannelDefinitions } from '@wirepact/core';
import type { Clock } from '@wirepact/core/internal';
import type { Broker } from './cluster/broker.js';
import type { LimitOptions } from './limits/limits.js';
import type { SocketManager } from './socket-manager.js';
import type { Routes } from './routing/route.js';
import type { Socket } from './socket.js';
import type { UpgradeRequest } from './handshake/upgrade-request.js';

/** Why a connection ended. */
export interface DisconnectReason {
  /** The WebSocket close code: one of RFC 6455, section 7.4, or one that PROTOCOL.md lists. */
  readonly code: number;
  /** The close reason, which may be empty. */
  readonly reason: string;
}

/** A message that no route takes. */
export interface UnroutedMessage {
  readonly path: string;
  /** The data as the client sent it. No schema has validated it. */
  readonly data: unknown;
}

/**
 * Handlers for the events of a client's life.
 * They may be async: the server does not wait for them, ignores what they return, and reports what they throw to `onError`.
 */
// exactly `void`: with any other type, a handler that returns the result of a call on its own manager has a circular type
export interface SocketEvents<TChannels, TContext> {
  /** Called once per client, when the client is connected. The counts include it already. */
  readonly onConnect?: (socket: Socket<TChannels, TContext>) => void;
  /** Called when a message arrives that no route takes. @default the message is answered with `unknown_path` */
  readonly onMessage?: (socket: Socket<TChannels, TContext>, message: UnroutedMessage) => void;
  /**
   * Called when a client has lost its connection and may return.
   * Until then, messages to it are kept, and the counts and its rooms still include it. With a broker, this is also called in a
   * process that a connected client leaves for another one; that process no longer counts it.
   */
  readonly onSuspend?: (socket: Socket<TChannels, TContext>, reason: DisconnectReason) => void;
  /** Called when a client has returned to its session. The server sends it what it missed. */
  readonly onResume?: (socket: Socket<TChannels, TContext>) => void;
  /**
   * Called once per client, when the client is gone for good, whichever side closed. With a broker, it is not called for a client
   * that does not return after its process has gone.
   * The counts and its rooms still include it, but nothing is sent to it any more.
   */
  readonly onDisconnect?: (socket: Socket<TChannels, TContext>, reason: DisconnectReason) => void;
}

/** What the members of a room may know about a client: a value that can be sent as JSON, not a promise. */
export type MemberInfo = string | number | boolean | null | undefined | (object & { readonly then?: never });

/** Who may join rooms, and what clients learn about a room and its members. */
export interface RoomOptions<TChannels, TContext> {
  /**
   * Decides whether a client may join a room of its own accord.
   * Only `true` allows it; any other result, or throwing, refuses. It is asked again when the client resumes its session.
   *
   * @default no client may
   */
  readonly authorize?: (socket: Socket<TChannels, TContext>, room: string) => Awaitable<boolean>;
  /**
   * Returns what the other members of a room may know about a client.
   * The result is sent unchecked to every member. It must be a value: for a promise, members see `null`.
   *
   * @default clients receive no list of members
   */
  readonly member?: (socket: Socket<TChannels, TContext>, room: string) => MemberInfo;
  /**
   * Decides whether a client that enters a room may read earlier messages, as far as the room's log goes back.
   * Only `true` allows it. When this option is set, an empty room is kept as long as its log can still be read; otherwise a
   * room ends with its last member.
   *
   * @default no client may
   */
  readonly history?: (socket: Socket<TChannels, TContext>, room: string) => Awaitable<boolean>;
}

/**
 * Limits on the backlog of slow clients: what was written to a connection and is not sent yet.
 * `resumeBytes` must not exceed `softBytes`, nor that `hardBytes`.
 */
export interface BackpressureOptions {
  /**
   * Backlog of one client, in bytes, from which on the client lags.
   * A lagging client is fed from its logs later, `latest` keeps only the newest values, and `volatile` is dropped.
   *
   * @default 262144
   */
  readonly softBytes?: number;
  /** Backlog of one client, in bytes, below which waiting values are sent and streams continue. @default 65536 */
  readonly resumeBytes?: number;
  /**
   * Backlog of one client, in bytes and without the largest message in it, at which its connection is closed with 4508 when
   * something is added that is in no log: an answer, a frame of the protocol, or a message to one plain client.
   *
   * @default 1048576
   */
  readonly hardBytes?: number;
  /** How long a client may read none of its backlog, in ms, before its connection is closed with 4508. @default 10000 */
  readonly stallMs?: number;
  /**
   * Backlog of all clients together, in bytes.
   * Beyond it, the clients with the largest backlogs are closed, and new connections get 503 until the total is a fifth below
   * it.
   *
   * @default a quarter of what Node gives the heap
   */
  readonly maxTotalBytes?: number;
}

/** What is kept of a client that has lost its connection, and for how long. */
export interface SessionOptions {
  /** How long the session of a disconnected client is kept, in ms. @default 120000 */
  readonly resumeForMs?: number;
  /** How many recent answers are kept per client, in case its connection drops before they arrive. @default 64 */
  readonly answers?: number;
  /** Total size of these answers, per client, in bytes. An answer larger than that is not kept. @default 65536 */
  readonly answerBytes?: number;
}

/** How much is kept in the logs from which clients recover messages: one for each room, each client, and everyone. */
export interface LogOptions {
  /** Size of one log, and separately of its `latest` values, in bytes. The newest message is always kept. @default 1048576 */
  readonly maxBytes?: number;
  /** How far back a log goes, in ms. The newest message is always kept. @default 300000 */
  readonly maxAgeMs?: number;
  /** Size of all logs together, in bytes. Beyond it, the least recently used logs are emptied first. @default 67108864 */
  readonly maxTotalBytes?: number;
}

/** How the server notices that a connection is dead. */
export interface HeartbeatOptions {
  /** How often a connection is pinged, in ms, ± 10 %. @default 25000 */
  readonly intervalMs?: number;
  /** How long after a ping a silent connection is closed, in ms. @default 10000 */
  readonly timeoutMs?: number;
}

/**
 * Which pages may connect: a list of exact origins (`https://app.example`), all (`'*'`), or a function that decides.
 * With `'*'`, cookies and browser credentials are hidden from `authenticate`.
 */
export type OriginOptions =
  readonly string[] | '*' | ((origin: string | undefined, request: UpgradeRequest) => boolean);

/** The frame format: `{ path, data }`, or `{ event, payload }`, for which a client needs `@wirepact/client/dialect`. */
export type DialectName = 'path-data' | 'event-payload';

/**
 * The options of a {@link SocketManager}.
 * Put `authenticate` first: TypeScript infers from left to right, so every option after it knows the context's type.
 */
export interface SocketManagerOptions<TChannels extends ChannelDefinitions, TContext> {
  /**
   * Identifies a client before its connection is accepted. The result becomes `socket.context`.
   * To refuse the connection, throw `new SocketError('unauthenticated')`, `'forbidden'` or `'overloaded'`. It is called again
   * when the client sends a new token.
   *
   * @default every client is let in, and the context is `undefined`
   */
  readonly authenticate?: (request: UpgradeRequest) => TContext | Promise<TContext>;
  /** Returns which user a client belongs to, for `user(id)` and `countUsers`. @default none */
  readonly userId?: (context: NoInfer<TContext>) => string | undefined;
  /**
   * Returns when the identity expires, in ms since the epoch. Within a second, Wirepact's client is asked for a new
   * token.
   *
   * @default never
   */
  readonly expiresAt?: (context: NoInfer<TContext>) => number | undefined;
  /**
   * Decides whether an identity still holds; called for each connection every `limits.recheckIntervalMs` (half an hour).
   * `true` keeps the connection. Any other result, or throwing `unauthenticated`, closes it with 4401; throwing `forbidden`
   * closes it with 4403. Any other error is reported and changes nothing.
   *
   * @default the identity holds until it expires
   */
  readonly recheck?: (context: NoInfer<TContext>) => Awaitable<boolean>;
  /** Handlers for the events of a client's life. */
  readonly event?: SocketEvents<TChannels, NoInfer<TContext>>;
  /** The routes, by path. */
  readonly routes?: Routes<
    TChannels,
    Socket<TChannels, NoInfer<TContext>>,
    SocketManager<TChannels, NoInfer<TContext>>
  >;
  /** Receives every error that no caller can be told about. @default none; nothing is printed */
  readonly onError?: (
    error: unknown,
    where: { readonly socket?: Socket<TChannels, NoInfer<TContext>>; readonly path?: string },
  ) => void;
  /** Who may join rooms, and what clients learn about a room and its members. */
  readonly rooms?: RoomOptions<TChannels, NoInfer<TContext>>;
  /** Which pages may connect. @default pages of the same origin, and programs that send neither an `Origin` nor cookies */
  readonly origins?: OriginOptions;
  /**
   * The host names under which the server may be requested, `['app.example']`. Requests for others get 421.
   * This stops pages on an attacker's domain that resolves to your server, which otherwise count as same-origin.
   *
   * @default any name; after `listen` with a host of this machine only this machine's names, unless a proxy forwards the
   *   connection
   */
  readonly hosts?: readonly string[];
  /** Addresses and networks of the proxies whose `X-Forwarded-For` is trusted, `['10.0.0.0/8']`. @default none */
  readonly trustProxy?: readonly string[];
  /** Limits on what a client may do. */
  readonly limits?: LimitOptions;
  /** What is kept of a client that has lost its connection. */
  readonly session?: SessionOptions;
  /** How much the logs hold. */
  readonly logs?: LogOptions;
  /** Limits on what waits for slow clients. */
  readonly backpressure?: BackpressureOptions;
  /** How the server notices that a connection is dead. */
  readonly heartbeat?: HeartbeatOptions;
  /** The frame format of the endpoint. @default 'path-data' */
  readonly dialect?: DialectName;
  /** Whether to offer permessage-deflate, which costs memory per connection. @default false */
  readonly compression?: boolean;
  /** Joins this process with others into one server: `redisBroker({ url })`. Each endpoint needs its own. @default none */
  readonly broker?: Broker;
  /** Time, timers and randomness, for tests. @default the machine's */
  readonly clock?: Clock;
}
