// Close codes, and whether a client reconnects after each. RFC 6455 section 7.4 defines those below 4000.

// the codes that clients use are also exported one by one, so that a browser bundle contains only those
export const closedNormally = 1000;
export const closedForRestart = 1012;
const closedByOverload = 1013;
export const closedForSuspension = 4001;
export const closedUnauthenticated = 4401;
export const closedForbidden = 4403;
export const closedByVersion = 4406;
export const closedByTimeout = 4408;

/** What is said of a connection that ended without a close. No close frame carries it (RFC 6455 section 7.4.1). */
export const closedAbnormally = 1006;

/** The codes with which Wirepact itself closes a connection, by name. */
export const closeCodes = {
  normal: closedNormally,
  goingAway: 1001,
  restart: closedForRestart,
  overloaded: closedByOverload,
  suspended: closedForSuspension,
  unauthenticated: closedUnauthenticated,
  forbidden: closedForbidden,
  unsupportedVersion: closedByVersion,
  helloTimeout: closedByTimeout,
  takenOver: 4409,
  rateLimited: 4429,
  internal: 4500,
  slow: 4508,
} as const;

/**
 * What a client does after a close:
 * - `stay`: it stays closed, because trying again would not help;
 * - `return`: it reconnects, with growing delays;
 * - `window`: it reconnects at a random time within the period that the server announced.
 */
export type AfterClose = 'stay' | 'return' | 'window';

const terminal: ReadonlySet<number> = new Set([
  1000, 1002, 1003, 1007, 1008, 1009, 1010, 4401, 4403, 4406, 4409,
]);

/** What a client does after its connection was closed with `code`. */
export function afterClose(code: number): AfterClose {
  if (code === closedForRestart || code === closedByOverload) return 'window';
  return terminal.has(code) || code >= 4600 ? 'stay' : 'return';
}

/** Cuts a reason to the 123 bytes that fit into a close frame (RFC 6455 section 5.5), never inside a character. */
export function cutReason(reason: string): string {
  let bytes = 0;
  let end = 0;
  for (const character of reason) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > 123) return reason.slice(0, end);
    end += character.length;
  }
  return reason;
}
