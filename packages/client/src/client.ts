// The public face of a client and of a room it joined, as types. What stands behind them is put together in create-client.ts.
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

/** Takes back what a call registered. Calling it twice does no harm. */
export type Unsubscribe = () => void;

/** What a listener is told beside the data. */
export interface MessageInfo {
  /** The room the message was sent to; absent when it was not sent to a room. */
  readonly room?: string;
}

/** How long a listener or a handler stays. */
export interface ListenOptions {
  /** Removes it when it aborts. */
  readonly signal?: AbortSignal;
}

/** How long a call may take. */
export interface RequestOptions {
  /**
   * Rejects with `timeout` after this many ms. One that waits for a connection for longer than `outbox.maxAgeMs` rejects with
   * `expired` before that. @default the client's `requestTimeoutMs`
   */
  readonly timeoutMs?: number;
  /** Rejects with `aborted` when it aborts, and tells the server to stop. */
  readonly signal?: AbortSignal;
}

/** How long a stream may run. */
export interface StreamOptions {
  /** Ends the iteration with `aborted` when it aborts, and tells the server to stop. */
  readonly signal?: AbortSignal;
}

/** How long to wait for a room. */
export interface JoinOptions {
  /** Gives the join up when it aborts. */
  readonly signal?: AbortSignal;
}

/** Any message the contract lets the server send, by path. */
export type AnyMessage<TChannels, TForm extends Form = 'wire'> = {
  readonly [TPath in OutPath<TChannels> & keyof TChannels]: {
    readonly path: TPath;
    readonly data: Heard<TChannels, TForm>[TPath];
    readonly room?: string;
  };
}[OutPath<TChannels> & keyof TChannels];

/** What an error that no call is waiting for belongs to. */
export interface ErrorOrigin {
  /** The channel; absent when it was the connection itself. */
  readonly path?: string;
  /** The message that was not sent, was refused, or does not fit. */
  readonly data?: unknown;
}

/** Somebody in a room. */
export interface RoomMember {
  readonly id: string;
  /** What the server's `rooms.member` says of them; unchecked. */
  readonly info: unknown;
}

/** A handle on a room. The room is left when its last handle is. */
export interface Room<TChannels, TForm extends Form = 'wire'> {
  readonly name: string;
  /** Who is there, as far as the server's `rooms.member` tells. Every change makes a new array. */
  readonly members: readonly RoomMember[];
  /** Listens to what is sent to this room on `path`. */
  on<TPath extends OutPath<TChannels>>(
    path: TPath,
    listener: (data: Heard<TChannels, TForm>[TPath], info: MessageInfo) => void,
    options?: ListenOptions,
  ): Unsubscribe;
  /** Calls back with all members whenever somebody comes, goes or changes. */
  onMembers(listener: (members: readonly RoomMember[]) => void, options?: ListenOptions): Unsubscribe;
  /**
   * Calls back when the server takes the room away: it removed this client, or refused it after a reconnect. The listeners of
   * all handles are gone then; `join` gives a new one.
   */
  onRemoved(listener: (error: SocketError) => void, options?: ListenOptions): Unsubscribe;
  /** Calls back when messages to this room could not be recovered. */
  onGap(listener: (gap: Gap) => void, options?: ListenOptions): Unsubscribe;
  /** Gives this handle and its listeners up. Calling it twice does no harm. */
  leave(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * One end of a contract. `TForm` is `'parsed'` for a client that carries the contract's schemas: it hands out what they
 * make of a message, where the other form hands out what came as JSON.
 *
 * @example
 * ```ts
 * const client = createClient<typeof channels>({ url: '/ws' });
 * client.on('output', (text) => console.log(text));
 * const { id } = await client.request('chat', { text: 'hi' });
 * ```
 */
export interface Client<TChannels = AnyChannels, TForm extends Form = 'wire'> {
  /** Listens to what the server sends on `path`. */
  on<TPath extends OutPath<TChannels>>(
    path: TPath,
    listener: (data: Heard<TChannels, TForm>[TPath], info: MessageInfo) => void,
    options?: ListenOptions,
  ): Unsubscribe;
  /** Listens for one message. */
  once<TPath extends OutPath<TChannels>>(
    path: TPath,
    listener: (data: Heard<TChannels, TForm>[TPath], info: MessageInfo) => void,
    options?: ListenOptions,
  ): Unsubscribe;
  /** Listens to every message the server sends, whatever its path. */
  onAny(listener: (message: AnyMessage<TChannels, TForm>) => void, options?: ListenOptions): Unsubscribe;
  /**
   * Sends a message that asks for no answer. While the connection is away, or the network slow, it waits as the channel's
   * `delivery` says.
   *
   * @throws SocketError `outbox_full` when too much is waiting, `closed` on a closed client, `invalid_input` for data that does
   * not fit the contract where the client carries it, `internal` for data that is no JSON.
   */
  send<TPath extends SendPath<TChannels>>(path: TPath, ...args: SendArgs<TChannels>[TPath]): void;
  /** Sends a message and resolves to its answer. Rejects with a `SocketError`; see `safe`. */
  request<TPath extends RequestPath<TChannels>>(
    path: TPath,
    ...args: RequestArgs<TChannels, RequestOptions>[TPath]
  ): Failable<Reply<TChannels, TForm>[TPath], Failure<TChannels, TForm>[TPath]>;
  /** Asks for many answers. The server goes no further than the loop does, and stops when the loop is left. */
  stream<TPath extends StreamPath<TChannels>>(
    path: TPath,
    ...args: RequestArgs<TChannels, StreamOptions>[TPath]
  ): AsyncIterable<StreamItem<TChannels, TForm>[TPath]>;
  /** Joins a room, if the server's `rooms.authorize` allows it, and joins it again after every reconnect. */
  join(room: string, options?: JoinOptions): Failable<Room<TChannels, TForm>, SocketError>;
  /**
   * Answers what the server asks on `path`. What the handler throws goes back as the error.
   *
   * @throws TypeError when the path has a handler already.
   */
  handle<TPath extends AskPath<TChannels>>(
    path: TPath,
    handler: (data: Heard<TChannels, TForm>[TPath]) => HandlerResult<TChannels>[TPath],
    options?: ListenOptions,
  ): Unsubscribe;
  /** The state of the connection now. A new object for every change. */
  readonly status: ClientStatus;
  /** Calls back whenever `status` changes. */
  onStatus(listener: (status: ClientStatus) => void, options?: ListenOptions): Unsubscribe;
  /** Calls back with what was sent while the connection was away and could not be recovered; ask for the present state then. */
  onGap(listener: (gap: Gap) => void, options?: ListenOptions): Unsubscribe;
  /**
   * Calls back with every error that no call is waiting for: a message that was refused, expired or may have been lost,
   * one that was received and does not fit the contract, a listener that threw or rejected.
   */
  onError(listener: (error: SocketError, origin: ErrorOrigin) => void, options?: ListenOptions): Unsubscribe;
  /**
   * Connects now: the first time, instead of waiting for the next attempt, or again after a close. Listeners and rooms
   * are still there. Does nothing while connected or trying.
   */
  connect(): void;
  /** Closes for good: what is pending rejects with `closed`, streams end, timers stop. Calling it twice does no harm. */
  close(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The type of `createClient`. Naming a contract makes the client know its types; `channels` also makes it use its schemas. */
// one signature, because with overloads a misspelt option would be answered by "No overload matches this call"
export type CreateClient = <
  TChannels extends ChannelDefinitions = AnyChannels,
  TSchemas extends ChannelDefinitions | undefined = undefined,
>(
  options: ClientOptions<TSchemas>,
) => [TSchemas] extends [ChannelDefinitions] ? Client<TSchemas, 'parsed'> : Client<TChannels>;
