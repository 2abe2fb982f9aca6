// The application's own handlers, whose failures are nobody's but its own.

/** Runs a handler of the application's that nobody waits for. What it throws, now or later, breaks nothing. */
export function guarded(handler: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = handler();
    if (result !== undefined) Promise.resolve(result).catch(failed);
  } catch (error) {
    failed(error);
  }
}
