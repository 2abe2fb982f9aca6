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
    take() {
      try {
        const stored = sessionStorage.getItem(key);
        sessionStorage.removeItem(key);
        return JSON.parse(stored ?? '') as unknown;
      } catch {
        // nothing is there, or there is no storage, as outside of pages and where its user forbids it
        return undefined;
      }
    },
    put(session) {
      try {
        sessionStorage.setItem(key, JSON.stringify(session));
      } catch {
        // the session then ends with its page
      }
    },
  };
}
