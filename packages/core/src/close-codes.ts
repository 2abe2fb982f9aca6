// Close codes: what each means, and whether a client that meets it returns. RFC 6455 section 7.4 for the codes below 4000.

// those that clients know are exported by themselves too: a page carries only those it uses
export const closedNormally = 1000;
export const closedForRestart = 1012;
const closedByOverload = 1013;
export const closedForSuspension = 4001;
export const closedUnauthenticated = 4401;
export const closedForbidden = 4403;
export const closedByVersion = 4406;
export const closedByTimeout = 4408;

/** The codes Wirepact itself closes with, by name. */
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
 * - `stay`: a closed door, it does not come back by itself;
 * - `return`: a broken one, it comes back with growing delays;
 * - `window`: it comes back at a random time within the window that the server announced.
 */
export type AfterClose = 'stay' | 'return' | 'window';

const terminal: ReadonlySet<number> = new Set([
  1000, 1002, 1003, 1007, 1008, 1009, 1010, 4401, 4403, 4406, 4409,
]);

/** What a client does after a connection was closed with `code`. */
export function afterClose(code: number): AfterClose {
  if (code === closedForRestart || code === closedByOverload) return 'window';
  return terminal.has(code) || code >= 4600 ? 'stay' : 'return';
}

/** A close frame has room for 123 bytes of reason (RFC 6455 section 5.5); a longer text is cut between characters. */
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
