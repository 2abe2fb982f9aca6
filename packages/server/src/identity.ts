// Who a client is: asked before it is let in, and again when its token is renewed or has expired.
import { isSocketError, SocketError } from '@wirepact/core';
import { closeCodes } from '@wirepact/core/internal';
import type { Hub } from './hub.js';
import { endSession } from './lifecycle.js';
import type { Identity, Session } from './session.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** How long `authenticate` may take, in ms. */
export const authenticateTimeoutMs = 5_000;

/** How long a client whose identity has expired may take to renew it, in ms. */
export const renewalGraceMs = 25_000;

/**
 * Runs the application's `authenticate`.
 *
 * @throws SocketError `unauthenticated` or `forbidden` as it threw it; `overloaded` when it took too long; `internal`
 *   for whatever else it threw, which is reported.
 */
export async function identify(hub: Hub, request: UpgradeRequest): Promise<Identity> {
  const { authenticate, userId, expiresAt } = hub.hooks;
  try {
    const context = await withinTime(hub, authenticate?.(request));
    return { context, userId: userId?.(context), expiresAt: expiresAt?.(context) };
  } catch (error) {
    const isRefusal = ['unauthenticated', 'forbidden', 'overloaded'].some((code) =>
      isSocketError(error, code),
    );
    if (isRefusal) throw error;
    hub.report(error);
    throw new SocketError('internal', '[internal] the server could not tell who is asking', { cause: error });
  }
}

/** How a connection is closed whose identity was refused, by the error's code. */
export function refusalCloseCode(error: unknown): number {
  if (isSocketError(error, 'unauthenticated')) return closeCodes.unauthenticated;
  if (isSocketError(error, 'forbidden')) return closeCodes.forbidden;
  return isSocketError(error, 'overloaded') ? closeCodes.overloaded : closeCodes.internal;
}

/** A client sent a new token: it stays the same user, or it must come back as another. */
export async function renewIdentity(hub: Hub, session: Session, token: unknown): Promise<void> {
  const { headers, url, remoteAddress } = session.handshake;
  const request = { headers, url, remoteAddress, encrypted: session.encrypted };
  try {
    const identity = await identify(hub, typeof token === 'string' ? { ...request, token } : request);
    if (identity.userId !== session.userId)
      throw new SocketError('forbidden', '[forbidden] the token is another user’s');
    session.identity = identity;
    session.askedForTokenAt = undefined;
  } catch (error) {
    endSession(hub, session, refusalCloseCode(error), isSocketError(error) ? error.code : 'internal');
  }
}

/** Asks a client whose identity has expired for a new token, and closes when none comes. */
export function checkExpiry(hub: Hub, session: Session, now: number): void {
  const { expiresAt } = session.identity;
  if (expiresAt === undefined || now < expiresAt) return;
  if (session.askedForTokenAt === undefined && session.speaksProtocol) {
    session.askedForTokenAt = now;
    session.sendFrame(hub, '$reauth');
  } else if (session.askedForTokenAt === undefined || now - session.askedForTokenAt >= renewalGraceMs) {
    endSession(hub, session, closeCodes.unauthenticated, 'the identity has expired');
  }
}

async function withinTime<T>(hub: Hub, pending: T | PromiseLike<T>): Promise<T> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = hub.options.clock.after(authenticateTimeoutMs, () => {
      reject(
        new SocketError(
          'overloaded',
          `[overloaded] authenticate took longer than ${authenticateTimeoutMs} ms`,
        ),
      );
    });
  });
  try {
    return await Promise.race([pending, late]);
  } finally {
    cancel();
  }
}
