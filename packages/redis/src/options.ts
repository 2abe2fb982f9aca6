// What redisBroker can be told, and what holds when it is not.
import type { ConnectionOptions } from 'node:tls';
import { steadyClock, type Clock } from '@wirepact/core/internal';
import { readUrl } from './redis-url.js';

/** Where a Redis server is. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** How a Redis server is connected to. What `url` says as well holds as it stands here. */
export interface RedisConnectionOptions extends Partial<RedisAddress> {
  /** The path of a Unix socket, in place of a host and a port. */
  readonly path?: string;
  /** `true`, or what Node's `tls.connect` is to know: certificates, `servername`. @default by the URL: `rediss://` */
  readonly tls?: boolean | ConnectionOptions;
  /** A user of the ACL. @default Redis' own `default` */
  readonly username?: string;
  readonly password?: string;
  /** Asked before every connection, in place of a fixed name and password: for tokens that expire. */
  readonly credentials?: () => Promise<{ readonly username?: string; readonly password?: string }>;
  /** Keys are kept apart by it, channels are not: for a second application take another `prefix`. @default 0 */
  readonly database?: number;
  /** What `CLIENT LIST` shows. @default the prefix */
  readonly name?: string;
}

/** A Redis Cluster. */
export interface RedisClusterOptions {
  /** Some of its nodes, as URLs or addresses: the others are learnt from them. */
  readonly rootNodes: readonly (string | RedisAddress)[];
  /** Where a node is, seen from here, which calls itself by an address of its own network. @default where it says */
  readonly mapAddress?: (address: RedisAddress) => RedisAddress;
}

/** Servers that Redis Sentinel watches over. */
export interface RedisSentinelOptions {
  /** What the sentinels call them. */
  readonly name: string;
  /** The sentinels. */
  readonly rootNodes: readonly (string | RedisAddress)[];
  /** How the sentinels are connected to; they have users and certificates of their own. */
  readonly connection?: RedisConnectionOptions;
  /** Where a server is, seen from here, that the sentinels know by an address of their own network. @default where they say */
  readonly mapAddress?: (address: RedisAddress) => RedisAddress;
}

/** How much may wait for Redis, or for its answer. What is more is refused at once. */
export interface QueueOptions {
  /** Messages. @default 10000 */
  readonly maxMessages?: number;
  /** Bytes of them; and half as many of what is dropped where it cannot be said now. @default 16777216 */
  readonly maxBytes?: number;
}

/** How a dead connection to Redis is noticed. */
export interface HeartbeatOptions {
  /** A connection on which nothing is heard for this long is asked whether it is there, in ms. @default 1000 */
  readonly intervalMs?: number;
  /** A connection that owes an answer and is silent for this long is given up, in ms. @default 2000 */
  readonly timeoutMs?: number;
}

/** What {@link redisBroker} can be told. One of `url`, `connection`, `cluster` and `sentinel` says where Redis is. */
export interface RedisBrokerOptions {
  /** `redis://user:password@host:port/database`, or `rediss://` for TLS. @default redis://localhost:6379 */
  readonly url?: string;
  /** What a URL cannot say, and for a cluster or behind sentinels how every server is connected to. */
  readonly connection?: RedisConnectionOptions;
  readonly cluster?: RedisClusterOptions;
  readonly sentinel?: RedisSentinelOptions;
  /** What every key and channel begins with, in braces. Servers that are to be one have the same. @default 'wirepact' */
  readonly prefix?: string;
  /** What Redis has not taken or answered after this long is rejected with `not_accepted`, in ms. @default 5000 */
  readonly publishTimeoutMs?: number;
  readonly queue?: QueueOptions;
  readonly heartbeat?: HeartbeatOptions;
  /**
   * Messages are signed with it, and what is kept of sessions and of the members of rooms, and what is not is refused: whoever
   * gets at Redis cannot make any up. At least 16 bytes, the same in every process.
   *
   * @default none: whoever may write to Redis is trusted
   */
  readonly hmacKey?: string | Uint8Array;
  /** @default the machine's own */
  readonly clock?: Clock;
}

/** Every default, in one place. */
export const defaultOptions = {
  prefix: 'wirepact',
  publishTimeoutMs: 5_000,
  queue: { maxMessages: 10_000, maxBytes: 16_777_216 },
  heartbeat: { intervalMs: 1_000, timeoutMs: 2_000 },
} as const;

/** {@link RedisBrokerOptions} with every default filled in. */
export interface ResolvedOptions {
  /** How a server is connected to; in a cluster and behind sentinels each has an address of its own. */
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

/** Fills in the defaults. @throws TypeError for options that cannot work */
export function resolveOptions(options: RedisBrokerOptions): ResolvedOptions {
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
  for (const name of Object.keys(given) as (keyof TFigures & string)[]) {
    if (!Object.hasOwn(defaults, name)) throw new TypeError(`${group} knows no "${name}"`);
    resolved[name] = figure(`${group}.${name}`, given[name], defaults[name]);
  }
  return resolved;
}
