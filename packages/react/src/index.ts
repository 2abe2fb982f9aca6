// What @wirepact/react exports: hooks that are bound to a contract, and the same hooks with the client as an argument.
// Applications infer the types of core from the hooks, so their declaration files must be able to name them.
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
