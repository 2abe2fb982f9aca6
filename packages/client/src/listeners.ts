// The listeners of one event, in the order in which they were added. If one throws, or rejects later, the error is
// reported, and the others still run.
import type { MessageInfo, Unsubscribe } from './client.js';
import { keep, type KeepOptions } from './registration.js';

export type Listener<TArgs extends readonly unknown[]> = (...args: TArgs) => void;
export type MessageListener = Listener<[data: never, info: MessageInfo]>;

export interface Listeners<TArgs extends readonly unknown[]> {
  add(listener: Listener<TArgs>, options?: KeepOptions): Unsubscribe;
  emit(report: (thrown: unknown) => void, ...args: TArgs): void;
  readonly size: number;
}

export function createListeners<TArgs extends readonly unknown[]>(): Listeners<TArgs> {
  const entries = new Set<{ readonly listener: Listener<TArgs> }>();
  return {
    get size() {
      return entries.size;
    },
    add(listener, options) {
      // one entry per call: a function that was added twice is called twice
      const entry = { listener };
      entries.add(entry);
      return keep(options, () => entries.delete(entry));
    },
    emit(report, ...args) {
      // a copy, so that a listener added during this loop is not called yet; one that was removed meanwhile is skipped
      for (const entry of [...entries]) {
        if (!entries.has(entry)) continue;
        try {
          const done = entry.listener(...args) as Promise<void> | undefined;
          done?.catch?.(report);
        } catch (thrown) {
          report(thrown);
        }
      }
    },
  };
}
