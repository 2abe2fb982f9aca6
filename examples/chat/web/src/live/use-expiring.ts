// Values that expire: who is typing, where pointers are, which reactions are shown.
import { useCallback, useEffect, useState } from 'react';
import type { RoomId } from '@wirepact-example/chat-contract/facts';

interface Fading<TValue> {
  readonly room: RoomId;
  readonly value: TValue;
  readonly until: number;
}

export interface Expiring<TValue> {
  readonly values: ReadonlyMap<string, TValue>;
  readonly put: (key: string, value: TValue) => void;
  readonly remove: (key: string) => void;
}

/** Keeps the newest value of each key for `lifeMs`, or until another room is opened. */
export function useExpiring<TValue>(room: RoomId, lifeMs: number): Expiring<TValue> {
  const [fading, setFading] = useState<ReadonlyMap<string, Fading<TValue>>>(new Map());

  useEffect(() => {
    if (fading.size === 0) return undefined;
    const soonest = Math.min(...[...fading.values()].map((entry) => entry.until));
    const timer = setTimeout(() => {
      setFading((current) => new Map([...current].filter(([, entry]) => entry.until > Date.now())));
    }, soonest - Date.now());
    return () => clearTimeout(timer);
  }, [fading]);

  const put = useCallback(
    (key: string, value: TValue) =>
      setFading((current) => new Map(current).set(key, { room, value, until: Date.now() + lifeMs })),
    [room, lifeMs],
  );
  const remove = useCallback((key: string) => {
    setFading((current) => {
      if (!current.has(key)) return current;
      const rest = new Map(current);
      rest.delete(key);
      return rest;
    });
  }, []);
  const here = [...fading].filter(([, entry]) => entry.room === room);
  return { values: new Map(here.map(([key, entry]) => [key, entry.value])), put, remove };
}
