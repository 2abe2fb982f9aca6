// Who listens to what. A listener that throws is reported, and the others still run.
import type { ListenOptions, MessageInfo, Unsubscribe } from './client.js';

export type Listener<TArgs extends readonly unknown[]> = (...args: TArgs) => void;
type Report = (thrown: unknown) => void;

/** The listeners of one thing, in the order in which they came. */
export class ListenerSet<TArgs extends readonly unknown[]> {
  readonly #entries = new Set<{ readonly listener: Listener<TArgs> }>();

  get size(): number {
    return this.#entries.size;
  }

  add(listener: Listener<TArgs>, { signal }: ListenOptions = {}): Unsubscribe {
    // one entry a call: a function that is added twice is called twice
    const entry = { listener };
    const remove = (): void => {
      this.#entries.delete(entry);
      signal?.removeEventListener('abort', remove);
    };
    if (signal?.aborted !== true) {
      this.#entries.add(entry);
      signal?.addEventListener('abort', remove);
    }
    return remove;
  }

  emit(report: Report, ...args: TArgs): void {
    // a copy, so that who is added by a listener is not called yet; who is removed by one is not called any more
    for (const entry of [...this.#entries]) {
      if (!this.#entries.has(entry)) continue;
      try {
        entry.listener(...args);
      } catch (thrown) {
        report(thrown);
      }
    }
  }
}

export type MessageListener = Listener<[data: never, info: MessageInfo]>;

/** The listeners of messages, by path. */
export class Listeners {
  readonly #byPath = new Map<string, ListenerSet<[data: unknown, info: MessageInfo]>>();

  on(path: string, listener: MessageListener, options?: ListenOptions): Unsubscribe {
    let set = this.#byPath.get(path);
    if (set === undefined) this.#byPath.set(path, (set = new ListenerSet()));
    return set.add(listener as Listener<[unknown, MessageInfo]>, options);
  }

  at(path: string): ListenerSet<[data: unknown, info: MessageInfo]> | undefined {
    return this.#byPath.get(path);
  }
}
