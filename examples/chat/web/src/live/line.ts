// The wire between this page and the server, which may be cut. Nobody is told of it: the client finds out as it would on a train.

export interface Line {
  /** What the client makes its connections with. */
  readonly WebSocket: typeof WebSocket;
  /** Breaks the connection behind the client's back. No other gets through until it is mended. */
  readonly cut: () => void;
  readonly mend: () => void;
}

/** What a cut looks like to both ends: a code after which the client returns, and the server waits for it. */
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
