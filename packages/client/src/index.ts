// The public face of @wirepact/client.
export { ChannelError, isSocketError, SocketError } from '@wirepact/core';
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
export { safe } from './safe.js';
