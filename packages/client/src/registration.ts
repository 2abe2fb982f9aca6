// How long a registration lasts: until it is removed, or its signal aborts.
import type { ListenOptions, Unsubscribe } from './client.js';

/** How long a listener stays, with an option for the client's own parts. */
export interface KeepOptions extends ListenOptions {
  /** Contains the function that removes the listener, for as long as the listener is there. */
  readonly kept?: Set<Unsubscribe>;
}

/** Calls `gone` when the signal aborts, which may be at once. Returns a function that calls it earlier. */
export function keep({ signal, kept }: KeepOptions | undefined = {}, gone: () => void): Unsubscribe {
  const remove = (): void => {
    gone();
    kept?.delete(remove);
    signal?.removeEventListener('abort', remove);
  };
  kept?.add(remove);
  signal?.addEventListener('abort', remove);
  if (signal?.aborted) remove();
  return remove;
}
