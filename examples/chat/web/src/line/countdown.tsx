// Which attempt is next, and in how long. A screen reader finds it, and is not told of every tick.
import { useNow } from './use-now.js';

export interface CountdownProps {
  readonly attempt: number;
  /** Absent while the attempt is being made. */
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
