// A connection that the user can cut: a custom WebSocket class. It closes with a code after which the client returns to
// its session, as it would after a tunnel.

export interface Line {
  /** The class that the client uses for its connections. */
  readonly WebSocket: typeof WebSocket;
  /** Closes the connection, and the client is not asked. Every new one fails too until `mend` is called. */
  readonly cut: () => void;
  readonly mend: () => void;
}

/** The close code of a cut: after it the client reconnects, and the server keeps the session. */
export const cutCode = 4000;

export function createLine(): Line {
  let breakCurrent = (): void => {};
  let whole = true;
  return {
    WebSocket: class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        breakCurrent = () => this.close(cutCode, 'cut');
        if (!whole) this.close();
      }
    },
    cut() {
      whole = false;
      breakCurrent();
    },
    mend() {
      whole = true;
    },
  };
}
