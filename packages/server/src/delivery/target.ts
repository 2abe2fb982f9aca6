// Makes something that can be sent to out of a function that publishes.

/** Something that can be sent to, without the contract's types. */
export interface AnyTarget {
  readonly send: (path: string, data?: unknown) => void;
  readonly publish: (path: string, data?: unknown) => Promise<void>;
}

/** `report` receives the errors of messages that `send` could not get accepted. */
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
