// Values that the components of one client share, each with a source that is open while a component uses it. This file
// does not know what a source is: a channel, a room, a stream or a request.
import type { Client } from '@wirepact/client';
import { useMemo, useSyncExternalStore } from 'react';
import { useCommitEffect } from './use-commit-effect.js';

/** Where a value comes from. */
export interface Source<TValue> {
  /**
   * The value while the source is not open: on a server, before the first effect, and while React hides the components.
   */
  readonly value: TValue;
  /** Starts to publish values, and returns a function that stops it. */
  readonly open: (publish: (value: TValue) => void) => () => void;
  /**
   * Returns something truthy if no value follows this one. A component that is mounted then opens the source again,
   * unless another one still uses it.
   */
  readonly isOver?: (value: TValue) => unknown;
}

interface Store {
  value: unknown;
  readonly listeners: Set<() => void>;
  close?: () => void;
}

const storesOf = new WeakMap<Client, Map<string, Store>>();

/**
 * Returns the value that the source of `question` last published for this client. Components whose questions have the
 * same JSON share one source.
 */
export function useClientStore<TQuestion, TValue>(
  client: unknown,
  question: TQuestion,
  sourceOf: (client: Client, question: TQuestion) => Source<TValue>,
): TValue {
  const key = JSON.stringify(question);
  const [open, ...store] = useMemo(
    () => view(client as Client, key, sourceOf(client as Client, JSON.parse(key) as TQuestion)),
    [client, key, sourceOf],
  );
  // React subscribes in a passive effect only: what arrives between the commit and that effect must not be missed. This
  // effect does not subscribe, because one more listener would keep a source that is over from being opened again
  useCommitEffect(open, [open]);
  return useSyncExternalStore(...store);
}

/** How to open the source and to subscribe, and what to read in a browser and on a server. */
function view<TValue>(client: Client, key: string, source: Source<TValue>) {
  const stores = storesOf.get(client) ?? new Map<string, Store>();
  storesOf.set(client, stores);
  const read = () => (stores.get(key) ?? source).value as TValue;
  const leave = (store: Store) => {
    if (store.listeners.size || stores.get(key) !== store) return;
    stores.delete(key);
    store.close?.();
  };
  const open = () => {
    // created by an effect, never during rendering: a discarded render leaves nothing behind
    const store: Store = stores.get(key) ?? { value: source.value, listeners: new Set() };
    stores.set(key, store);
    store.close ??= source.open((value) => {
      store.value = value;
      for (const listener of store.listeners) listener();
    });
  };
  const subscribe = (onChange: () => void) => {
    if (source.isOver?.(read())) leave(stores.get(key) as Store);
    open();
    const store = stores.get(key) as Store;
    store.listeners.add(onChange);
    return () => {
      store.listeners.delete(onChange);
      // not at once: StrictMode, fast refresh and a moved component remove effects and run them again within one task
      queueMicrotask(() => leave(store));
    };
  };
  return [open, subscribe, read, () => source.value] as const;
}
