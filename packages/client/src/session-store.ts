// Where a session waits while its page is away: in the tab's sessionStorage, so that a reload goes on with it. A tab that is
// duplicated copies the storage, so nothing lies there while a page uses it.
import type { ClientOptions } from './client-options.js';

/** One session for each address that a client connects to. */
export interface SessionStore {
  take(address: string): unknown;
  put(address: string, session: unknown): void;
}

export function createSessionStore({ url }: Pick<ClientOptions, 'url'>): SessionStore {
  // what a function puts behind the path, a ticket say, is for one attempt
  const keyOf = (address: string): string =>
    `wirepact ${typeof url === 'function' ? address.replace(/\?.*/, '') : address}`;
  return {
    take: (address) =>
      withStorage((storage) => {
        const key = keyOf(address);
        const stored = storage.getItem(key);
        storage.removeItem(key);
        return JSON.parse(stored ?? 'null') as unknown;
      }),
    put: (address, session) =>
      withStorage((storage) => storage.setItem(keyOf(address), JSON.stringify(session))),
  };
}

/** Outside of pages there is none, and where its user forbids it even a look at it throws. */
function withStorage<TValue>(task: (storage: Storage) => TValue): TValue | undefined {
  try {
    return task(sessionStorage);
  } catch {
    return undefined;
  }
}
