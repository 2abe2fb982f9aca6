// What components see of one client: values they share, each with a source that is open while anybody looks.
// What the source is, a channel, a room, a stream or a request, is not known here.
import type { Client } from '@wirepact/client';
import { useMemo, useSyncExternalStore } from 'react';

/** Where a value comes from. */
export interface Source<TValue> {
  /** The value while it is not open: on a server, before the first effect, and while React hides who looks. */
  readonly value: TValue;
  /** Starts to publish, and returns what stops it. */
  readonly open: (publish: (value: TValue) => void) => () => void;
  /** Truthy where nothing comes after this value: a component that is mounted then opens the source anew. */
  readonly isOver?: (value: TValue) => unknown;
}

interface Store {
  value: unknown;
  readonly listeners: Set<() => void>;
  close?: () => void;
}

const storesOf = new WeakMap<Client, Map<string, Store>>();

/**
 * The value that the source of `question` last published for this client. Components whose questions are the same JSON
 * share one source.
 */
export function useClientStore<TQuestion, TValue>(
  client: unknown,
  question: TQuestion,
  sourceOf: (client: Client, question: TQuestion) => Source<TValue>,
): TValue {
  const key = JSON.stringify(question);
  return useSyncExternalStore(
    ...useMemo(
      () => view(client as Client, key, sourceOf(client as Client, JSON.parse(key) as TQuestion)),
      [client, key, sourceOf],
    ),
  );
}

/** How to subscribe, and what to read, in a browser and on a server. */
function view<TValue>(client: Client, key: string, source: Source<TValue>) {
  const stores = storesOf.get(client) ?? new Map<string, Store>();
  storesOf.set(client, stores);
  const read = () => (stores.get(key) ?? source).value as TValue;
  const leave = (store: Store) => {
    if (store.listeners.size || stores.get(key) !== store) return;
    stores.delete(key);
    store.close?.();
  };
  const subscribe = (onChange: () => void) => {
    if (source.isOver?.(read())) leave(stores.get(key) as Store);
    // made by an effect, never by rendering: a render that is thrown away leaves nothing
    const store: Store = stores.get(key) ?? { value: source.value, listeners: new Set() };
    stores.set(key, store);
    store.listeners.add(onChange);
    store.close ??= source.open((value) => {
      store.value = value;
      for (const listener of store.listeners) listener();
    });
    return () => {
      store.listeners.delete(onChange);
      // not at once: StrictMode, fast refresh and a moved component take effects down and up again within one task
      queueMicrotask(() => leave(store));
    };
  };
  return [subscribe, read, () => source.value] as const;
}
