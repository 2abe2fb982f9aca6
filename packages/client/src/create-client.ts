// Puts a client together from its parts. This is the only file in which they meet.
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
import { toGap, type Gap } from './gap.js';
import { createHandlers, type Handler, type Handlers } from './handlers.js';
import { createListeners, type Listener, type Listeners, type MessageListener } from './listeners.js';
import { Logs } from './logs.js';
import { resolveOptions, type ResolvedClientOptions } from './options.js';
import { Outbox, type Outgoing, type SendingFacts } from './outbox.js';
import { createParsing, type Parsing } from './parsing.js';
import type { KeepOptions } from './registration.js';
import { Requests } from './requests.js';
import type { RoomHandle } from './room-handle.js';
import { Rooms } from './rooms.js';
import { createSessionStore } from './session-store.js';
import { Session } from './session.js';
import { readStream } from './streams.js';
import { Written } from './written.js';

/** Implements `Client` without the contract's types. */
class UntypedClient {
  readonly #options: ResolvedClientOptions;
  readonly #parsing: Parsing;
  readonly #connection: Connection;
  readonly #written: Written;
  readonly #outbox: Outbox;
  readonly #requests: Requests;
  readonly #logs: Logs;
  readonly #session: Session;
  readonly #rooms: Rooms;
  readonly #handlers: Handlers;
  readonly #listeners = new Map<string, Listeners<[data: unknown, info: MessageInfo]>>();
  readonly #anyListeners = createListeners<[message: AnyMessage<never>]>();
  readonly #statusListeners = createListeners<[]>();
  readonly #gapListeners = createListeners<[gap: Gap]>();
  readonly #errorListeners = createListeners<[error: SocketError, origin: ErrorOrigin]>();
  #announced: Readonly<Record<string, ChannelFacts>> = {};

  constructor(given: ClientOptions) {
    const options = (this.#options = resolveOptions(given));
    const parsing = (this.#parsing = createParsing(options.channels));
    const report = (thrown: unknown, path?: string, data?: unknown): void => this.#report(thrown, path, data);
    const facts = (path: string): SendingFacts => options.channels?.[path] ?? this.#announced[path] ?? {};

    const connection = (this.#connection = new Connection(options, {
      hello: (address) => this.#session.hello(address),
      left: () => this.#session.leave(),
      connected: (welcome) => this.#connected(welcome),
      disconnected: (isFinal) => this.#disconnected(isFinal),
      closed: (cause, isWanted) => this.#closed(cause, isWanted),
      received: (...message) => this.#received(...message),
      statusChanged: () => this.#statusListeners.emit(report),
      failed: (error, data) => report(error, error.path, data),
    }));
    const written = (this.#written = new Written(connection));
    const outbox = (this.#outbox = new Outbox(options, connection, written, facts));
    const requests = (this.#requests = new Requests({ options, connection, outbox, written, parsing }));
    const logs = (this.#logs = new Logs({
      ...{ options, connection, requests },
      deliver: (frame) => this.#deliver(frame),
      missed: (gap) => this.#missed(toGap(gap)),
    }));
    const store = options.session === 'tab' ? createSessionStore(options) : undefined;
    this.#session = new Session(logs, written, outbox, store);
    this.#rooms = new Rooms({
      ...{ options, connection, logs },
      on: (path, listener, listenOptions) => this.on(path, listener, listenOptions),
      report,
    });
    this.#handlers = createHandlers(options.dialect, parsing, connection, report);
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

  on(path: string, listener: MessageListener, options?: KeepOptions): Unsubscribe {
    this.#use();
    let listeners = this.#listeners.get(path);
    if (listeners === undefined) this.#listeners.set(path, (listeners = createListeners()));
    return listeners.add(listener as Listener<[unknown, MessageInfo]>, options);
  }

  once(path: string, listener: MessageListener, options?: ListenOptions): Unsubscribe {
    const heard: MessageListener = (...args) => {
      off();
      return listener(...args);
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
    // an earlier listener may have closed the client: nobody is told a status that is no longer true
    const changed = (): void => (told === this.status ? undefined : listener((told = this.status)));
    return this.#statusListeners.add(changed, options);
  }

  onGap(listener: Listener<[Gap]>, options?: ListenOptions): Unsubscribe {
    return this.#gapListeners.add(listener, options);
  }

  onError(listener: Listener<[SocketError, ErrorOrigin]>, options?: ListenOptions): Unsubscribe {
    return this.#errorListeners.add(listener, options);
  }

  handle(path: string, handler: Handler, options?: ListenOptions): Unsubscribe {
    this.#use();
    return this.#handlers.add(path, handler, options);
  }

  send(path: string, data?: unknown): void {
    this.#use();
    const message: Outgoing = {
      path,
      data,
      text: this.#requests.encode({ path, data }),
      failed: (error) => this.#report(error, path, message.data),
    };
    this.#outbox.post(message);
  }

  async request(path: string, data?: unknown, options?: RequestOptions): Promise<unknown> {
    this.#use();
    return this.#requests.ask({ path, data }, options);
  }

  stream(path: string, data?: unknown, options: StreamOptions = {}): AsyncIterable<unknown> {
    this.#use();
    return {
      [Symbol.asyncIterator]: () =>
        readStream({
          start: (caller) => this.#requests.start({ path, data }, caller, options),
          parse: (item) => this.#parsing.parse(path, 'stream', item),
        }),
    };
  }

  async join(room: string, options?: JoinOptions): Promise<RoomHandle> {
    this.#use();
    this.#connection.refuseIfClosed(room);
    return this.#rooms.join(room, options);
  }

  #use(): void {
    if (this.#options.autoConnect && this.status.name === 'idle') this.connect();
  }

  #connected(welcome: Welcome | undefined): void {
    const resumed = welcome?.resumed === true;
    const isLost = this.#session.isAlive && !resumed;
    this.#session.begin(welcome);
    // the server may send anything: a missing `channels` must not fail later
    if (welcome) this.#announced = welcome.channels ?? {};
    if (resumed) {
      this.#outbox.acknowledge(welcome.done);
      this.#written.resend(welcome.done);
    } else {
      this.#handlers.forget();
      this.#outbox.lose();
    }
    if (welcome) this.#outbox.review();
    this.#rooms.restore(resumed, isLost);
    // after the rooms, because their joins contain the cursors
    this.#session.reportLost();
    this.#outbox.flush();
  }

  #disconnected(isFinal: boolean): void {
    this.#logs.cut();
    this.#outbox.cut();
    if (isFinal) this.#session.forget();
    if (!this.#session.isAlive) this.#outbox.lose();
  }

  #closed(cause: SocketError | undefined, isWanted: boolean): void {
    const error = failure('closed', { cause });
    if (isWanted) this.#session.forget();
    this.#rooms.clear(error);
    this.#outbox.clear(error, !isWanted);
  }

  #received(frame: Frame, characters: number, reply: (text: string) => void): void {
    const { path, id, data, error } = frame;
    const isNumber = typeof id === 'number';
    // a plain server asks no questions: an id that this client never used belongs to the application's own messages
    if (!this.#connection.welcome && !(isNumber && id > 0 && id <= this.#written.last))
      return this.#deliver(frame);
    if (isNumber) {
      const { room } = (data ?? {}) as { room: string };
      // at once: what follows in the same turn belongs to the room as it is now
      if (path === '$join' && !error) this.#logs.joined(room);
      if (path === '$leave' && !error) this.#rooms.left(room);
      // a late answer that nothing awaits any more is ignored
      this.#written.at(id)?.answered?.(frame, characters);
    } else if (id !== undefined) this.#handlers.answer(frame, id, reply);
    else this.#logs.receive(frame);
  }

  /** Passes on a frame whose turn has come. */
  #deliver(frame: Frame): void {
    const { path, data } = frame;
    if (path === '$error') {
      const { path: about, ...error } = data as ProtocolData['$error'];
      this.#report(fromWireError(error, about), about);
    } else if (path === '$ack') this.#outbox.acknowledge((data as ProtocolData['$ack']).done);
    else if (path === '$leave' || path === '$members' || path === '$member') this.#rooms.receive(path, data);
    else if (!path.startsWith('$')) this.#heard(frame);
  }

  #missed(gap: Gap): void {
    this.#gapListeners.emit((thrown) => this.#report(thrown), gap);
    this.#rooms.missed(gap);
  }

  #heard({ path, data, room }: Frame): void {
    const report = (thrown: unknown): void => this.#report(thrown, path, data);
    const info: MessageInfo = room === undefined || room === '*' ? {} : { room };
    try {
      const value = this.#parsing.parse(path, 'out', data);
      this.#listeners.get(path)?.emit(report, value, info);
      this.#anyListeners.emit(report, { path, data: value, ...info } as never);
    } catch (thrown) {
      report(thrown);
    }
  }

  /** Passes an error to `onError`. Without a listener, it counts as uncaught. */
  #report(thrown: unknown, path?: string, data?: unknown): void {
    const error = toSocketError(thrown, path);
    if (this.#errorListeners.size === 0) reportUncaught(error);
    else this.#errorListeners.emit(reportUncaught, error, { ...(path !== undefined && { path }), data });
  }
}

function reportUncaught(thrown: unknown): void {
  // Node has no such function, and whether an error ends its process is for the application to decide
  globalThis.reportError?.(thrown);
}

/**
 * Creates a client of the server at `url`. It connects when it is first used.
 * Pass the contract as a type, which keeps the schemas out of the bundle, or as the option `channels`, which makes the
 * client validate and parse.
 *
 * @example
 * ```ts
 * const client = createClient<typeof channels>({ url: '/ws' });
 * ```
 * @throws TypeError if `url` is `undefined`, or if a numeric option is below 0 or not a number.
 */
export const createClient: CreateClient = (options) => new UntypedClient(options) as never;
