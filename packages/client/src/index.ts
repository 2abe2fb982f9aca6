// What @wirepact/client exports: `createClient`, `safe`, the errors, and the types of everything that applications see.
export { ChannelError, isSocketError, SocketError } from '@wirepact/core';
// applications infer these types from a client, so their declaration files must be able to name them
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
