// The public exports of @wirepact/server.
export { ChannelError, isSocketError, SocketError } from '@wirepact/core';
export type { Amplifier } from './limits/amplification.js';
export type { Admission } from './handshake/admission.js';
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
} from './cluster/broker.js';
export type { ClientTarget } from './delivery/client-target.js';
export type { DrainOptions } from './session/drain.js';
export { hardenedServerOptions, hardenServer } from './handshake/http-hardening.js';
export type { LimitOptions } from './limits/limits.js';
export type {
  BackpressureOptions,
  DialectName,
  DisconnectReason,
  HeartbeatOptions,
  LogOptions,
  MemberInfo,
  OriginOptions,
  RoomOptions,
  SessionOptions,
  SocketEvents,
  SocketManagerOptions,
  UnroutedMessage,
} from './options.js';
export { defaultOptions } from './resolve-options.js';
export type { Listening, ListenOptions } from './handshake/own-server.js';
export { createPublisher, type Publisher, type PublisherOptions } from './cluster/publisher.js';
export type { Middleware, Route, RouteContext, RouteMessage, Routes } from './routing/route.js';
export type { AskOptions, Socket } from './socket.js';
export { SocketManager } from './socket-manager.js';
export type { Stats } from './stats.js';
export type {
  HistoryOptions,
  Presence,
  RoomMessage,
  RoomTarget,
  Target,
  UserTarget,
} from './delivery/targets.js';
export type { Handshake, RequestHeaders, UpgradeRequest } from './handshake/upgrade-request.js';
