// Token buckets of one number each: the moment at which the bucket is full again. A moment in the past means a full bucket, so
// nothing has to refill it, and an unused bucket costs nothing.

/** How much may be taken in a burst, and per second, sustained. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** When a bucket is full again from which `amount` is taken `now`, were it full at `fullAt` without that; in ms. */
export function takeFrom({ perSecond, burst }: Rate, fullAt: number, amount: number, now: number): number {
  // a clock that was set back leaves a moment that is far off, and nobody is to wait for it
  const missingMs = Math.min(Math.max(fullAt - now, 0), (burst * 1_000) / perSecond);
  return now + missingMs + (amount * 1_000) / perSecond;
}

/** How long until no more has been taken from a bucket than it held, in ms. Below half a one it is rounding. */
export function overdrawnMs({ perSecond, burst }: Rate, fullAt: number, now: number): number {
  return Math.max(0, Math.round(fullAt - now - (burst * 1_000) / perSecond));
}
