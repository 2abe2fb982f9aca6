// Keeps a session in the tab's sessionStorage while its page is away, so that a reload can continue it. A duplicated
// tab copies the storage, so the storage is empty while a page uses the session.
import type { ClientOptions } from './client-options.js';

/** Stores one session for each address to which a client connects. */
export interface SessionStore {
  take(address: string): unknown;
  put(address: string, session: unknown): void;
}

export function createSessionStore({ url }: Pick<ClientOptions, 'url'>): SessionStore {
  // a function may add something after the path that is valid for one attempt only, such as a ticket
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

/** There is no storage outside pages, and where the user forbids it even reading the property throws. */
function withStorage<TValue>(task: (storage: Storage) => TValue): TValue | undefined {
  try {
    return task(sessionStorage);
  } catch {
    return undefined;
  }
}
