// What a page's life means for a connection. A worker has no page, and hears of the network alone; Node hears of nothing.

/** The page or the network is back, the page is frozen and may come back, or it is gone for good. */
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

/** Returns what stops listening. */
export function listenToPage(tell: (signal: PageSignal) => void): () => void {
  const stop = new AbortController();
  if (typeof addEventListener !== 'undefined') {
    for (const [type, signal] of Object.entries(signals)) {
      const heard = ({ persisted }: { readonly persisted?: boolean }): void => {
        if (type === 'visibilitychange' && isHidden()) return;
        tell(persisted && signal === 'closed' ? 'suspended' : signal);
      };
      // captured, so that the window also hears what is for the document alone
      addEventListener(type, heard as () => void, { capture: true, signal: stop.signal });
    }
  }
  return () => stop.abort();
}
