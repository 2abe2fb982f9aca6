// The public face of @wirepact/react: hooks bound to a contract, and the same hooks for those who pass the client. The types
// of core are named in what applications infer from the hooks, whose declarations must be able to name them too.
export type {
  Failable,
  Failure,
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
export { createSocketHooks, type SocketHooks } from './create-socket-hooks.js';
export type { SocketProviderProps } from './provider.js';
export { useEvent } from './use-event.js';
export { useLatest } from './use-latest.js';
export { useRequest, type RequestState, type RunOptions } from './use-request.js';
export { useRoom, type RoomState } from './use-room.js';
export { useSocket, type SocketState } from './use-socket.js';
export { useStatus } from './use-status.js';
export { useStream, type StreamState, type UseStreamOptions } from './use-stream.js';
