// What a SocketManager can be told, and what holds when it is not.
import type { BlockList } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import { systemClock, type Clock } from '@wirepact/core/internal';
import type { Awaitable, ChannelDefinitions } from '@wirepact/core';
import type { Broker } from './cluster/broker.js';
import { readProxies } from './handshake/client-address.js';
import { checkHosts } from './handshake/host.js';
import { defaultLimits, limitsBeside, type LimitOptions } from './limits/limits.js';
import { checkOrigins } from './handshake/origin.js';
import type { SocketManager } from './socket-manager.js';
import { figures, mostOf31Bits } from './figures.js';
import type { Hooks } from './hub.js';
import type { Routes } from './routing/route.js';
import type { Socket } from './socket.js';
import type { Rate } from './limits/token-bucket.js';
import type { UpgradeRequest } from './handshake/upgrade-request.js';

/** Why a client is gone. */
export interface DisconnectReason {
  /** The close code, as RFC 6455 section 7.4 and the docs list them. */
  readonly code: number;
  readonly reason: string;
}

/** A message that no route takes. */
export interface UnroutedMessage {
  readonly path: string;
  /** Unchecked. */
  readonly data: unknown;
}

/** What happens in a client's life. Handlers may be async; nothing waits for them, and what they return is ignored. */
// void and nothing else: with any other type a handler that returns what it calls on its own manager is a circle to TypeScript
export interface SocketEvents<TChannels, TContext> {
  /** A client is here; the counts include it. */
  readonly onConnect?: (socket: Socket<TChannels, TContext>) => void;
  /** A message came that no route takes. */
  readonly onMessage?: (socket: Socket<TChannels, TContext>, message: UnroutedMessage) => void;
  /** Its connection is away, and it may come back: what is sent to it is kept for that. It still counts. */
  readonly onSuspend?: (socket: Socket<TChannels, TContext>, reason: DisconnectReason) => void;
  /** It came back, and has or gets all that it missed. */
  readonly onResume?: (socket: Socket<TChannels, TContext>) => void;
  /** A client is gone for good. The counts and its rooms still include it, and nothing is sent to it any more. */
  readonly onDisconnect?: (socket: Socket<TChannels, TContext>, reason: DisconnectReason) => void;
}

/** What may be known of a client, sent as JSON. */
export type MemberInfo = string | number | boolean | null | undefined | (object & { readonly then?: never });

/** Who may join rooms from the client's side, and what is known there of each other. */
export interface RoomOptions<TChannels, TContext> {
  /** Whether this client may join this room. Throwing refuses as well. @default nobody may */
  readonly authorize?: (socket: Socket<TChannels, TContext>, room: string) => Awaitable<boolean>;
  /**
   * What other members of its rooms may know of a client: what is known already, no promise.
   *
   * @default nothing, and no list of members is kept
   */
  readonly member?: (socket: Socket<TChannels, TContext>, room: string) => MemberInfo;
  /**
   * Whether a client that joins this room may read what was said there before, as far as the room's log goes back. Without
   * it nobody may, and rooms are forgotten as soon as nobody is in them. @default nobody may
   */
  readonly history?: (socket: Socket<TChannels, TContext>, room: string) => Awaitable<boolean>;
}

/** How much may wait in memory for one slow client. */
export interface BackpressureOptions {
  /** From here on `latest` keeps only the newest and `volatile` is dropped, in bytes. @default 262144 */
  readonly softBytes?: number;
  /** Below this what waited goes out, in bytes. @default 65536 */
  readonly resumeBytes?: number;
  /** From here on the connection is closed with 4508, in bytes. @default 1048576 */
  readonly hardBytes?: number;
  /** A client that takes nothing of what waits for it for this long is closed with 4508, in ms. @default 10000 */
  readonly stallMs?: number;
  /**
   * Where more than this waits for all clients together, those for whom most waits are closed first, and nobody else is let
   * in until it is a fifth less, in bytes. @default a quarter of what Node gives the heap
   */
  readonly maxTotalBytes?: number;
}

/** How long a client that lost its connection is waited for, and what is kept for it beside the logs. */
export interface SessionOptions {
  /** So long it may be away, in ms. @default 120000 */
  readonly resumeForMs?: number;
  /** Answers that are kept for a client in case that the line broke under them. @default 64 */
  readonly answers?: number;
  /** What they may take together, in bytes. @default 65536 */
  readonly answerBytes?: number;
}

/** How far the logs go back that messages are recovered from: of each room, of everyone, of each client. */
export interface LogOptions {
  /** One log holds so much, in bytes; the newest message stays whatever its size. So do its `latest` values. @default 1048576 */
  readonly maxBytes?: number;
  /** Older messages are given up, in ms; the newest stays. @default 300000 */
  readonly maxAgeMs?: number;
  /** All of these together hold so much, in bytes; those that were used least recently are emptied first. @default 67108864 */
  readonly maxTotalBytes?: number;
}

/** How a dead connection is noticed. */
export interface HeartbeatOptions {
  /** How often a connection is pinged, in ms, ± 10 %. @default 25000 */
  readonly intervalMs?: number;
  /** How long after a ping a silent connection is given up, in ms. @default 10000 */
  readonly timeoutMs?: number;
}

/** Which origins a browser page may have: a list of exact ones (`https://app.example`), all, or a decision of yours. */
export type OriginOptions =
  readonly string[] | '*' | ((origin: string | undefined, request: UpgradeRequest) => boolean);

/** How frames look on the wire of an endpoint. */
export type DialectName = 'path-data' | 'event-payload';

/** What a {@link SocketManager} can be told. `authenticate` stands first, since types are inferred from left to right. */
export interface SocketManagerOptions<TChannels extends ChannelDefinitions, TContext> {
  /**
   * Says who is asking, before the connection is accepted; the result is `socket.context`. Throw
   * `new SocketError('unauthenticated')` or `'forbidden'` to refuse. Runs again when a client renews its token.
   *
   * @default everybody is let in, and the context is `undefined`
   */
  readonly authenticate?: (request: UpgradeRequest) => TContext | Promise<TContext>;
  /** Which user a client belongs to, for `user(id)` and `countUsers`. @default none */
  readonly userId?: (context: NoInfer<TContext>) => string | undefined;
  /** When the identity expires, in ms since the epoch; the client is asked for a new token then. @default never */
  readonly expiresAt?: (context: NoInfer<TContext>) => number | undefined;
  /**
   * Asked every half hour about each connection: whether the identity still holds, which may have been taken back since.
   * `false`, `unauthenticated` or `forbidden` close it; whatever else it throws is reported, and it is asked again later.
   *
   * @default it holds until it expires
   */
  readonly recheck?: (context: NoInfer<TContext>) => Awaitable<boolean>;
  readonly event?: SocketEvents<TChannels, NoInfer<TContext>>;
  readonly routes?: Routes<
    TChannels,
    Socket<TChannels, NoInfer<TContext>>,
    SocketManager<TChannels, NoInfer<TContext>>
  >;
  /** Told of every error that no caller can be told of. Nothing is printed without it. */
  readonly onError?: (
    error: unknown,
    where: { readonly socket?: Socket<TChannels, NoInfer<TContext>>; readonly path?: string },
  ) => void;
  readonly rooms?: RoomOptions<TChannels, NoInfer<TContext>>;
  /** @default pages of the same origin, and callers that are no pages */
  readonly origins?: OriginOptions;
  /**
   * The names by which the server may be asked for, `['app.example']`, compared with the `Host` header; others get 421. A
   * page whose name an attacker lets point to this server is of the same origin, and stops here.
   *
   * @default any; of a server that `listen` opens to this machine alone those of this machine, unless a proxy passes the
   *   connection on
   */
  readonly hosts?: readonly string[];
  /**
   * The addresses and networks of proxies in front of the server, `['10.0.0.0/8']`, that tell by `X-Forwarded-For` whose
   * connection it is.
   *
   * @default none: anybody could write what they like there
   */
  readonly trustProxy?: readonly string[];
  readonly limits?: LimitOptions;
  readonly session?: SessionOptions;
  readonly logs?: LogOptions;
  readonly backpressure?: BackpressureOptions;
  readonly heartbeat?: HeartbeatOptions;
  /** @default 'path-data' */
  readonly dialect?: DialectName;
  /** Offers permessage-deflate. It costs memory per connection. @default false */
  readonly compression?: boolean;
  /**
   * Joins this server with others over an engine that all of them reach: `redisBroker({ url })` of `@wirepact/redis`. One
   * broker is for one endpoint.
   *
   * @default none: this process is the whole server
   */
  readonly broker?: Broker;
  /** @default the machine's own */
  readonly clock?: Clock;
}

/** Every default, in one place. */
export const defaultOptions: {
  readonly limits: Required<LimitOptions>;
  readonly session: Required<SessionOptions>;
  readonly logs: Required<LogOptions>;
  readonly backpressure: Required<Omit<BackpressureOptions, 'maxTotalBytes'>>;
  readonly heartbeat: Required<HeartbeatOptions>;
} = {
  limits: defaultLimits,
  session: { resumeForMs: 120_000, answers: 64, answerBytes: 65_536 },
  logs: { maxBytes: 1_048_576, maxAgeMs: 300_000, maxTotalBytes: 67_108_864 },
  backpressure: { softBytes: 262_144, resumeBytes: 65_536, hardBytes: 1_048_576, stallMs: 10_000 },
  heartbeat: { intervalMs: 25_000, timeoutMs: 10_000 },
};

/** The figures of the options with every default filled in. */
export interface ResolvedOptions {
  readonly limits: Required<LimitOptions>;
  readonly session: Required<SessionOptions>;
  readonly logs: Required<LogOptions>;
  readonly backpressure: Required<BackpressureOptions>;
  readonly heartbeat: Required<HeartbeatOptions>;
  /** The limits that say how much in what time. */
  readonly rates: Readonly<Record<'messages' | 'bytes' | 'joins' | 'upgrades', Rate>>;
  /** The proxies that are believed. */
  readonly proxies: BlockList;
  readonly clock: Clock;
}

/** Fills in the defaults. @throws TypeError for a figure that cannot be one, for what is no origin or no proxy */
export function resolveOptions(
  options: Pick<
    Hooks,
    | 'limits'
    | 'session'
    | 'logs'
    | 'backpressure'
    | 'heartbeat'
    | 'origins'
    | 'hosts'
    | 'trustProxy'
    | 'clock'
  >,
): ResolvedOptions {
  checkOrigins(options.origins);
  checkHosts(options.hosts);
  const limits = figures('limits', limitsBeside(options.limits ?? {}), options.limits, mostOf31Bits);
  return {
    limits,
    rates: {
      messages: { perSecond: limits.messagesPerSecond, burst: limits.messageBurst },
      bytes: { perSecond: limits.bytesPerSecond, burst: limits.byteBurst },
      upgrades: { perSecond: limits.upgradesPerSecondPerIp, burst: limits.upgradeBurstPerIp },
      // who comes back joins every room again, and may then go elsewhere
      joins: {
        perSecond: limits.joinsPerSecond,
        burst: Math.max(2 * limits.maxRooms, limits.joinsPerSecond),
      },
    },
    session: figures('session', defaultOptions.session, options.session),
    logs: figures('logs', defaultOptions.logs, options.logs),
    backpressure: figures(
      'backpressure',
      { ...defaultOptions.backpressure, maxTotalBytes: getHeapStatistics().heap_size_limit / 4 },
      options.backpressure,
    ),
    heartbeat: figures('heartbeat', defaultOptions.heartbeat, options.heartbeat),
    proxies: readProxies(options.trustProxy ?? []),
    clock: options.clock ?? systemClock,
  };
}
