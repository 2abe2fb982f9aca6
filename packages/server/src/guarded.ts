// Calls the application's handlers, so that their failures break nothing else.

/** Runs a handler of the application's that nobody waits for. What it throws, now or later, breaks nothing. */
export function guarded(handler: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = handler();
    discard(result, failed);
  } catch (error) {
    failed(error);
  }
}

/** Whether the application answered by a promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Takes what an application's function gave and nobody wants. Should it be a promise that rejects, that ends no process. */
export function discard(stray: unknown, failed: (error: unknown) => void): void {
  if (stray !== undefined) Promise.resolve(stray).catch(failed);
}
