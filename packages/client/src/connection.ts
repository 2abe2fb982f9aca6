// Drives the table of connection-state.ts: holds the one socket, the timer, the heartbeat and the page's signals, and is the
// only writer of the state. It speaks the frames that concern the connection itself; all others are handed on.
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

/** What the server is told when the client ends a connection by itself. One that closed on its own hears nothing. */
const dropCodes: { readonly [TType in ConnectionEvent['type']]?: number } = {
  closed: closedNormally,
  suspended: closedForSuspension,
};

/** While more than this waits in the socket, the network takes less than is written. */
const congestedAboveBytes = 65_536;

export type Welcome = ProtocolData['$welcome'];

/** What a connection tells those who put it together. */
export interface ConnectionHooks {
  hello(address: string): ProtocolData['$hello'];
  /** The page is left. Returns whether the session waits for it to come back. */
  left(): boolean;
  /** Ready for messages; without a welcome the server speaks plain messages only. */
  connected(welcome: Welcome | undefined): void;
  /** It is gone; `isFinal` where the server said that it would know nothing of the session any more. */
  disconnected(isFinal: boolean): void;
  /** It stays away; `isWanted` where the application or its page wanted that. */
  closed(error: SocketError | undefined, isWanted: boolean): void;
  /** `reply` writes to the connection the frame came from, and to no later one. */
  received(frame: Frame, characters: number, reply: (text: string) => void): void;
  statusChanged(): void;
  failed(error: SocketError, data?: unknown): void;
}

export class Connection {
  readonly #options: ResolvedClientOptions;
  readonly #hooks: ConnectionHooks;
  /** What comes, and the close behind it, waits for its turn here. */
  readonly patience: Patience = createPatience((thrown) => this.#hooks.failed(toSocketError(thrown)));
  #state: ConnectionState = { name: 'idle' };
  #status: ClientStatus = { name: 'idle' };
  #socket: WebSocketLike | undefined;
  /** Where it leads, as the application said it. */
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

  /** What is sent now is written. After a goodbye nothing new is. */
  get writable(): boolean {
    return this.#isOpen && this.#goodbye === undefined;
  }

  /** A socket that is closing swallows what is sent, and says so only later. */
  get #isOpen(): boolean {
    return this.#state.name === 'connected' && this.#socket?.readyState === 1;
  }

  /** The network is behind: what may be dropped or replaced should not wait in the socket, where it can be neither. */
  get isCongested(): boolean {
    return (this.#socket?.bufferedAmount ?? 0) > congestedAboveBytes;
  }

  /** What the server said of itself; `undefined` while away, and where it speaks plain messages only. */
  get welcome(): Welcome | undefined {
    return this.#welcome;
  }

  refuseIfClosed(path: string): void {
    if (this.#state.name === 'closed') throw failure('closed', { path });
  }

  write(text: string): void {
    this.#socket?.send(text);
  }

  /** Says something about what goes on, and returns whether it could. A server that speaks plain messages only is told nothing. */
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

  /** The timer, the heartbeat, the page's signals and whether there is a socket follow from the state alone. */
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
      // each listener belongs to its socket and is deaf once the state holds another
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
      // `close` follows and says all there is; without a listener `ws` would throw
      socket.addEventListener('error', () => {});
    } catch (thrown) {
      // an address that no socket can be opened to never heals by itself
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
      // also where a frame of the protocol's own is not what it must be
      this.#hooks.failed(toSocketError(thrown), data);
    }
  }

  get #negotiated(): boolean {
    return this.#options.dialect.subprotocol === this.#socket?.protocol;
  }

  /** Takes the frames that concern the connection itself. */
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
    // known before the hooks run, since they may run an application's code
    if (changed) this.#status = status;
    // what is pending when the application closes was not lost: it ends as closed
    const isWanted = event.type === 'closed' && event.error === undefined;
    // only the close that belongs to the goodbye says that all before it has come
    const isFinal =
      this.#goodbye?.final === true && event.type === 'lost' && event.reason.code === closedForRestart;
    // first: whoever hears of what ends with it may connect again
    if (state.name === 'closed') this.#hooks.closed(state.error, isWanted);
    if (before.name === 'connected' && !isWanted) this.#hooks.disconnected(isFinal);
    if (state.name === 'connected') this.#hooks.connected(this.#welcome);
    if (changed && this.#status === status) this.#hooks.statusChanged();
  }
}

/** The public status: what of a state is of use to an application. */
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
