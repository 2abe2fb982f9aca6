// Anything that can be sent to, given how that is done.

/** Sends and publishes. */
export interface AnyTarget {
  readonly send: (path: string, data?: unknown) => void;
  readonly publish: (path: string, data?: unknown) => Promise<void>;
}

/** `report` is told of what `send` could not get accepted. */
export function createTarget(
  report: (error: unknown, path: string) => void,
  publish: (path: string, data?: unknown) => Promise<void> | undefined,
): AnyTarget {
  return {
    send(path, data) {
      publish(path, data)?.catch((error: unknown) => report(error, path));
    },
    // async, so that what is thrown becomes a rejection
    publish: async (path, data) => publish(path, data),
  };
}
