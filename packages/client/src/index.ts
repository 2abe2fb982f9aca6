// The public face of @wirepact/client.
export { ChannelError, isSocketError, SocketError } from '@wirepact/core';
// named in what applications infer from a client, whose declarations must be able to name them too
export type {
  AskPath,
  Clock,
  Cursor,
  Failable,
  Failure,
  GapCause,
  HandlerResult,
  Heard,
  OutPath,
  Reply,
  RequestArgs,
  RequestPath,
  SendArgs,
  SendPath,
  StreamItem,
  StreamPath,
} from '@wirepact/core';
export type { ReconnectOptions } from '@wirepact/core/internal';
export type { ClientDialect } from './client-dialect.js';
export type {
  ClientOptions,
  HeartbeatOptions,
  OutboxOptions,
  WebSocketClass,
  WebSocketLike,
} from './client-options.js';
export type { ClientStatus, CloseReason } from './client-status.js';
export type {
  AnyMessage,
  Client,
  CreateClient,
  ErrorOrigin,
  JoinOptions,
  ListenOptions,
  MessageInfo,
  RequestOptions,
  Room,
  RoomMember,
  StreamOptions,
  Unsubscribe,
} from './client.js';
export { createClient } from './create-client.js';
export type { Gap } from './gap.js';
export { safe } from './safe.js';
