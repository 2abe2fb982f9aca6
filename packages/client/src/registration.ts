// How long something stays that was registered: until it is taken back, or its signal aborts.
import type { ListenOptions, Unsubscribe } from './client.js';

/** How long a listener stays, as the client's own parts may say it. */
export interface KeepOptions extends ListenOptions {
  /** Where what takes the listener back is kept, for as long as it is there. */
  readonly kept?: Set<Unsubscribe>;
}

/** Calls `gone` once the options say that it is over, which may be at once. Returns what takes it back before that. */
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
