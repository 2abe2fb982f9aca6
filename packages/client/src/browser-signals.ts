// What a page's life means for a connection. Where there is no page nothing is listened to.

export interface PageListener {
  /** The page is visible again, back from the cache, or the network is. */
  woken(): void;
  /** The page is frozen and may come back. */
  suspended(): void;
  /** The page is gone for good. */
  gone(): void;
}

export function isOffline(): boolean {
  return typeof navigator !== 'undefined' && navigator.onLine === false;
}

export function isHidden(): boolean {
  return typeof document !== 'undefined' && document.hidden;
}

/** Returns what stops listening. */
export function listenToPage(listener: PageListener): () => void {
  if (typeof document === 'undefined') return () => {};
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const woken = (): void => listener.woken();
  addEventListener('online', woken, options);
  addEventListener('pageshow', woken, options);
  document.addEventListener('resume', woken, options);
  document.addEventListener('visibilitychange', () => isHidden() || listener.woken(), options);
  document.addEventListener('freeze', () => listener.suspended(), options);
  addEventListener(
    'pagehide',
    ({ persisted }) => (persisted ? listener.suspended() : listener.gone()),
    options,
  );
  return () => stop.abort();
}
