// Binds the hooks to a contract, and to the client of a provider.
import type { Client, ClientStatus, MessageInfo } from '@wirepact/client';
import type {
  AnyChannels,
  Failure,
  Form,
  Heard,
  OutPath,
  Reply,
  RequestArgs,
  RequestPath,
  StreamItem,
  StreamPath,
} from '@wirepact/core';
import type { ReactElement } from 'react';
import { createClientContext, type SocketProviderProps } from './provider.js';
import { useEvent } from './use-event.js';
import { useLatest } from './use-latest.js';
import { useRequest, type RequestState, type RunOptions } from './use-request.js';
import { useRoom, type RoomState } from './use-room.js';
import { useSocket, type SocketState } from './use-socket.js';
import { useStatus } from './use-status.js';
import { useStream, type StreamState, type UseStreamOptions } from './use-stream.js';

/**
 * The hooks for one contract. docs/react.md explains them.
 * Each uses the client of the nearest `SocketProvider` of the same set.
 */
export interface SocketHooks<TChannels, TForm extends Form = 'wire'> {
  /** Passes a client to the hooks below it. It neither connects nor closes the client. */
  readonly SocketProvider: (props: SocketProviderProps<TChannels, TForm>) => ReactElement;
  /**
   * Returns `{ send, request, client, status }`. The functions can be destructured.
   * The component re-renders when the status changes, never on a message. If you pass a client, no provider is needed.
   *
   * @throws Error if there is no provider and no client.
   */
  readonly useSocket: (client?: Client<TChannels, TForm>) => SocketState<TChannels, TForm>;
  /**
   * Calls the callback with every message on `path`, once and in order, even those that React shows in a single render.
   * The callback of the latest render is used, so it needs no `useCallback`. A new callback neither resubscribes nor
   * misses a message.
   *
   * @throws Error if there is no provider.
   */
  readonly useEvent: <TPath extends OutPath<TChannels>>(
    path: TPath,
    callback: (data: Heard<TChannels, TForm>[TPath], info: MessageInfo) => void,
  ) => void;
  /**
   * Returns the newest value that arrived on `path`; `undefined` until a message arrives.
   * All components that use one path see the same value. When no component uses the path any more, the value is
   * forgotten.
   *
   * @throws Error if there is no provider.
   */
  readonly useLatest: <TPath extends OutPath<TChannels>>(
    path: TPath,
  ) => Heard<TChannels, TForm>[TPath] | undefined;
  /**
   * Makes requests on `path` when `run` is called, and returns the state of the newest.
   *
   * @throws Error if there is no provider.
   */
  readonly useRequest: <TPath extends RequestPath<TChannels>>(
    path: TPath,
  ) => RequestState<
    RequestArgs<TChannels, RunOptions>[TPath],
    Reply<TChannels, TForm>[TPath],
    Failure<TChannels, TForm>[TPath]
  >;
  /**
   * Runs a stream while the component is mounted, and returns its items.
   * The stream stops on unmount. It starts again when the path or the input changes; inputs with the same JSON are the
   * same. Components that pass the same path, input and options share one stream.
   *
   * @throws Error if there is no provider.
   */
  readonly useStream: <TPath extends StreamPath<TChannels>>(
    path: TPath,
    ...args: RequestArgs<TChannels, UseStreamOptions>[TPath]
  ) => StreamState<StreamItem<TChannels, TForm>[TPath], Failure<TChannels, TForm>[TPath]>;
  /**
   * Keeps the client in `room` while at least one component that names the room is mounted, and returns who is there.
   *
   * @throws Error if there is no provider.
   */
  readonly useRoom: (room: string) => RoomState;
  /**
   * Returns the status of the connection, the same as `client.status`. During server rendering it is `idle`.
   *
   * @throws Error if there is no provider.
   */
  readonly useStatus: () => ClientStatus;
}

/**
 * Creates the hooks for a contract. Call it once, next to the client.
 * For a client that carries the contract's schemas, write `createSocketHooks<typeof channels, 'parsed'>()`.
 *
 * @example
 * ```tsx
 * export const { SocketProvider, useSocket, useEvent } = createSocketHooks<typeof channels>();
 * ```
 */
export function createSocketHooks<TChannels = AnyChannels, TForm extends Form = 'wire'>(): SocketHooks<
  TChannels,
  TForm
> {
  const [SocketProvider, useClient] = createClientContext<TChannels, TForm>();
  return {
    SocketProvider,
    useSocket: (client) => useSocket(useClient(client)),
    useEvent: (path, callback) => useEvent(useClient(), path, callback),
    useLatest: (path) => useLatest(useClient(), path),
    useRequest: (path) => useRequest(useClient(), path),
    useStream: (path, ...args) => useStream(useClient(), path, ...args),
    useRoom: (room) => useRoom(useClient(), room),
    useStatus: () => useStatus(useClient()),
  };
}
