// Drives the table of connection-state.ts. It alone changes the state, and it holds the socket, the timer, the
// heartbeat and the page's signals. It handles the frames that concern the connection itself and passes on all others.
import { toSocketError, type SocketError } from '@wirepact/core';
import {
  closedByTimeout,
  closedForRestart,
  closedForSuspension,
  closedNormally,
  type Frame,
  type ProtocolData,
} from '@wirepact/core/internal';
import { isHidden, isOffline, listenToPage, type PageSignal } from './browser-signals.js';
import type { WebSocketLike } from './client-options.js';
import type { ClientStatus } from './client-status.js';
import { holdsSocket, transition, type ConnectionEvent, type ConnectionState } from './connection-state.js';
import { failure } from './failure.js';
import { startHeartbeat, type Heartbeat } from './heartbeat.js';
import { openSocket, type Address } from './open-socket.js';
import type { ResolvedClientOptions } from './options.js';
import { createPatience, type Patience } from './patience.js';

/** The close code when the client ends a connection on purpose. */
const dropCodes: { readonly [TType in ConnectionEvent['type']]?: number } = {
  closed: closedNormally,
  suspended: closedForSuspension,
};

/** While more than this waits in the socket, the network counts as slow. */
const congestedAboveBytes = 65_536;

export type Welcome = ProtocolData['$welcome'];

/** What a connection reports to the client. */
export interface ConnectionHooks {
  hello(address: string): ProtocolData['$hello'];
  /** The page is being left. Returns whether the session is kept for its return. */
  left(): boolean;
  /** The connection is ready. Without a welcome, the server speaks plain messages only. */
  connected(welcome: Welcome | undefined): void;
  /** The connection is lost. `isFinal`: the server said that it will not know the session any more. */
  disconnected(isFinal: boolean): void;
  /** The client stays closed. `isWanted`: the application or its page wanted that. */
  closed(error: SocketError | undefined, isWanted: boolean): void;
  /** `reply` writes to the connection from which the frame came, and to no later one. */
  received(frame: Frame, characters: number, reply: (text: string) => void): void;
  statusChanged(): void;
  failed(error: SocketError, data?: unknown): void;
}

export class Connection {
  readonly #options: ResolvedClientOptions;
  readonly #hooks: ConnectionHooks;
  /** Incoming messages, and the close after them, wait here for their turn. */
  readonly patience: Patience = createPatience((thrown) => this.#hooks.failed(toSocketError(thrown)));
  #state: ConnectionState = { name: 'idle' };
  #status: ClientStatus = { name: 'idle' };
  #socket: WebSocketLike | undefined;
  /** The address as the application gave it. */
  #address = '';
  #welcome: Welcome | undefined;
  #heartbeat: Heartbeat | undefined;
  #goodbye: ProtocolData['$goodbye'] | undefined;
  #stopTimer: (() => void) | undefined;
  #stopSignals: (() => void) | undefined;

  constructor(options: ResolvedClientOptions, hooks: ConnectionHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  get status(): ClientStatus {
    return this.#status;
  }

  /** Whether a message can be written now. After a `$goodbye`, no new one is. */
  get writable(): boolean {
    return this.#isOpen && this.#goodbye === undefined;
  }

  /** Whether the socket is open. One that is closing silently drops what is sent. */
  get #isOpen(): boolean {
    return this.#state.name === 'connected' && this.#socket?.readyState === 1;
  }

  /**
   * Whether the network is slow. Messages that may be dropped or replaced should then not wait in the socket, where
   * they can be neither.
   */
  get isCongested(): boolean {
    return (this.#socket?.bufferedAmount ?? 0) > congestedAboveBytes;
  }

  /** The server's greeting; `undefined` while not connected, and if the server speaks plain messages only. */
  get welcome(): Welcome | undefined {
    return this.#welcome;
  }

  refuseIfClosed(path: string): void {
    if (this.#state.name === 'closed') throw failure('closed', { path });
  }

  write(text: string): void {
    this.#socket?.send(text);
  }

  /** Sends a control frame, and returns whether it could. A server that speaks plain messages only gets none. */
  tell(path: '$ack' | '$cancel' | '$more', data: unknown): boolean {
    const isHeard = this.#isOpen && this.#welcome !== undefined;
    if (isHeard) this.#send({ path, data });
    return isHeard;
  }

  dispatch(event: ConnectionEvent): void {
    const { clock, reconnect, getToken } = this.#options;
    const before = this.#state;
    const state = transition(before, event, {
      now: clock.now(),
      random: () => clock.random(),
      reconnect,
      renewable: getToken !== undefined,
      offline: isOffline(),
      hidden: isHidden(),
    });
    if (event.type === 'woken') this.#heartbeat?.probe();
    if (state === undefined) return;
    this.#state = state;
    this.#hold(state, event);
    this.#publish(before, state, event);
  }

  /** Derives the timer, the heartbeat, the page's signals and the socket from the state alone. */
  #hold(state: ConnectionState, event: ConnectionEvent): void {
    const { clock, heartbeat } = this.#options;
    this.#stopTimer?.();
    this.#stopTimer =
      'until' in state
        ? clock.after(state.until - clock.now(), () => this.dispatch({ type: 'due' }))
        : undefined;
    if (state.name !== 'connected') {
      this.#heartbeat?.stop();
      this.#heartbeat = this.#welcome = undefined;
    } else if (this.#welcome !== undefined) {
      this.#heartbeat = startHeartbeat(clock, this.#welcome.heartbeatMs + heartbeat.timeoutMs, {
        ping: () => this.#send({ path: '$ping' }),
        dead: () => this.dispatch({ type: 'lost', reason: { code: 1006, reason: 'silent' } }),
      });
    }
    if (state.name === 'closed') {
      this.#stopSignals?.();
      this.#stopSignals = undefined;
    } else this.#stopSignals ??= listenToPage((signal) => this.#signalled(signal));

    if (!holdsSocket(state)) {
      this.#socket?.close(dropCodes[event.type] ?? closedByTimeout);
      this.#socket = undefined;
    }
    if (state.name === 'preparing') void this.#prepare();
    else if (state.name === 'greeting')
      this.#send({ path: '$hello', data: this.#hooks.hello(this.#address) });
    else if (event.type === 'prepared') this.#open(event);
  }

  #signalled(type: PageSignal): void {
    const isKept = type !== 'woken' && this.#hooks.left();
    this.dispatch({ type: isKept ? 'suspended' : type });
  }

  async #prepare(): Promise<void> {
    const asked = this.#state;
    const { url, getToken, dialect } = this.#options;
    try {
      const address = typeof url === 'function' ? await url() : url;
      const token = dialect.subprotocol === undefined ? undefined : await getToken?.();
      if (this.#state === asked) this.dispatch({ type: 'prepared', url: address, token });
    } catch (thrown) {
      if (this.#state !== asked) return;
      this.#hooks.failed(toSocketError(thrown));
      this.dispatch({ type: 'lost', reason: { code: 1006, reason: 'no url or no token' } });
    }
  }

  #open(address: Address): void {
    this.#goodbye = undefined;
    this.#address = String(address.url);
    try {
      const socket = (this.#socket = openSocket(this.#options, address));
      // a listener ignores events of its socket once the state holds another
      const reply = (text: string): void => {
        if (this.#socket === socket) this.write(text);
      };
      const current =
        <TArgs extends unknown[]>(listener: (...args: TArgs) => void) =>
        (...args: TArgs): void =>
          this.patience.take(() => {
            if (this.#socket === socket) listener(...args);
          });
      socket.addEventListener(
        'open',
        current(() => this.dispatch({ type: 'opened', greets: this.#negotiated })),
      );
      socket.addEventListener(
        'message',
        current(({ data }) => this.#receive(data, reply)),
      );
      socket.addEventListener(
        'close',
        current(({ code, reason }) =>
          this.dispatch({ type: 'lost', reason: { code, reason }, withinMs: this.#goodbye?.returnWithinMs }),
        ),
      );
      // `close` follows with all details; without a listener `ws` would throw
      socket.addEventListener('error', () => {});
    } catch (thrown) {
      // an address to which no socket can be opened never gets better by itself
      this.dispatch({ type: 'closed', error: toSocketError(thrown) });
    }
  }

  #receive(data: unknown, reply: (text: string) => void): void {
    this.#heartbeat?.heard();
    const text = String(data);
    try {
      const frame = this.#options.dialect.decode(text);
      if (frame === undefined) throw failure('bad_frame');
      if (!this.#negotiated || !this.#control(frame)) this.#hooks.received(frame, text.length, reply);
    } catch (thrown) {
      // this includes frames of the protocol itself that are malformed
      this.#hooks.failed(toSocketError(thrown), data);
    }
  }

  get #negotiated(): boolean {
    return this.#options.dialect.subprotocol === this.#socket?.protocol;
  }

  /** Handles a frame that concerns the connection itself. Returns whether it was one. */
  #control({ path, data }: Frame): boolean {
    if (path === '$welcome') {
      const { session: sessionId, resumed } = (this.#welcome = data as Welcome);
      this.dispatch({ type: 'welcomed', sessionId, resumed });
    } else if (path === '$ping') this.#send({ path: '$pong' });
    else if (path === '$goodbye') this.#goodbye = data as ProtocolData['$goodbye'];
    else if (path === '$reauth') void this.#authenticate();
    else return false;
    return true;
  }

  async #authenticate(): Promise<void> {
    const socket = this.#socket;
    try {
      const token = await this.#options.getToken?.();
      if (token !== undefined && this.#socket === socket) this.#send({ path: '$auth', data: token });
    } catch (thrown) {
      this.#hooks.failed(toSocketError(thrown));
    }
  }

  #send(frame: Frame): void {
    this.write(this.#options.dialect.encode(frame));
  }

  #publish(before: ConnectionState, state: ConnectionState, event: ConnectionEvent): void {
    const status = statusOf(this.#state);
    const changed = JSON.stringify(status) !== JSON.stringify(this.#status);
    // set before the hooks run, because they may run code of the application
    if (changed) this.#status = status;
    // if the application closes the client, what is pending was not lost: it ends as `closed`
    const isWanted = event.type === 'closed' && event.error === undefined;
    // only the close that follows the goodbye proves that everything before it has arrived
    const isFinal =
      this.#goodbye?.final === true && event.type === 'lost' && event.reason.code === closedForRestart;
    // first, because a listener that is told may connect again
    if (state.name === 'closed') this.#hooks.closed(state.error, isWanted);
    if (before.name === 'connected' && !isWanted) this.#hooks.disconnected(isFinal);
    if (state.name === 'connected') this.#hooks.connected(this.#welcome);
    if (changed && this.#status === status) this.#hooks.statusChanged();
  }
}

/** The public status: the part of a state that is useful to an application. */
function statusOf(state: ConnectionState): ClientStatus {
  const { name } = state;
  if (name === 'idle' || name === 'closed') return state;
  if (name === 'scheduled') return { name: 'idle' };
  if (name === 'connected') {
    const { sessionId, since, resumed } = state;
    return { name, sessionId, since, resumed };
  }
  const { attempt, reason } = state;
  if (reason === undefined) return { name: 'connecting', attempt };
  const nextAttemptAt = name === 'waiting' ? state.until : undefined;
  return { name: 'reconnecting', attempt, nextAttemptAt, reason };
}
