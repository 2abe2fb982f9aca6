// How long to wait before trying again. Full jitter: the delay is drawn from the whole range, so that clients that were
// dropped together do not return together.

/** How a client returns. */
export interface ReconnectOptions {
  /** After a connection that was stable the first try comes within this many ms. @default 200 */
  readonly quickMs?: number;
  /** The range of the delay after the first attempt that failed, in ms. @default 500 */
  readonly minDelayMs?: number;
  /** No range grows beyond this many ms. @default 20000 */
  readonly maxDelayMs?: number;
  /** How much the range grows from one attempt to the next. @default 2 */
  readonly factor?: number;
  /** After so many failed attempts in a row the client closes. @default unlimited */
  readonly maxAttempts?: number;
  /** A connection that lasted this many ms counts as stable. @default 1000 */
  readonly stableAfterMs?: number;
}

/** {@link ReconnectOptions} with every default filled in. */
export type ResolvedReconnectOptions = Required<ReconnectOptions>;

export const defaultReconnect: ResolvedReconnectOptions = {
  quickMs: 200,
  minDelayMs: 500,
  maxDelayMs: 20_000,
  factor: 2,
  maxAttempts: Infinity,
  stableAfterMs: 1_000,
};

/** The delay in ms before `attempt`: 1 is the one after a stable connection, 2 the one after the first that failed. */
export function reconnectDelay(
  attempt: number,
  options: ResolvedReconnectOptions,
  random: () => number,
): number {
  const { quickMs, minDelayMs, maxDelayMs, factor } = options;
  // nothing times a factor that has grown to infinity is no number
  const grownMs = minDelayMs * factor ** (attempt - 2) || 0;
  return random() * (attempt === 1 ? quickMs : Math.min(maxDelayMs, grownMs));
}
