// What the parts of one SocketManager share. The contract's types end at the manager: inside, paths are strings, and data is
// unknown until a schema has validated it.
import type { AnyChannels, ChannelDefinitions } from '@wirepact/core';
import { channelFacts, type Dialect } from '@wirepact/core/internal';
import { Acknowledgements } from './session/acknowledgements.js';
import { Backlog } from './connection/backlog.js';
import { Cluster } from './cluster/cluster.js';
import { Connections } from './handshake/connections.js';
import { resolveDialect } from './connection/dialects.js';
import { guarded } from './guarded.js';
import { checkKnown } from './known-options.js';
import { Logouts } from './session/logouts.js';
import { Logs } from './delivery/logs.js';
import type { SocketManagerOptions } from './options.js';
import { resolveOptions, type ResolvedOptions } from './resolve-options.js';
import { Everyone, Rooms, type OpenLog } from './rooms/rooms.js';
import { Roster } from './session/roster.js';
import { RouteTable, type AnyRoute } from './routing/route-table.js';
import type { Session } from './session/session.js';
import type { Socket } from './socket.js';
import type { SocketManager } from './socket-manager.js';
import { createCounters, type Counters } from './stats.js';
import { Suspended } from './session/suspended.js';

/** A socket of whatever contract. */
export type AnySocket = Socket<AnyChannels, unknown>;

/** What users gave, with the contract's types taken off. */
export type Hooks = SocketManagerOptions<AnyChannels, unknown>;

/** Each calls off a question to the application that is still being answered. */
export type Asking = Set<(why: string) => void>;

/** What the parts of one SocketManager share. */
export interface Hub {
  readonly channels: ChannelDefinitions;
  readonly hooks: Hooks;
  readonly options: ResolvedOptions;
  readonly dialect: Dialect;
  /** What `$welcome` says to all clients alike, as the end of its JSON: encoded once, for many channels make it long. */
  readonly terms: string;
  readonly routes: RouteTable;
  readonly logs: Logs;
  readonly openLog: OpenLog;
  /** What is shared with other processes, where there are any. */
  readonly cluster: Cluster | undefined;
  readonly rooms: Rooms;
  readonly everyone: Everyone;
  readonly roster: Roster;
  readonly suspended: Suspended;
  readonly logouts: Logouts;
  readonly acknowledgements: Acknowledgements;
  readonly backlog: Backlog;
  readonly counters: Counters;
  /** Every connection, those included that have not said `$hello` yet. Sessions may have none. */
  readonly connections: Connections;
  /** The identities that are being found out, of who is not let in yet. */
  readonly identifying: Asking;
  /** Those of clients that are here: by a new token, or once more. */
  readonly checking: Asking;
  readonly manager: SocketManager<AnyChannels, unknown>;
  /** Tells the user's `onError`; what that throws is lost, or it would be reported for ever. */
  report(error: unknown, session?: Session, path?: string): void;
}

/** @throws TypeError for an option that cannot work, or a route whose channel is not in the contract */
export function createHub(
  channels: ChannelDefinitions,
  hooks: Hooks,
  manager: SocketManager<AnyChannels, unknown>,
): Hub {
  checkKnown(hooks);
  const routes = new RouteTable(channels);
  for (const [path, route] of Object.entries(hooks.routes ?? {})) {
    if (route !== undefined) routes.add(path, route as AnyRoute);
  }
  const options = resolveOptions(hooks);
  const logs = new Logs(options);
  const cluster = hooks.broker && new Cluster(hooks.broker, options, logs);
  const openLog: OpenLog = cluster?.openLog ?? (({ name, session }) => logs.create(name, session?.id));
  // where a broker keeps what was said, nobody here need keep a room for it
  const keepsEmpty = hooks.rooms?.history !== undefined && cluster === undefined;
  const roster = new Roster();
  const hub: Hub = {
    channels,
    hooks,
    options,
    dialect: resolveDialect(channels, hooks.dialect),
    terms: encodeTerms(channels, options),
    routes,
    logs,
    openLog,
    cluster,
    rooms: new Rooms(openLog, keepsEmpty ? () => logs.now() - options.logs.maxAgeMs : undefined),
    everyone: new Everyone(openLog, roster),
    roster,
    suspended: new Suspended(roster, options.limits),
    logouts: new Logouts(options.clock, options.limits.authenticateTimeoutMs),
    acknowledgements: new Acknowledgements(options.clock),
    backlog: new Backlog(options.backpressure.maxTotalBytes),
    counters: createCounters(),
    connections: new Connections(),
    identifying: new Set(),
    checking: new Set(),
    manager,
    report(error, session, path) {
      const origin = {
        ...(session !== undefined && { socket: session.socket }),
        ...(path !== undefined && { path }),
      };
      guarded(
        () => hooks.onError?.(error, origin),
        // there is nobody left to tell
        () => undefined,
      );
    },
  };
  cluster?.start(hub);
  return hub;
}

function encodeTerms(channels: ChannelDefinitions, { heartbeat, limits, session }: ResolvedOptions): string {
  const { maxMessageBytes, maxInFlight, maxRooms } = limits;
  const terms = {
    resumeForMs: session.resumeForMs,
    heartbeatMs: heartbeat.intervalMs,
    limits: { maxMessageBytes, maxInFlight, maxRooms },
    channels: channelFacts(channels),
  };
  return JSON.stringify(terms).slice(1);
}
