// Where a session waits while its page is away: in the tab's sessionStorage, so that a reload goes on with it. A tab that is
// duplicated copies the storage, so nothing lies there while a page uses it.
import type { ClientOptions } from './client-options.js';

export interface SessionStore {
  take(): unknown;
  put(session: unknown): void;
}

export function createSessionStore({ url }: Pick<ClientOptions, 'url'>): SessionStore {
  const key = `wirepact ${typeof url === 'function' ? '' : String(url)}`;
  return {
    take: () =>
      withStorage((storage) => {
        const stored = storage.getItem(key);
        storage.removeItem(key);
        return JSON.parse(stored ?? 'null') as unknown;
      }),
    put: (session) => withStorage((storage) => storage.setItem(key, JSON.stringify(session))),
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
