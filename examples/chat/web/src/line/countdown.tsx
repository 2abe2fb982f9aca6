// The number of the next attempt to connect, and the time until it starts. Screen readers can read it, but do not
// announce every change.
import { useNow } from './use-now.js';

export interface CountdownProps {
  readonly attempt: number;
  /** When the attempt starts, in ms since the epoch; `undefined` while it is running. */
  readonly until: number | undefined;
}

export function Countdown({ attempt, until }: CountdownProps) {
  const now = useNow(until !== undefined);
  const leftMs = until === undefined ? 0 : Math.max(0, until - now);
  return (
    <span role="timer" className="countdown">
      {leftMs > 0
        ? `Attempt ${attempt} in ${(leftMs / 1_000).toFixed(1)}\u00a0s`
        : `Attempt ${attempt}, calling …`}
    </span>
  );
}
