// Binds the hooks to a contract and to the client of a provider.
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

/** The hooks of one contract. Each uses the client of the nearest `SocketProvider` of the same set. */
export interface SocketHooks<TChannels, TForm extends Form = 'wire'> {
  /** Hands a client down to the hooks below it. It neither connects nor closes the client. */
  readonly SocketProvider: (props: SocketProviderProps<TChannels, TForm>) => ReactElement;
  /**
   * The client's calls and its status. Renders again when the status changes, and never because of a message. Given a
   * client, it uses that one and needs no provider.
   */
  readonly useSocket: (client?: Client<TChannels, TForm>) => SocketState<TChannels, TForm>;
  /**
   * Calls back with every message on `path`, once and in order, also those that React would batch. The callback of the
   * newest render is called; a new one neither subscribes again nor misses a message.
   */
  readonly useEvent: <TPath extends OutPath<TChannels>>(
    path: TPath,
    callback: (data: Heard<TChannels, TForm>[TPath], info: MessageInfo) => void,
  ) => void;
  /**
   * The newest value that came on `path`; `undefined` until one comes. All components that look at one path see the same
   * value, which is forgotten when none does any more.
   */
  readonly useLatest: <TPath extends OutPath<TChannels>>(
    path: TPath,
  ) => Heard<TChannels, TForm>[TPath] | undefined;
  /** Makes requests on `path` when `run` is called, and tells what came of the newest. */
  readonly useRequest: <TPath extends RequestPath<TChannels>>(
    path: TPath,
  ) => RequestState<
    RequestArgs<TChannels, RunOptions>[TPath],
    Reply<TChannels, TForm>[TPath],
    Failure<TChannels, TForm>[TPath]
  >;
  /**
   * Asks for a stream while mounted, and gives its items. It is stopped on unmount, and begun anew when the path or the
   * input changes; inputs that are the same JSON are the same. Components that ask the same share one stream.
   */
  readonly useStream: <TPath extends StreamPath<TChannels>>(
    path: TPath,
    ...args: RequestArgs<TChannels, UseStreamOptions>[TPath]
  ) => StreamState<StreamItem<TChannels, TForm>[TPath], Failure<TChannels, TForm>[TPath]>;
  /** Joins `room` while at least one component that names it is mounted, and tells who else is there. */
  readonly useRoom: (room: string) => RoomState;
  /** The state of the connection, with what belongs to it. A server renders `idle`. */
  readonly useStatus: () => ClientStatus;
}

/**
 * Makes the hooks for a contract. `'parsed'` is for a client that carries the contract's schemas.
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
  const { SocketProvider, useClient } = createClientContext<TChannels, TForm>();
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
