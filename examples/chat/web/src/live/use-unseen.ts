// Tells new values of a `latest` channel from those that arrive again after a reconnect.
import { useCallback, useRef } from 'react';

/** Returns a function that says whether the value of `key` from the time `at` is seen for the first time. */
export function useUnseen(): (key: string, at: number) => boolean {
  const seen = useRef(new Map<string, number>());
  return useCallback((key, at) => {
    if (seen.current.get(key) === at) return false;
    seen.current.set(key, at);
    return true;
  }, []);
}
