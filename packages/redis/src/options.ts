// The options of redisBroker, and their defaults.
import type { ConnectionOptions } from 'node:tls';
import { steadyClock, type Clock } from '@wirepact/core/internal';
import { checkAddress, checkKnown } from './known-options.js';
import { readUrl } from './redis-url.js';

/** The address of a Redis server. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** How to connect to a Redis server. These options take precedence over what `url` says. */
export interface RedisConnectionOptions extends Partial<RedisAddress> {
  /** The path of a Unix socket, instead of a host and a port. */
  readonly path?: string;
  /** `true`, or options of Node's `tls.connect`: certificates, `servername`. @default on with `rediss://`, otherwise off */
  readonly tls?: boolean | ConnectionOptions;
  /** The ACL user. @default Redis' own `default` */
  readonly username?: string;
  /** The user's password. @default none */
  readonly password?: string;
  /** Called before every connection, instead of a fixed user name and password: for tokens that expire. */
  readonly credentials?: () => Promise<{ readonly username?: string; readonly password?: string }>;
  /**
   * The number of the database.
   * It separates keys but not channels, so give a second application another `prefix` instead.
   *
   * @default 0
   */
  readonly database?: number;
  /** The name of the connection, which `CLIENT LIST` shows. @default the prefix */
  readonly name?: string;
}

/** A Redis Cluster. */
export interface RedisClusterOptions {
  /** Some of its nodes, as URLs or addresses. The cluster names the others. */
  readonly rootNodes: readonly (string | RedisAddress)[];
  /** Translates a node's own address into one that this process can reach. @default the address as it is */
  readonly mapAddress?: (address: RedisAddress) => RedisAddress;
}

/** Redis servers that Redis Sentinel watches. */
export interface RedisSentinelOptions {
  /** The name that the sentinels have for them, for example `mymaster`. */
  readonly name: string;
  /** The sentinels, as URLs or addresses. */
  readonly rootNodes: readonly (string | RedisAddress)[];
  /** How to connect to the sentinels, which have their own users and certificates. */
  readonly connection?: RedisConnectionOptions;
  /**
   * Translates the address of a server, as the sentinels name it, into one that this process can reach.
   *
   * @default the address as it is
   */
  readonly mapAddress?: (address: RedisAddress) => RedisAddress;
}

/** How much may wait for Redis or its reply. Anything beyond that is rejected or dropped at once. */
export interface QueueOptions {
  /** Messages that may wait; session bookkeeping does not count. @default 10000 */
  readonly maxMessages?: number;
  /** Bytes of messages and `latest` values together; half as many of what may be dropped. @default 16777216 */
  readonly maxBytes?: number;
}

/** How the broker notices that a connection to Redis is dead. */
export interface HeartbeatOptions {
  /** How long nothing may arrive on a connection, in ms, before it is pinged. @default 1000 */
  readonly intervalMs?: number;
  /** How long a connection that owes an answer may be silent, in ms, before it is closed and opened again. @default 2000 */
  readonly timeoutMs?: number;
}

/**
 * The options of {@link redisBroker}.
 * One of `url`, `connection`, `cluster` and `sentinel` says where Redis is; `connection` may accompany any of the others.
 */
export interface RedisBrokerOptions {
  /** The URL: `redis://user:password@host:port/database`, or `rediss://` for TLS. @default redis://localhost:6379 */
  readonly url?: string;
  /** What the URL cannot say; for a cluster or with sentinels, how to connect to every server. */
  readonly connection?: RedisConnectionOptions;
  /** The Redis Cluster, instead of one server. */
  readonly cluster?: RedisClusterOptions;
  /** The servers that Redis Sentinel watches, instead of one server. */
  readonly sentinel?: RedisSentinelOptions;
  /**
   * What every key and channel begins with, in braces. The processes of one server have the same prefix. @default 'wirepact'
   */
  readonly prefix?: string;
  /** How long Redis may take, in ms, to accept or answer something before it is rejected with `not_accepted`. @default 5000 */
  readonly publishTimeoutMs?: number;
  /** How much may wait for Redis or its reply. */
  readonly queue?: QueueOptions;
  /** How the broker notices that a connection to Redis is dead. */
  readonly heartbeat?: HeartbeatOptions;
  /**
   * Signs every message and what is kept of sessions and members. What is not signed with it is rejected.
   * So nobody who can write to Redis can forge them. At least 16 bytes, the same in every process.
   *
   * @default none; whoever can write to Redis is trusted
   */
  readonly hmacKey?: string | Uint8Array;
  /** Time, timers and randomness, for tests. @default the machine's */
  readonly clock?: Clock;
}

/** The default of every option that has a fixed one. */
export const defaultOptions = {
  prefix: 'wirepact',
  publishTimeoutMs: 5_000,
  queue: { maxMessages: 10_000, maxBytes: 16_777_216 },
  heartbeat: { intervalMs: 1_000, timeoutMs: 2_000 },
} as const;

/** {@link RedisBrokerOptions} with the defaults filled in. */
export interface ResolvedOptions {
  /** How to connect to a server. In a cluster and with sentinels, each server has an address of its own. */
  readonly connection: RedisConnectionOptions;
  readonly cluster: Required<RedisClusterOptions> | undefined;
  readonly sentinel: Required<RedisSentinelOptions> | undefined;
  readonly prefix: string;
  readonly publishTimeoutMs: number;
  readonly queue: Required<QueueOptions>;
  readonly heartbeat: Required<HeartbeatOptions>;
  readonly hmacKey: Uint8Array | undefined;
  readonly clock: Clock;
}

const shortestKeyBytes = 16;
const asTold = (address: RedisAddress): RedisAddress => address;

/** Fills in the defaults. @throws TypeError for options that are unknown or invalid, or contradict each other */
export function resolveOptions(options: RedisBrokerOptions): ResolvedOptions {
  checkKnown(options);
  const { cluster, sentinel } = options;
  if (cluster !== undefined && sentinel !== undefined) {
    throw new TypeError('cluster and sentinel are both given; Redis is either, so leave one out');
  }
  const one = cluster === undefined ? sentinel && 'sentinel' : 'cluster';
  if (one !== undefined && options.url !== undefined) {
    throw new TypeError(`url is given beside ${one}; put it into ${one}.rootNodes`);
  }
  if (cluster !== undefined && (options.connection?.database ?? 0) !== 0) {
    throw new TypeError('connection.database is given; a Redis Cluster has only database 0');
  }
  if (sentinel !== undefined && !sentinel.name) {
    throw new TypeError(
      'sentinel.name is missing: what the sentinels call the servers, mymaster for example',
    );
  }
  const prefix = options.prefix ?? defaultOptions.prefix;
  if (!/^[^{}\s]+$/.test(prefix)) {
    throw new TypeError(
      `prefix is ${JSON.stringify(prefix)}; it may have no braces and no spaces, and not be empty`,
    );
  }
  const url = options.url === undefined ? {} : readUrl('url', options.url);
  const connection = { name: prefix, ...url, ...options.connection };
  return {
    connection,
    cluster: cluster && {
      rootNodes: readNodes('cluster.rootNodes', cluster.rootNodes),
      mapAddress: cluster.mapAddress ?? asTold,
    },
    sentinel: sentinel && {
      name: sentinel.name,
      rootNodes: readNodes('sentinel.rootNodes', sentinel.rootNodes),
      connection: { name: prefix, ...sentinel.connection },
      mapAddress: sentinel.mapAddress ?? asTold,
    },
    prefix,
    publishTimeoutMs: figure('publishTimeoutMs', options.publishTimeoutMs, defaultOptions.publishTimeoutMs),
    queue: figures('queue', defaultOptions.queue, options.queue),
    heartbeat: figures('heartbeat', defaultOptions.heartbeat, options.heartbeat),
    hmacKey: readKey(options.hmacKey),
    // it measures how long things take; a clock that is set back would make an hour of a moment
    clock: options.clock ?? steadyClock,
  };
}

function readNodes(
  name: string,
  nodes: readonly (string | RedisAddress)[],
): readonly (string | RedisAddress)[] {
  if (nodes.length === 0) throw new TypeError(`${name} is empty; name one node at least`);
  for (const [index, node] of nodes.entries())
    if (typeof node === 'string') readUrl(`${name}[${index}]`, node);
    else checkAddress(`${name}[${index}]`, node);
  return nodes;
}

function readKey(key: string | Uint8Array | undefined): Uint8Array | undefined {
  if (key === undefined) return undefined;
  const bytes = typeof key === 'string' ? new TextEncoder().encode(key) : key;
  if (bytes.length >= shortestKeyBytes) return bytes;
  throw new TypeError(`hmacKey has ${bytes.length} bytes; give it ${shortestKeyBytes} at least, at random`);
}

function figure(name: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (Number.isFinite(value) && value > 0) return value;
  throw new TypeError(`${name} is ${value}; give it a finite number above 0`);
}

function figures<TFigures extends Record<keyof TFigures, number>>(
  group: string,
  defaults: TFigures,
  given: { readonly [K in keyof TFigures]?: number } = {},
): { [K in keyof TFigures]: number } {
  const resolved: { [K in keyof TFigures]: number } = { ...defaults };
  for (const name of Object.keys(given) as (keyof TFigures & string)[])
    resolved[name] = figure(`${group}.${name}`, given[name], defaults[name]);
  return resolved;
}
