// Puts a client together: the only file where its parts meet.
import { toSocketError, type SocketError } from '@wirepact/core';
import { fromWireError, type ChannelFacts, type Frame, type ProtocolData } from '@wirepact/core/internal';
import type { ClientOptions } from './client-options.js';
import type { ClientStatus } from './client-status.js';
import type {
  AnyMessage,
  CreateClient,
  ErrorOrigin,
  JoinOptions,
  ListenOptions,
  MessageInfo,
  RequestOptions,
  StreamOptions,
  Unsubscribe,
} from './client.js';
import { Connection, type Welcome } from './connection.js';
import { failure } from './failure.js';
import { Handlers, type Handler } from './handlers.js';
import { Listeners, ListenerSet, type Listener, type MessageListener } from './listeners.js';
import { resolveOptions, type ResolvedClientOptions } from './options.js';
import { byteLength, Outbox, type Outgoing, type SendingFacts } from './outbox.js';
import { Parsing } from './parsing.js';
import { Requests, type Question } from './requests.js';
import type { RoomHandle } from './room-handle.js';
import { Rooms } from './rooms.js';
import { readStream } from './streams.js';

/** What `Client` promises, without the contract's types. */
class UntypedClient {
  readonly #options: ResolvedClientOptions;
  readonly #parsing: Parsing;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #requests: Requests;
  readonly #rooms: Rooms;
  readonly #handlers: Handlers;
  readonly #listeners = new Listeners();
  readonly #anyListeners = new ListenerSet<[message: AnyMessage<never>]>();
  readonly #statusListeners = new ListenerSet<[]>();
  readonly #errorListeners = new ListenerSet<[error: SocketError, origin: ErrorOrigin]>();
  #announced: Readonly<Record<string, ChannelFacts>> = {};

  constructor(given: ClientOptions) {
    const options = (this.#options = resolveOptions(given));
    const { clock, dialect, channels } = options;
    const parsing = (this.#parsing = new Parsing(channels));
    const report = (thrown: unknown, path?: string, data?: unknown): void => this.#report(thrown, path, data);
    const facts = (path: string): SendingFacts => channels?.[path] ?? this.#announced[path] ?? {};

    const connection = (this.#connection = new Connection(options, {
      connected: (welcome) => this.#connected(welcome),
      disconnected: () => this.#requests.lost(),
      closed: (cause) => this.#closed(cause),
      received: (frame, characters, reply) => this.#received(frame, characters, reply),
      statusChanged: () => this.#statusListeners.emit(report),
      failed: (error, data) => report(error, error.path, data),
    }));
    this.#outbox = new Outbox(options.outbox, clock, facts);
    this.#requests = new Requests({
      clock,
      encode: ({ path, json }, id) => dialect.encode(path, json, { id }),
      post: (message) => this.#post(message),
      withdraw: (message) => this.#outbox.remove(message),
      cancel: (id) => this.#tell('$cancel', id),
      isIdempotent: (path) => facts(path).idempotent === true,
      decodeError: (path, wire) => parsing.decodeError(path, wire),
    });
    this.#rooms = new Rooms({
      knowsRooms: () =>
        connection.writable
          ? connection.welcome !== undefined || dialect.plainPaths?.has('$join') === true
          : undefined,
      answersJoins: () => connection.welcome !== undefined,
      ask: (path, room) => this.#ask({ path, data: room, json: JSON.stringify({ room }) }),
      on: (path, listener, listenOptions) => this.on(path, listener, listenOptions),
      report,
    });
    this.#handlers = new Handlers(parsing, report);
  }

  get status(): ClientStatus {
    return this.#connection.status;
  }

  connect(): void {
    this.#connection.dispatch({ type: 'wanted' });
  }

  close(): void {
    this.#connection.dispatch({ type: 'closed' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  on(path: string, listener: MessageListener, options?: ListenOptions): Unsubscribe {
    this.#use();
    return this.#listeners.on(path, listener, options);
  }

  once(path: string, listener: MessageListener, options?: ListenOptions): Unsubscribe {
    const heard: MessageListener = (...args) => {
      off();
      listener(...args);
    };
    const off = this.on(path, heard, options);
    return off;
  }

  onAny(listener: Listener<[AnyMessage<never>]>, options?: ListenOptions): Unsubscribe {
    this.#use();
    return this.#anyListeners.add(listener, options);
  }

  onStatus(listener: Listener<[ClientStatus]>, options?: ListenOptions): Unsubscribe {
    let told = this.status;
    const changed = (): void => {
      // a listener before this one may have closed the client: nobody is told what is no longer so
      if (told !== this.status) listener((told = this.status));
    };
    return this.#statusListeners.add(changed, options);
  }

  onError(listener: Listener<[SocketError, ErrorOrigin]>, options?: ListenOptions): Unsubscribe {
    return this.#errorListeners.add(listener, options);
  }

  handle(path: string, handler: Handler): Unsubscribe {
    this.#use();
    return this.#handlers.add(path, handler);
  }

  send(path: string, data?: unknown): void {
    this.#use();
    const text = this.#options.dialect.encode(path, this.#parsing.encode(path, 'in', data));
    this.#post({ path, data, text, failed: (error) => this.#report(error, path, data) });
  }

  async request(path: string, data?: unknown, options?: RequestOptions): Promise<unknown> {
    this.#use();
    return this.#parsing.decodeAnswer(path, await this.#ask(this.#question(path, data), options));
  }

  stream(path: string, data?: unknown, options: StreamOptions = {}): AsyncIterable<unknown> {
    this.#use();
    return {
      [Symbol.asyncIterator]: () => {
        const question = this.#question(path, data);
        return readStream({
          start: (caller) => this.#requests.start(question, caller, options),
          decode: (item) => this.#parsing.decode(path, 'stream', item),
          grant: (id, n) => this.#tell('$more', { id, n }),
        });
      },
    };
  }

  async join(room: string, options?: JoinOptions): Promise<RoomHandle> {
    this.#use();
    this.#refuseIfClosed(room);
    return this.#rooms.join(room, options);
  }

  #use(): void {
    if (this.#options.autoConnect && this.status.name === 'idle') this.connect();
  }

  #question(path: string, data: unknown): Question {
    return { path, data, json: this.#parsing.encode(path, 'in', data) };
  }

  #ask(question: Question, options?: RequestOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const caller = { answered: (frame: Frame) => (resolve(frame.data), true), failed: reject };
      this.#requests.start(question, caller, { timeoutMs: this.#options.requestTimeoutMs, ...options });
    });
  }

  #refuseIfClosed(path: string): void {
    if (this.status.name === 'closed') throw failure('closed', '', { path });
  }

  /** Only a server that speaks of more than plain messages is told. */
  #tell(path: '$cancel' | '$more', data: unknown): void {
    if (this.#connection.welcome === undefined) return;
    this.#connection.send(this.#options.dialect.encode(path, JSON.stringify(data)));
  }

  /** Writes, or keeps what cannot be written yet. What waits goes first, but for what is about the connection itself. */
  #post(message: Outgoing): void {
    const { path } = message;
    this.#refuseIfClosed(path);
    if (this.#connection.writable && (this.#outbox.size === 0 || path.startsWith('$'))) this.#write(message);
    else this.#outbox.add(message);
  }

  #write(message: Outgoing): void {
    const { path, text } = message;
    const max = this.#connection.welcome?.limits.maxMessageBytes ?? Infinity;
    // a character of JavaScript is three bytes of UTF-8 at most: short texts need no count
    if (text.length * 3 > max && byteLength(text) > max) {
      throw failure('message_too_large', `the server takes ${max} bytes`, { path });
    }
    this.#connection.send(text);
    message.written?.();
  }

  #connected(welcome: Welcome | undefined): void {
    if (welcome) {
      this.#announced = welcome.channels;
      this.#outbox.review();
    }
    this.#rooms.restore();
    this.#outbox.flush(
      () => this.#connection.writable,
      (message) => {
        try {
          this.#write(message);
        } catch (thrown) {
          message.failed(toSocketError(thrown));
        }
      },
    );
  }

  #closed(cause: SocketError | undefined): void {
    const error = failure('closed', '', { cause });
    this.#outbox.clear(error);
    this.#requests.clear(error);
    this.#rooms.clear(error);
  }

  #received(frame: Frame, characters: number, reply: (text: string) => void): void {
    const { path, id, data } = frame;
    if (typeof id === 'number') this.#requests.receive(id, frame, characters);
    else if (id !== undefined) {
      void this.#handlers.answer(frame, (json, head) =>
        reply(this.#options.dialect.encode(path, json, head)),
      );
    } else if (path === '$error') {
      const about = (data as ProtocolData['$error']).path;
      this.#report(fromWireError(data, about), about);
    } else if (path === '$leave' || path === '$members' || path === '$member')
      this.#rooms.receive(path, data);
    else if (!path.startsWith('$')) this.#heard(frame);
  }

  #heard({ path, data, room }: Frame): void {
    const report = (thrown: unknown): void => this.#report(thrown, path, data);
    const info: MessageInfo = room === undefined ? {} : { room };
    try {
      const value = this.#parsing.decode(path, 'out', data);
      this.#listeners.at(path)?.emit(report, value, info);
      this.#anyListeners.emit(report, { path, data: value, ...info } as never);
    } catch (thrown) {
      report(thrown);
    }
  }

  /** Tells who listens for errors; where nobody does, the platform treats it as one that nobody caught. */
  #report(thrown: unknown, path?: string, data?: unknown): void {
    const error = toSocketError(thrown, path);
    const origin: ErrorOrigin = { ...(path !== undefined && { path }), ...(data !== undefined && { data }) };
    if (this.#errorListeners.size === 0) reportUncaught(error);
    else this.#errorListeners.emit(reportUncaught, error, origin);
  }
}

function reportUncaught(thrown: unknown): void {
  // Node has no such function, and ending its process over an error is for the application to decide
  if (typeof reportError === 'function') reportError(thrown);
}

/**
 * Makes a client of the server at `url`.
 *
 * @example
 * ```ts
 * const client = createClient<typeof channels>({ url: '/ws' });
 * ```
 */
export const createClient: CreateClient = (options) => new UntypedClient(options) as never;
