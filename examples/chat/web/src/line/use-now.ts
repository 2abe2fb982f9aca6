// The current time, for countdowns.
import { useEffect, useState } from 'react';

/** Returns the time in ms since the epoch, updated every `everyMs` while `running`. */
export function useNow(running: boolean, everyMs = 200): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [running, everyMs]);
  return now;
}
