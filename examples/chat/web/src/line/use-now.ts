// The current time, for countdowns.
import { useEffect, useState } from 'react';

const everyMs = 200;

/** Returns the time in ms since the epoch, updated five times a second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}
