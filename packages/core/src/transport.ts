// One connection as the server sees it, whether a WebSocket of `ws` or the memory of a test carries it.

/** What a transport reports to its owner. It calls nothing before `listen`, and nothing after `closed`. */
export interface TransportListener {
  /**
   * A message arrived. `text` is `undefined` for a binary message: the protocol has none, so its bytes are not passed
   * on.
   */
  message(text: string | undefined): void;
  /**
   * A message arrived while the transport is paused. Returns whether it was handled out of its turn; if not, or without
   * this method, it is held back like the others. `undefined`: none is handled out of its turn now.
   */
  urgent?(text: string): boolean | undefined;
  /** The peer took some of what was waiting: `bufferedBytes` has fallen. */
  drained(): void;
  /** The connection is over. Called exactly once, with the code of whichever side closed first. */
  closed(code: number, reason: string): void;
}

/** One connection as the server sees it. Its methods never throw, and do nothing once it is closed. */
export interface Transport {
  /** The negotiated subprotocol, or `''`. */
  readonly protocol: string;
  /** Bytes that were sent and that the network has not taken yet. */
  readonly bufferedBytes: number;
  /**
   * Bytes of the current write that have not left yet, if this can be told. That they shrink shows that the peer reads.
   */
  readonly unsentBytes?: number | undefined;
  /** Bytes that have arrived so far, in messages or not. That they grow shows that the peer is alive. */
  readonly receivedBytes: number;
  send(text: string): void;
  /** Sends several messages in a row. An array that is sent to many connections is framed only once. */
  sendAll?(texts: readonly string[]): void;
  ping(): void;
  /** Whether messages are still read from the peer. Not if a paused connection already holds too many. */
  readonly isReading: boolean;
  /**
   * Holds messages back until `resume`. If too many arrive, the transport stops reading, so that a peer that sends
   * faster than it is served has to wait. If the peer closes, the held messages are passed on before `closed`.
   */
  pause(): void;
  resume(): void;
  /** Offers the messages that are held back to `urgent` once more. */
  passOnUrgent(): void;
  /** Closes with a closing handshake. */
  close(code: number, reason: string): void;
  /** Closes at once, without a closing handshake. */
  terminate(): void;
  listen(listener: TransportListener): void;
}
