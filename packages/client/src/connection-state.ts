// The connection as a table: state × event → next state. Pure: it touches no socket, no timer and no clock. A missing
// entry means that the event is ignored in this state. connection.ts holds the socket and the timer that a state
// demands.
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

/** How long `url` and `getToken` may take: a person may have to enter something. */
const prepareTimeoutMs = 60_000;
/** How long each of two steps may take: opening the socket, and waiting for `$welcome`. */
const stepTimeoutMs = 10_000;
/** How often a visible page tries to connect while the platform says that it is offline. */
const offlineRetryMs = 30_000;
/** The period within which the client returns after 1012 or 1013 if the server announced none. */
const defaultWindowMs = 5_000;

/** What an attempt knows about the attempts before it. */
interface Attempt {
  /** The number of attempts in a row, this one included. */
  readonly attempt: number;
  /** How the last attempt, or the connection before it, ended. */
  readonly reason: CloseReason | undefined;
  /** The server closed with 4401, and this is the one more attempt: with a new token, if there is `getToken`. */
  readonly renewed: boolean;
}

/**
 * A state contains exactly what exists in it. A state with `until` holds a timer; `opening`, `greeting` and `connected`
 * hold a socket.
 */
export type ConnectionState =
  | { readonly name: 'idle' }
  /** A connection is wanted. It starts in a later task, so that listeners registered together miss nothing. */
  | { readonly name: 'scheduled'; readonly until: number; readonly attempt: 1 }
  /** The client is waiting for `url` and `getToken`. */
  | ({ readonly name: 'preparing'; readonly until: number } & Attempt)
  | ({ readonly name: 'opening'; readonly until: number } & Attempt)
  /** `$hello` was sent, and the client waits for `$welcome`. */
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
  /** The state's timer has fired. */
  | { readonly type: 'due' }
  | { readonly type: 'prepared'; readonly url: string | URL; readonly token: string | undefined }
  /** The socket is open. `greets` is `true` if both sides agreed on more than plain messages. */
  | { readonly type: 'opened'; readonly greets: boolean }
  | { readonly type: 'welcomed'; readonly sessionId: string; readonly resumed: boolean }
  /** The socket closed, fell silent, or could not be opened. `withinMs` is the period that a `$goodbye` announced. */
  | { readonly type: 'lost'; readonly reason: CloseReason; readonly withinMs?: number | undefined }
  | { readonly type: 'suspended' }
  /** The page or the network came back. */
  | { readonly type: 'woken' }
  /** The application closed the client, or (`error`) no connection can ever be made. */
  | { readonly type: 'closed'; readonly error?: SocketError };

/** What a transition depends on besides state and event. */
export interface Surroundings {
  readonly now: number;
  readonly random: () => number;
  readonly reconnect: ResolvedReconnectOptions;
  /** Whether `getToken` can be called for a new token. */
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

/** The state that follows from `event` in `state`; `undefined` if the event is ignored. */
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

/** Whether the state holds a socket. */
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

  // even without a token: a cookie may have been renewed since the connection was made
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

/** Why the client stays closed; `undefined` after a close with 1000. */
function lossError({ code, reason }: CloseReason): SocketError | undefined {
  if (code === closedNormally) return undefined;
  return failure(lossCodes[code] ?? 'closed', {}, `${code} ${reason}`);
}
