// The connection as a table: state × event → next state. Pure: it touches no socket, no timer, no clock.
// An absent entry means "ignored here". What holds a socket and a timer as the state says is connection.ts.
import type { ErrorCode, SocketError } from '@wirepact/core';
import {
  afterClose,
  closedByTimeout,
  closedByVersion,
  closedForSuspension,
  closedForbidden,
  closedNormally,
  closedUnauthenticated,
  reconnectDelay,
  type ResolvedReconnectOptions,
} from '@wirepact/core/internal';
import type { CloseReason } from './client-status.js';
import { failure } from './failure.js';

/** The URL and the token may take this long: a person may be asked for them. */
const prepareTimeoutMs = 60_000;
/** From opening a socket to `$welcome` it may take twice this long, half of it for each step. */
const stepTimeoutMs = 10_000;
/** How often an attempt is considered while the platform says that there is no network. */
const offlineRetryMs = 30_000;
/** The window of 1012 and 1013 when the server announced none. */
const defaultWindowMs = 5_000;

/** What an attempt knows of those before it. */
interface Attempt {
  /** How many in a row, this one included. */
  readonly attempt: number;
  /** How the last one ended, or the connection before it. */
  readonly reason: CloseReason | undefined;
  /** The server said 4401, and this attempt brings another token. */
  readonly renewed: boolean;
}

/** A state carries exactly what exists in it. One with `until` holds a timer; opening, greeting, connected hold a socket. */
export type ConnectionState =
  | { readonly name: 'idle' }
  /** Asked for; connects in a task, so that what is registered together misses nothing. */
  | { readonly name: 'scheduled'; readonly until: number; readonly attempt: 1 }
  /** The URL and the token are being asked for. */
  | ({ readonly name: 'preparing'; readonly until: number } & Attempt)
  | ({ readonly name: 'opening'; readonly until: number } & Attempt)
  /** `$hello` was sent, `$welcome` is due. */
  | ({ readonly name: 'greeting'; readonly until: number } & Attempt)
  | {
      readonly name: 'connected';
      readonly attempt: number;
      readonly renewed: boolean;
      readonly since: number;
      readonly sessionId: string | undefined;
      readonly resumed: boolean;
    }
  | {
      readonly name: 'waiting';
      readonly until: number;
      readonly attempt: number;
      readonly reason: CloseReason;
    }
  /** The page is frozen or in the back/forward cache. */
  | { readonly name: 'suspended'; readonly attempt: 1; readonly reason: CloseReason }
  | { readonly name: 'closed'; readonly reason: CloseReason; readonly error: SocketError | undefined };

export type ConnectionEvent =
  /** The application wants a connection now. */
  | { readonly type: 'wanted' }
  /** The state's timer ran out. */
  | { readonly type: 'due' }
  | { readonly type: 'prepared'; readonly url: string | URL; readonly token: string | undefined }
  /** The socket is open; `greets` when both sides agreed on more than plain messages. */
  | { readonly type: 'opened'; readonly greets: boolean }
  | { readonly type: 'welcomed'; readonly sessionId: string; readonly resumed: boolean }
  /** The socket closed, fell silent, or never came to be; `withinMs` is the window a `$goodbye` announced. */
  | { readonly type: 'lost'; readonly reason: CloseReason; readonly withinMs?: number | undefined }
  | { readonly type: 'suspended' }
  /** The page or the network came back. */
  | { readonly type: 'woken' }
  /** Nobody wants the connection any more, or (`error`) it can never be made. */
  | { readonly type: 'closed'; readonly error?: SocketError };

/** What a decision depends on beside state and event. */
export interface Surroundings {
  readonly now: number;
  readonly random: () => number;
  readonly reconnect: ResolvedReconnectOptions;
  /** Another token can be asked for. */
  readonly renewable: boolean;
  readonly offline: boolean;
  readonly hidden: boolean;
}

export type StateName = ConnectionState['name'];
export type EventType = ConnectionEvent['type'];
type StateOf<TName extends StateName> = Extract<ConnectionState, { readonly name: TName }>;
type EventOf<TType extends EventType> = Extract<ConnectionEvent, { readonly type: TType }>;
type Table = {
  readonly [TName in StateName]: {
    readonly [TType in EventType]?: (
      state: StateOf<TName>,
      event: EventOf<TType>,
      around: Surroundings,
    ) => ConnectionState | undefined;
  };
};

export const transitions: Table = {
  idle: { wanted: schedule, closed: close },
  scheduled: { due: prepare, closed: close },
  preparing: { prepared: open, lost: lose, due: giveUp, suspended: suspend, closed: close },
  opening: { opened: greet, lost: lose, due: giveUp, suspended: suspend, closed: close },
  greeting: { welcomed: connect, lost: lose, due: giveUp, suspended: suspend, closed: close },
  connected: { lost: lose, suspended: suspend, closed: close },
  waiting: {
    due: (state, _, around) =>
      around.offline && around.hidden ? wait(state, offlineRetryMs, around) : prepare(state, _, around),
    woken: (state, _, around) => (around.offline ? undefined : prepare(state, _, around)),
    wanted: prepare,
    closed: close,
  },
  suspended: { woken: prepare, closed: close },
  closed: { wanted: schedule },
};

/** What `event` makes of `state`; `undefined` where it is ignored. */
export function transition(
  state: ConnectionState,
  event: ConnectionEvent,
  around: Surroundings,
): ConnectionState | undefined {
  const decide = transitions[state.name][event.type] as
    | ((state: ConnectionState, event: ConnectionEvent, around: Surroundings) => ConnectionState | undefined)
    | undefined;
  return decide?.(state, event, around);
}

/** Whether a socket belongs to the state. */
export function holdsSocket({ name }: ConnectionState): boolean {
  return name === 'opening' || name === 'greeting' || name === 'connected';
}

function schedule(_state: ConnectionState, _event: ConnectionEvent, { now }: Surroundings): ConnectionState {
  return { name: 'scheduled', until: now, attempt: 1 };
}

function prepare(
  { attempt, reason, renewed = false }: Pick<Attempt, 'attempt'> & Partial<Attempt>,
  _event: unknown,
  { now }: Surroundings,
): ConnectionState {
  return { name: 'preparing', until: now + prepareTimeoutMs, attempt, reason, renewed };
}

function open(state: Attempt, _event: ConnectionEvent, { now }: Surroundings): ConnectionState {
  return { ...state, name: 'opening', until: now + stepTimeoutMs };
}

function greet(state: Attempt, { greets }: EventOf<'opened'>, around: Surroundings): ConnectionState {
  if (!greets) return connect(state, { sessionId: undefined, resumed: false }, around);
  return { ...state, name: 'greeting', until: around.now + stepTimeoutMs };
}

function connect(
  { attempt, renewed }: Attempt,
  { sessionId, resumed }: Pick<StateOf<'connected'>, 'sessionId' | 'resumed'>,
  { now }: Surroundings,
): ConnectionState {
  return { name: 'connected', attempt, renewed, since: now, sessionId, resumed };
}

function giveUp(state: Losable, _event: ConnectionEvent, around: Surroundings): ConnectionState {
  const reason = { code: closedByTimeout, reason: 'no answer' };
  return lose(state, { reason }, around);
}

function suspend(): ConnectionState {
  return { name: 'suspended', attempt: 1, reason: { code: closedForSuspension, reason: '' } };
}

function close(_state: ConnectionState, { error }: EventOf<'closed'>): ConnectionState {
  return { name: 'closed', reason: { code: closedNormally, reason: error?.message ?? '' }, error };
}

type Losable = StateOf<'preparing' | 'opening' | 'greeting' | 'connected'>;

function lose(state: Losable, event: Omit<EventOf<'lost'>, 'type'>, around: Surroundings): ConnectionState {
  const { reason, withinMs = defaultWindowMs } = event;
  const { code } = reason;
  const { reconnect, random, now } = around;
  const stable = state.name === 'connected' && now - state.since >= reconnect.stableAfterMs;
  const attempt = stable ? 1 : state.attempt + 1;
  const answer = afterClose(code);

  // also without a token: a cookie may have been renewed while the connection stood
  if (code === closedUnauthenticated && (stable || (around.renewable && !state.renewed))) {
    return prepare({ attempt, reason, renewed: true }, event, around);
  }
  if (answer === 'stay' || attempt > reconnect.maxAttempts) {
    return { name: 'closed', reason, error: lossError(reason) };
  }
  const delayMs = answer === 'window' ? random() * withinMs : reconnectDelay(attempt, reconnect, random);
  return wait({ attempt, reason }, around.offline ? offlineRetryMs : delayMs, around);
}

function wait(
  { attempt, reason }: { attempt: number; reason: CloseReason },
  delayMs: number,
  { now }: Surroundings,
): ConnectionState {
  return { name: 'waiting', until: now + delayMs, attempt, reason };
}

const lossCodes: Readonly<Record<number, ErrorCode>> = {
  1009: 'message_too_large',
  [closedUnauthenticated]: 'unauthenticated',
  [closedForbidden]: 'forbidden',
  [closedByVersion]: 'unsupported',
};

/** What keeps the client out; nothing does after a deliberate close. */
function lossError({ code, reason }: CloseReason): SocketError | undefined {
  if (code === closedNormally) return undefined;
  return failure(lossCodes[code] ?? 'closed', {}, `${code} ${reason}`);
}
