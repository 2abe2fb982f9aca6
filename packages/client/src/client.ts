// The types of a client and of a joined room. create-client.ts implements them.
import type {
  AnyChannels,
  AskPath,
  ChannelDefinitions,
  Failable,
  Failure,
  Form,
  HandlerResult,
  Heard,
  OutPath,
  Reply,
  RequestArgs,
  RequestPath,
  SendArgs,
  SendPath,
  SocketError,
  StreamItem,
  StreamPath,
} from '@wirepact/core';
import type { ClientOptions } from './client-options.js';
import type { ClientStatus } from './client-status.js';
import type { Gap } from './gap.js';

/** Removes what a call registered, such as a listener. Calling it twice is harmless. */
export type Unsubscribe = () => void;

/** The second argument of a listener. */
export interface MessageInfo {
  /** The room to which the message was sent; absent if it was not sent to a room. */
  readonly room?: string;
}

/** The options of a listener or a handler. */
export interface ListenOptions {
  /** Removes the listener or the handler when it aborts. */
  readonly signal?: AbortSignal;
}

/** The options of a request. */
export interface RequestOptions {
  /**
   * The request rejects with `timeout` after this many ms, counted from the call.
   * A request that waits for a connection longer than `outbox.maxAgeMs` rejects with `expired`, even before that.
   * @default the client's `requestTimeoutMs`
   */
  readonly timeoutMs?: number;
  /** When it aborts, the request rejects with `aborted`, and the server is told to stop. */
  readonly signal?: AbortSignal;
}

/** The options of a stream. */
export interface StreamOptions {
  /** When it aborts, the loop over the stream throws `aborted`, and the server is told to stop. */
  readonly signal?: AbortSignal;
}

/** The options of a join. */
export interface JoinOptions {
  /** When it aborts before the room is joined, the join rejects with `aborted`. */
  readonly signal?: AbortSignal;
}

/**
 * Any message that the contract allows the server to send.
 * `room` is the room to which it was sent, if it was sent to one.
 */
export type AnyMessage<TChannels, TForm extends Form = 'wire'> = {
  readonly [TPath in OutPath<TChannels> & keyof TChannels]: {
    readonly path: TPath;
    readonly data: Heard<TChannels, TForm>[TPath];
    readonly room?: string;
  };
}[OutPath<TChannels> & keyof TChannels];

/** Where an error belongs that no call is waiting for. */
export interface ErrorOrigin {
  /** The channel; absent if the error concerns the connection itself. */
  readonly path?: string;
  /**
   * The data of an event that was not sent or may not have arrived, as it was at the time of the call, or of a received
   * message that does not match the contract or whose listener threw. Absent for an event that the server refused.
   */
  readonly data?: unknown;
}

/** A member of a room: one client, not one user. */
export interface RoomMember {
  /** The id of the client; on the server, its `socket.id`. */
  readonly id: string;
  /** What the server's `rooms.member` returns for this member. It is not validated. */
  readonly info: unknown;
}

/** A handle on a room that the client has joined. The room is left when its last handle is. */
export interface Room<TChannels, TForm extends Form = 'wire'> {
  /** The name of the room. */
  readonly name: string;
  /** The members of the room; a new array after every change. Empty if the server has no `rooms.member`. */
  readonly members: readonly RoomMember[];
  /** Calls the listener with every message that is sent to this room on `path`. */
  on<TPath extends OutPath<TChannels>>(
    path: TPath,
    listener: (data: Heard<TChannels, TForm>[TPath], info: MessageInfo) => void,
    options?: ListenOptions,
  ): Unsubscribe;
  /**
   * Calls the listener with all members whenever somebody joins, leaves or changes. It is not called with those that are
   * already there: read `members` first.
   */
  onMembers(listener: (members: readonly RoomMember[]) => void, options?: ListenOptions): Unsubscribe;
  /**
   * Calls the listener when the client is no longer in the room, without having left it.
   * The server has removed the client, or has refused it after a reconnect. All handles of the room and their listeners
   * have ended then; `join` again to get a new handle.
   */
  onRemoved(listener: (error: SocketError) => void, options?: ListenOptions): Unsubscribe;
  /** Calls the listener when messages to this room could not be recovered. */
  onGap(listener: (gap: Gap) => void, options?: ListenOptions): Unsubscribe;
  /**
   * Ends this handle and its listeners. Calling it twice is harmless.
   * If it was the last handle, the client leaves the room; the promise resolves once the server has answered, or at
   * once while the client is not connected.
   */
  leave(): Promise<void>;
  /** Does the same as `leave`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A client of one server, typed by the contract. docs/client.md explains it.
 * `TForm` is the form of the client. A `'parsed'` client carries the contract's schemas and hands out their output; a
 * `'wire'` client knows the contract as a type only and hands out the JSON that arrived.
 *
 * @example
 * ```ts
 * const client = createClient<typeof channels>({ url: '/ws' });
 * client.on('output', (text) => console.log(text));
 * const { id } = await client.request('chat', { text: 'hi' });
 * ```
 */
export interface Client<TChannels = AnyChannels, TForm extends Form = 'wire'> {
  /**
   * Calls the listener with every message that the server sends on `path`.
   * Returns a function that removes the listener. Listeners survive reconnects, and `close()` followed by `connect()`.
   * What a listener throws goes to `onError`.
   */
  on<TPath extends OutPath<TChannels>>(
    path: TPath,
    listener: (data: Heard<TChannels, TForm>[TPath], info: MessageInfo) => void,
    options?: ListenOptions,
  ): Unsubscribe;
  /** Calls the listener with the next message on `path`, then removes it. */
  once<TPath extends OutPath<TChannels>>(
    path: TPath,
    listener: (data: Heard<TChannels, TForm>[TPath], info: MessageInfo) => void,
    options?: ListenOptions,
  ): Unsubscribe;
  /** Calls the listener with every message that the server sends, whatever its path. */
  onAny(listener: (message: AnyMessage<TChannels, TForm>) => void, options?: ListenOptions): Unsubscribe;
  /**
   * Sends an event: a message without an answer.
   * While the client is not connected or the network is slow, the event waits or is dropped, according to the channel's
   * `delivery`. A `reliable` event that cannot be delivered later is reported to `onError`.
   *
   * @throws SocketError
   * - `outbox_full` if too many messages are waiting or not acknowledged;
   * - `closed` on a closed client;
   * - `message_too_large` if the message is larger than the server accepts;
   * - `invalid_input` if the client carries schemas and the data does not match;
   * - `internal` if the data is not JSON.
   */
  send<TPath extends SendPath<TChannels>>(path: TPath, ...args: SendArgs<TChannels>[TPath]): void;
  /**
   * Sends a request and resolves to its one answer, even if the connection is lost in between.
   * It rejects with a `SocketError`, among others `timeout`, or with an error that the channel declares. `safe` turns
   * that into a typed value.
   */
  request<TPath extends RequestPath<TChannels>>(
    path: TPath,
    ...args: RequestArgs<TChannels, RequestOptions>[TPath]
  ): Failable<Reply<TChannels, TForm>[TPath], Failure<TChannels, TForm>[TPath]>;
  /**
   * Requests a stream of answers. Each loop over the result is a stream of its own, and may throw a `SocketError`.
   * The server runs at most 16 items ahead of the loop. Leaving the loop tells the server to stop.
   */
  stream<TPath extends StreamPath<TChannels>>(
    path: TPath,
    ...args: RequestArgs<TChannels, StreamOptions>[TPath]
  ): AsyncIterable<StreamItem<TChannels, TForm>[TPath]>;
  /**
   * Joins a room. After a reconnect the client is in the room again. Each call returns a handle of its own.
   * It rejects with a `SocketError`: for example `denied` if the server's `rooms.authorize` refuses, or `timeout` if
   * the server does not answer within `requestTimeoutMs`. Without a connection it waits for one, for as long as it takes or
   * until the `signal` aborts.
   */
  join(room: string, options?: JoinOptions): Failable<Room<TChannels, TForm>, SocketError>;
  /**
   * Answers the server's questions on `path`. The handler runs once per question, even if the server has to ask again.
   * If it throws a `ChannelError`, the server receives that error. Anything else reaches the server as `internal`, and
   * this client's `onError` gets the original.
   *
   * @throws TypeError if the path already has a handler.
   */
  handle<TPath extends AskPath<TChannels>>(
    path: TPath,
    handler: (data: Heard<TChannels, TForm>[TPath]) => HandlerResult<TChannels>[TPath],
    options?: ListenOptions,
  ): Unsubscribe;
  /** The current state of the connection; a new object after every change. */
  readonly status: ClientStatus;
  /** Calls the listener with the new `status` whenever it changes. */
  onStatus(listener: (status: ClientStatus) => void, options?: ListenOptions): Unsubscribe;
  /**
   * Calls the listener when messages that were sent to this client could not be recovered.
   * Load the present state again then. It is called before any later message from the same place.
   */
  onGap(listener: (gap: Gap) => void, options?: ListenOptions): Unsubscribe;
  /**
   * Calls the listener with every error that no call is waiting for.
   * These are: an event that was refused, has expired, is too large or may not have arrived; a received message that
   * does not match the contract; a listener or a handler that threw or rejected. Without a listener, a browser treats
   * such an error as uncaught (`reportError`), and Node drops it.
   */
  onError(listener: (error: SocketError, origin: ErrorOrigin) => void, options?: ListenOptions): Unsubscribe;
  /**
   * Connects now: for the first time, instead of waiting for the next attempt, or again after a close.
   * Listeners are still registered, and the client rejoins the rooms that it had joined. Does nothing while the client
   * is connected or an attempt is running.
   */
  connect(): void;
  /**
   * Closes the connection, and keeps the client closed until `connect()` is called.
   * Pending requests and streams fail with `closed`, and all timers stop. Calling it twice is harmless.
   */
  close(): void;
  /** Does the same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The type of `createClient`.
 * A contract as type argument types the client; the option `channels` also makes the client use the contract's schemas.
 */
// one signature, because with overloads a misspelt option would be reported as "No overload matches this call"
export type CreateClient = <
  TChannels extends ChannelDefinitions = AnyChannels,
  TSchemas extends ChannelDefinitions | undefined = undefined,
>(
  options: ClientOptions<TSchemas>,
) => [TSchemas] extends [ChannelDefinitions] ? Client<TSchemas, 'parsed'> : Client<TChannels>;
