// Translates the events of a page (hidden, frozen, online again) into signals for the connection. A worker has no page
// and gets only those of the network; Node gets none.

/**
 * `woken`: the page or the network is back. `suspended`: the page is frozen and may come back. `closed`: it is gone for
 * good.
 */
export type PageSignal = 'woken' | 'suspended' | 'closed';

const signals: Readonly<Record<string, PageSignal>> = {
  online: 'woken',
  pageshow: 'woken',
  resume: 'woken',
  visibilitychange: 'woken',
  freeze: 'suspended',
  pagehide: 'closed',
};

export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}

export function isHidden(): boolean {
  return globalThis.document?.hidden === true;
}

/** Returns a function that stops listening. */
export function listenToPage(tell: (signal: PageSignal) => void): () => void {
  const stop = new AbortController();
  if (typeof addEventListener !== 'undefined') {
    for (const [type, signal] of Object.entries(signals)) {
      const heard = ({ persisted }: { readonly persisted?: boolean }): void => {
        if (type === 'visibilitychange' && isHidden()) return;
        tell(persisted && signal === 'closed' ? 'suspended' : signal);
      };
      // in the capture phase, so that the window also gets events that are dispatched on the document
      addEventListener(type, heard as () => void, { capture: true, signal: stop.signal });
    }
  }
  return () => stop.abort();
}
