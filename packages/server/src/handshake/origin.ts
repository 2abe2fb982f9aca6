// Which pages may connect. Browsers send a page's origin and the user's cookies with every WebSocket without asking first;
// without this check, any page on the web could act as its visitor.
import { discard } from '../guarded.js';
import type { OriginOptions } from '../options.js';
import type { UpgradeRequest } from './upgrade-request.js';

/**
 * Whether a request with this origin may connect. Throws only what the application's own decision throws; `failed` is told
 * of what that is too late with.
 */
export function isOriginAllowed(
  request: UpgradeRequest,
  origins: OriginOptions | undefined,
  failed: (error: unknown) => void,
): boolean {
  const { origin } = request.headers;
  if (typeof origins === 'function') {
    const answer: unknown = origins(typeof origin === 'string' ? origin : undefined, request);
    // a promise, which plain JavaScript may give, is not a yes
    if (typeof answer !== 'boolean') discard(answer, failed);
    return answer === true;
  }
  if (origins === '*') return true;
  // programs send no origin; a browser always does, so cookies without one are somebody's forgery
  if (origin === undefined) return request.headers.cookie === undefined;
  if (typeof origin !== 'string') return false;
  if (origins !== undefined) return origins.includes(origin);
  return isSameOrigin(origin, request);
}

function isSameOrigin(origin: string, request: UpgradeRequest): boolean {
  const { host } = request.headers;
  if (typeof host !== 'string' || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.protocol !== 'https:' && page.protocol !== 'http:') return false;
  // an origin is scheme, host and port; whatever says more is no origin of a browser's
  if (page.origin !== origin) return false;
  // without TLS of our own the scheme is unknown: a proxy in front may end it
  if (request.encrypted && page.protocol !== 'https:') return false;
  const here = `${page.protocol}//${host}`;
  return URL.canParse(here) && new URL(here).origin === page.origin;
}

/**
 * An origin that is written otherwise than browsers write it would match nothing, and nobody would be told.
 *
 * @throws TypeError for what is none
 */
export function checkOrigins(origins: OriginOptions | undefined): void {
  if (origins === undefined || origins === '*' || typeof origins === 'function') return;
  if (!Array.isArray(origins))
    throw new TypeError(`origins is no list; write ["https://app.example"] or '*'`);
  for (const origin of origins as readonly unknown[]) {
    if (typeof origin !== 'string' || !/^[a-z][a-z\d+.-]*:\/\/[^\s/?#@A-Z]+$/.test(origin)) {
      throw new TypeError(
        `${JSON.stringify(origin)} is no origin; write one like "https://app.example:8443"`,
      );
    }
  }
}
