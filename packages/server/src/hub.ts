// What the parts of one SocketManager share. The contract's types end at the manager: in here paths are strings and data
// is unknown until a schema has seen it.
import type { AnyChannels, ChannelDefinitions } from '@wirepact/core';
import type { Dialect } from '@wirepact/core/internal';
import type { ResolvedOptions, SocketManagerOptions } from './options.js';
import type { Rooms } from './rooms.js';
import type { Roster } from './roster.js';
import type { RouteTable } from './route-table.js';
import type { Session } from './session.js';
import type { Socket } from './socket.js';
import type { SocketManager } from './socket-manager.js';
import type { Counters } from './stats.js';

/** A socket of whatever contract. */
export type AnySocket = Socket<AnyChannels, unknown>;

/** What users gave, with the contract's types taken off. */
export type Hooks = SocketManagerOptions<AnyChannels, unknown>;

/** What the parts of one SocketManager share. */
export interface Hub {
  readonly channels: ChannelDefinitions;
  readonly hooks: Hooks;
  readonly options: ResolvedOptions;
  readonly dialect: Dialect;
  readonly routes: RouteTable;
  readonly rooms: Rooms;
  readonly roster: Roster;
  readonly counters: Counters;
  /** Every connection, those included that have not said `$hello` yet. */
  readonly connections: Set<Session>;
  readonly manager: SocketManager<AnyChannels, unknown>;
  /** Tells the user's `onError`; what that throws is lost, or it would be reported for ever. */
  report(error: unknown, session?: Session, path?: string): void;
}

/** The channel of a path that came from outside: `constructor` and its like are no channels. */
export function findChannel(hub: Hub, path: string): ChannelDefinitions[string] | undefined {
  return Object.hasOwn(hub.channels, path) ? hub.channels[path] : undefined;
}
