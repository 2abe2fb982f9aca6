// Who a client is: asked before it is let in, and again when its token is renewed or has expired.
import { isSocketError, SocketError } from '@wirepact/core';
import { closeCodes } from '@wirepact/core/internal';
import type { Connection } from '../connection/connection.js';
import type { Asking, Hub } from '../hub.js';
import { isIllFormed } from '../rooms/rooms.js';
import { loseConnection } from '../session/lifecycle.js';
import type { Identity, Session } from '../session/session.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** How a connection is refused, by the code of what `authenticate` threw: before it is made, and after. */
const refusals: Readonly<Record<string, { readonly status: number; readonly closeCode: number }>> = {
  unauthenticated: { status: 401, closeCode: closeCodes.unauthenticated },
  forbidden: { status: 403, closeCode: closeCodes.forbidden },
  overloaded: { status: 503, closeCode: closeCodes.overloaded },
};
const failure = { status: 500, closeCode: closeCodes.internal };

/**
 * Runs the application's `authenticate`, which `asking` can call off.
 *
 * @throws SocketError `unauthenticated`, `forbidden` or `overloaded` as it threw it; `overloaded` when it took too long;
 *   `internal` for whatever else it threw, which is reported.
 */
export async function identify(hub: Hub, request: UpgradeRequest, asking: Asking): Promise<Identity> {
  const { authenticate, userId, expiresAt } = hub.hooks;
  try {
    const context = authenticate && (await inTime('authenticate', authenticate(request), hub, asking));
    const user = userId?.(context);
    if (user !== undefined && isIllFormed(user)) {
      throw new TypeError(`userId returned ${JSON.stringify(user)}; it must not contain a lone surrogate`);
    }
    return { context, userId: user, expiresAt: expiresAt?.(context) };
  } catch (error) {
    if (isSocketError(error) && Object.hasOwn(refusals, error.code)) throw error;
    hub.report(error);
    throw new SocketError('internal', '[internal] the server could not tell who is asking', { cause: error });
  }
}

/** How a connection is refused whose identity {@link identify} could not tell. */
export function refusalOf(error: unknown): {
  readonly status: number;
  readonly closeCode: number;
  readonly reason: string;
} {
  const reason = isSocketError(error) ? error.code : 'internal';
  return { ...(refusals[reason] ?? failure), reason };
}

/** A client sent a new token. One is checked at a time, and of those that come meanwhile the newest. */
export function renewIdentity(session: Session, token: unknown): void {
  const isChecking = session.offeredToken !== undefined;
  session.offeredToken = { token };
  if (!isChecking) void checkTokens(session);
}

async function checkTokens(session: Session): Promise<void> {
  const { connection } = session;
  // what is offered by another connection is looked at by another of these
  while (
    connection !== undefined &&
    session.connection === connection &&
    session.offeredToken !== undefined
  ) {
    const offer = session.offeredToken;
    await checkToken(session, offer.token);
    if (session.offeredToken === offer) session.offeredToken = undefined;
  }
}

/** The client stays the same user, or it must come back as another. */
async function checkToken(session: Session, token: unknown): Promise<void> {
  const { hub, request, connection } = session;
  try {
    const asked = typeof token === 'string' ? { ...request, token } : request;
    const identity = await identify(hub, asked, hub.checking);
    if (identity.userId !== session.userId)
      throw new SocketError('forbidden', '[forbidden] the token is another user’s');
    // who came back meanwhile was asked who it is
    if (session.connection !== connection) return;
    session.identity = identity;
    session.askedForTokenAt = undefined;
  } catch (error) {
    const { closeCode, reason } = refusalOf(error);
    if (connection !== undefined) loseConnection(connection, closeCode, reason);
  }
}

/** Asks a client whose identity has expired for a new token, and closes when none comes. */
export function checkExpiry(session: Session, now: number): void {
  const { connection, identity, hub, offeredToken } = session;
  const { expiresAt } = identity;
  if (connection === undefined || expiresAt === undefined || now < expiresAt) return;
  // one has come: what it is worth is found out in a time of its own
  if (offeredToken !== undefined) return;
  if (session.askedForTokenAt === undefined && session.speaksProtocol) {
    session.askedForTokenAt = now;
    session.sendFrame('$reauth');
  } else if (
    session.askedForTokenAt === undefined ||
    now - session.askedForTokenAt >= hub.options.limits.renewTimeoutMs
  ) {
    // it returns with another token, and goes on
    loseConnection(connection, closeCodes.unauthenticated, 'the identity has expired', true);
  }
}

/** Asks the application whether a client still is who it was, when that is due. */
export function recheckIdentity(connection: Connection, now: number): void {
  const { hub, session } = connection;
  if (hub.hooks.recheck === undefined || session === undefined || now < connection.nextRecheckAt) return;
  connection.nextRecheckAt = nextRecheck(hub);
  void askAgain(connection, session);
}

/** When a connection that was just looked at is to be looked at again. Chance keeps those that came together apart. */
export function nextRecheck({ options }: Hub): number {
  const { clock, limits } = options;
  return clock.now() + limits.recheckIntervalMs * (0.9 + 0.2 * clock.random());
}

async function askAgain(connection: Connection, session: Session): Promise<void> {
  const { hub } = session;
  try {
    const { context } = session.identity;
    // a hook that throws at once has failed like one that rejects
    const holds = await inTime(
      'recheck',
      Promise.resolve(context).then(hub.hooks.recheck),
      hub,
      hub.checking,
    );
    if (holds === true) return;
    loseConnection(connection, closeCodes.unauthenticated, 'the identity was taken back', true);
  } catch (error) {
    const isRefused = isSocketError(error, 'unauthenticated') || isSocketError(error, 'forbidden');
    if (!isRefused) {
      // of a connection that is gone nobody needs to know any more
      const isInVain = connection.outgoing.isClosed && isSocketError(error, 'overloaded');
      return isInVain ? undefined : hub.report(error, session);
    }
    const { closeCode, reason } = refusalOf(error);
    loseConnection(connection, closeCode, reason, closeCode === closeCodes.unauthenticated);
  }
}

/** Gives one of the application's hooks so much time and no more, and none once it is called off. */
function inTime<TAnswer>(
  hook: string,
  pending: TAnswer | PromiseLike<TAnswer>,
  { options }: Hub,
  asking: Asking,
): Promise<TAnswer> {
  const { authenticateTimeoutMs } = options.limits;
  return new Promise((resolve, reject) => {
    const giveUp = (why: string): void => {
      settled();
      reject(new SocketError('overloaded', `[overloaded] ${why}`));
    };
    const stopTimer = options.clock.after(authenticateTimeoutMs, () =>
      giveUp(`${hook} took longer than ${authenticateTimeoutMs} ms`),
    );
    const settled = (): void => {
      stopTimer();
      asking.delete(giveUp);
    };
    asking.add(giveUp);
    Promise.resolve(pending).then(
      (answer) => (settled(), resolve(answer)),
      (error: Error) => (settled(), reject(error)),
    );
  });
}
