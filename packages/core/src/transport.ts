// One connection as a server holds it, whatever carries it: a WebSocket of `ws`, or memory in a test.

/** What a transport tells its owner. No call comes before `listen`, none after `closed`. */
export interface TransportListener {
  /** A message came. One that is binary has no text; Wirepact's wire knows none, so its bytes are not handed on. */
  message(text: string | undefined): void;
  /** The peer took something of what waited; `bufferedBytes` has fallen. */
  drained(): void;
  /** The connection is over. Called exactly once, with the code of whichever side closed first. */
  closed(code: number, reason: string): void;
}

/** One connection as a server holds it. Its methods never throw, and do nothing once it is closed. */
export interface Transport {
  /** The subprotocol that was agreed on, or ''. */
  readonly protocol: string;
  /** Bytes that were sent and that the network has not yet taken. */
  readonly bufferedBytes: number;
  /** How much of the write that is under way has not left, where that can be told. That it shrinks shows that it is taken. */
  readonly unsentBytes?: number | undefined;
  /** Bytes that came so far, in messages or not. That it grows shows that the peer is alive. */
  readonly receivedBytes: number;
  send(text: string): void;
  /** The same for several in a row; where this very array is sent to many, it is framed once. */
  sendAll?(texts: readonly string[]): void;
  ping(): void;
  /** Whether the peer can be heard. Not while a paused connection holds so many messages that it has stopped reading. */
  readonly isReading: boolean;
  /**
   * Holds messages back. Where many come all the same it stops reading, so that a peer that sends faster than it is served
   * waits in its own memory. What is held of a peer that closes is handed on before `closed`.
   */
  pause(): void;
  resume(): void;
  /** Closes with a handshake. */
  close(code: number, reason: string): void;
  /** Closes at once, without one. */
  terminate(): void;
  listen(listener: TransportListener): void;
}
