// The public face of @wirepact/server.
export { ChannelError, isSocketError, SocketError } from '@wirepact/core';
export type { Amplifier } from './amplification.js';
export type { Admission } from './admission.js';
export type {
  Append,
  Broker,
  BrokerListener,
  BrokerSettings,
  ClaimedSession,
  ClusterCounts,
  LatestValue,
  LogHead,
  LogPage,
  SessionClaim,
  SessionCommit,
  SessionOutcome,
  SessionPlace,
  SessionRecord,
  SharedEntry,
  SharedMember,
  TouchedLog,
} from './broker.js';
export type { ClientTarget } from './client-target.js';
export type { DrainOptions } from './drain.js';
export { hardenedServerOptions, hardenServer } from './http-hardening.js';
export type { LimitOptions } from './limits.js';
export {
  defaultOptions,
  type BackpressureOptions,
  type DialectName,
  type DisconnectReason,
  type HeartbeatOptions,
  type LogOptions,
  type OriginOptions,
  type RoomOptions,
  type SessionOptions,
  type SocketEvents,
  type SocketManagerOptions,
  type UnroutedMessage,
} from './options.js';
export type { Listening, ListenOptions } from './own-server.js';
export { createPublisher, type Publisher, type PublisherOptions } from './publisher.js';
export type { Middleware, Route, RouteContext, RouteMessage, Routes } from './route.js';
export type { AskOptions, Socket } from './socket.js';
export { SocketManager } from './socket-manager.js';
export type { Stats } from './stats.js';
export type { HistoryOptions, Presence, RoomMessage, RoomTarget, Target, UserTarget } from './targets.js';
export type { Handshake, RequestHeaders, UpgradeRequest } from './upgrade-request.js';
