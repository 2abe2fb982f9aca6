// The listeners of one thing, in the order in which they came. One that throws is reported, and the others still run.
import type { ListenOptions, MessageInfo, Unsubscribe } from './client.js';

export type Listener<TArgs extends readonly unknown[]> = (...args: TArgs) => void;
export type MessageListener = Listener<[data: never, info: MessageInfo]>;

/** How long a listener stays, as the client's own parts may say it. */
export interface KeepOptions extends ListenOptions {
  /** Where what takes the listener back is kept, for as long as it is there. */
  readonly kept?: Set<Unsubscribe>;
}

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
    add(listener, { signal, kept } = {}) {
      // one entry a call: a function that is added twice is called twice
      const entry = { listener };
      const remove = (): void => {
        entries.delete(entry);
        kept?.delete(remove);
        signal?.removeEventListener('abort', remove);
      };
      entries.add(entry);
      kept?.add(remove);
      signal?.addEventListener('abort', remove);
      if (signal?.aborted) remove();
      return remove;
    },
    emit(report, ...args) {
      // a copy, so that who is added by a listener is not called yet; who is removed by one is not called any more
      for (const entry of [...entries]) {
        if (!entries.has(entry)) continue;
        try {
          entry.listener(...args);
        } catch (thrown) {
          report(thrown);
        }
      }
    },
  };
}
