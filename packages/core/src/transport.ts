// One connection as a server holds it, whatever carries it: a WebSocket of `ws`, or memory in a test.

/** What a transport tells its owner. No call comes before `listen`, none after `closed`. */
export interface TransportListener {
  message(text: string): void;
  /** A binary message came; Wirepact's wire has none, so its bytes are not handed on. */
  binary(): void;
  /** Something was heard from the peer that is no message: a pong. */
  pong(): void;
  /** The network took what was held; `bufferedBytes` has fallen. */
  drained(): void;
  /** The connection is over. Called exactly once. */
  closed(code: number, reason: string): void;
}

/** One connection as a server holds it. Its methods never throw, and do nothing once it is closed. */
export interface Transport {
  /** The subprotocol that was agreed on, or ''. */
  readonly protocol: string;
  /** Bytes that were sent and that the network has not yet taken. */
  readonly bufferedBytes: number;
  send(text: string): void;
  ping(): void;
  /** Stops reading, so that a peer that sends faster than it is served waits in its own memory. */
  pause(): void;
  resume(): void;
  /** Closes with a handshake. */
  close(code: number, reason: string): void;
  /** Closes at once, without one. */
  terminate(): void;
  listen(listener: TransportListener): void;
}
