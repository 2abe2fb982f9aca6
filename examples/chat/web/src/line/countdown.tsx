// The number of the next attempt to connect, and the time until it starts. Screen readers can read it, but do not
// announce every change.
import { useNow } from './use-now.js';

export interface CountdownProps {
  readonly attempt: number;
  /** When the attempt starts, in ms since the epoch; `undefined` while it is running. */
  readonly until: number | undefined;
}

export function Countdown({ attempt, until }: CountdownProps) {
  return (
    <span role="timer" className="countdown">
      {until === undefined ? <Calling attempt={attempt} /> : <Waiting attempt={attempt} until={until} />}
    </span>
  );
}

function Waiting({ attempt, until }: { readonly attempt: number; readonly until: number }) {
  const leftMs = until - useNow();
  if (leftMs <= 0) return <Calling attempt={attempt} />;
  return `Attempt ${attempt} in ${(leftMs / 1_000).toFixed(1)}\u00a0s`;
}

function Calling({ attempt }: { readonly attempt: number }) {
  return `Attempt ${attempt}, calling …`;
}
