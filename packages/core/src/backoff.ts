// How long a client waits before it connects again. The delay is drawn from the whole range (“full jitter”), so that
// clients that lost their connections together do not return together.

/** How a client reconnects after its connection is lost. */
export interface ReconnectOptions {
  /** After a stable connection, the first attempt starts within this many ms. @default 200 */
  readonly quickMs?: number;
  /** The range of the delay after the first failed attempt, in ms: the delay is between 0 and this. @default 500 */
  readonly minDelayMs?: number;
  /** The largest range of the delay, in ms. @default 20000 */
  readonly maxDelayMs?: number;
  /** By how much the range grows from one attempt to the next. @default 2 */
  readonly factor?: number;
  /** After this many failed attempts in a row, the client closes. @default Infinity */
  readonly maxAttempts?: number;
  /** A connection that lasted this long, in ms, counts as stable. @default 1000 */
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

/**
 * The delay before an attempt, in ms.
 *
 * @param attempt 1 for the first attempt after a stable connection, 2 for the one after the first failed attempt, and
 * so on
 */
export function reconnectDelay(
  attempt: number,
  options: ResolvedReconnectOptions,
  random: () => number,
): number {
  const { quickMs, minDelayMs, maxDelayMs, factor } = options;
  // 0 times a factor that has grown to infinity is NaN
  const grownMs = minDelayMs * factor ** (attempt - 2) || 0;
  return random() * (attempt === 1 ? quickMs : Math.min(maxDelayMs, grownMs));
}
