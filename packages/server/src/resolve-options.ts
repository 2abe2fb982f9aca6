// Fills in the defaults of a SocketManager's options, and checks the given ones.
import type { BlockList } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import { systemClock, type Clock } from '@wirepact/core/internal';
import { figures, mostOf31Bits } from './figures.js';
import { readProxies } from './handshake/client-address.js';
import { checkHosts } from './handshake/host.js';
import { checkOrigins } from './handshake/origin.js';
import type { Hooks } from './hub.js';
import { defaultLimits, limitsBeside, type LimitOptions } from './limits/limits.js';
import type { Rate } from './limits/token-bucket.js';
import type { BackpressureOptions, HeartbeatOptions, LogOptions, SessionOptions } from './options.js';

/** The default of every option that is a number. */
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

/** The numeric options with their defaults filled in, and what else is derived from the options once. */
export interface ResolvedOptions {
  readonly limits: Required<LimitOptions>;
  readonly session: Required<SessionOptions>;
  readonly logs: Required<LogOptions>;
  readonly backpressure: Required<BackpressureOptions>;
  readonly heartbeat: Required<HeartbeatOptions>;
  /** The limits that are rates. */
  readonly rates: Readonly<Record<'messages' | 'bytes' | 'joins' | 'upgrades', Rate>>;
  /** The proxies whose `X-Forwarded-For` is trusted. */
  readonly proxies: BlockList;
  readonly clock: Clock;
}

/** Fills in the defaults. @throws TypeError for an invalid number, order of numbers, origin, host name or proxy */
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
    backpressure: resolveBackpressure(options.backpressure),
    heartbeat: figures('heartbeat', defaultOptions.heartbeat, options.heartbeat),
    proxies: readProxies(options.trustProxy ?? []),
    clock: options.clock ?? systemClock,
  };
}

function resolveBackpressure(given?: BackpressureOptions): Required<BackpressureOptions> {
  const maxTotalBytes = getHeapStatistics().heap_size_limit / 4;
  const bounds = figures('backpressure', { ...defaultOptions.backpressure, maxTotalBytes }, given);
  // out of order, who lags would be fed more than may wait, and closed for it each time
  checkOrder(bounds, 'resumeBytes', 'softBytes');
  checkOrder(bounds, 'softBytes', 'hardBytes');
  return bounds;
}

function checkOrder(
  bounds: Required<BackpressureOptions>,
  lower: keyof BackpressureOptions,
  upper: keyof BackpressureOptions,
): void {
  if (bounds[lower] <= bounds[upper]) return;
  throw new TypeError(
    `backpressure.${lower} is ${bounds[lower]}, more than backpressure.${upper}, which is ${bounds[upper]}; change one of them`,
  );
}
