// The limits on what a client may do, how much and how fast, and their defaults.

/** Limits on what a client may do. */
export interface LimitOptions {
  /** Size of an incoming message, in bytes. A larger one closes the connection with 1009. @default 262144 */
  readonly maxMessageBytes?: number;
  /**
   * Size of the data in an outgoing message, in bytes. A larger one fails with `message_too_large`.
   *
   * @default 4194304, or `maxMessageBytes` if that is larger
   */
  readonly maxOutgoingBytes?: number;
  /** WebSocket fragments of one message. More close the connection with 1008. @default 1024 */
  readonly maxFragments?: number;
  /** Network chunks of an incomplete message that may be buffered. More close the connection with 1008. @default 4096 */
  readonly maxBufferedChunks?: number;
  /**
   * Handlers of one client that may run at the same time.
   * At this number, the server stops reading from the client until half of them are done. It is also the number of streams that
   * a client may have open; one more is refused with `overloaded`.
   *
   * @default 64
   */
  readonly maxInFlight?: number;
  /** Rooms that a client may join of its own accord. One more is refused with `rate_limited`. @default 128 */
  readonly maxRooms?: number;
  /**
   * Joins of one client per second, sustained. More are refused with `rate_limited`.
   * Before that, a client may send a burst of twice `maxRooms`.
   *
   * @default 10
   */
  readonly joinsPerSecond?: number;
  /** How deep the JSON of a message may nest. @default 64 */
  readonly maxJsonDepth?: number;
  /** Keys and array items in a message, all levels together. @default 10000 */
  readonly maxJsonKeys?: number;
  /** Messages of one client per second, sustained. Anything faster is read later. @default 100 */
  readonly messagesPerSecond?: number;
  /** Messages that a client may send in a burst before that. @default 1000, the capacity of the outbox of Wirepact's client */
  readonly messageBurst?: number;
  /**
   * Bytes of messages of one client per second, sustained. Anything faster is read later.
   *
   * @default 262144, or `maxMessageBytes` if that is larger
   */
  readonly bytesPerSecond?: number;
  /**
   * Bytes that a client may send in a burst before that.
   *
   * @default 1048576, or four times `maxMessageBytes` if that is larger
   */
  readonly byteBurst?: number;
  /** Malformed frames that a client may send within 10 s. The next one closes the connection with 4429. @default 10 */
  readonly badFramesPer10s?: number;
  /**
   * Connection attempts from one address per second, sustained. More get 429.
   * Addresses of internal networks are not limited, since they belong to proxies. An IPv6 address counts as its /64 network.
   *
   * @default 50
   */
  readonly upgradesPerSecondPerIp?: number;
  /** Connection attempts from one address in a burst before that. @default 200 */
  readonly upgradeBurstPerIp?: number;
  /**
   * Connections from one address, for example an office. More get 429.
   * Addresses of internal networks are not limited, since they belong to proxies. An IPv6 address counts as its /64 network.
   *
   * @default 1000
   */
  readonly socketsPerIp?: number;
  /**
   * Connections of one user, if the `userId` option is set. More are closed with 4429; a plain client gets 429.
   * A client that takes over its own connection is let in beyond that, up to twice as many.
   *
   * @default 20
   */
  readonly socketsPerUser?: number;
  /** Connections in total. More get 503. @default 100000, more than most machines have file descriptors for */
  readonly maxClients?: number;
  /** Headers of a handshake. More get 431. @default 64 */
  readonly maxHeaders?: number;
  /**
   * Calls of `authenticate` that may be waited for at the same time. Further connections get 503. A call that took longer than
   * `authenticateTimeoutMs` is not waited for any more and does not count, even if it still runs.
   *
   * @default 1000
   */
  readonly maxAuthenticating?: number;
  /**
   * How long `authenticate` and `recheck` may take, in ms.
   * A connection whose `authenticate` takes longer gets 503, or close code 1013 with Wirepact's client. A `recheck` that takes
   * longer is reported to `onError` and has no other effect.
   *
   * @default 5000
   */
  readonly authenticateTimeoutMs?: number;
  /** How long a client may take to send `$hello`, in ms. Then its connection is closed with 4408. @default 10000 */
  readonly helloTimeoutMs?: number;
  /**
   * How long a client may take to send a new token after its identity has expired, in ms.
   * Then its connection is closed with 4401.
   *
   * @default 25000
   */
  readonly renewTimeoutMs?: number;
  /** How often `recheck` is called for each connection, in ms, ± 10 %. @default 1800000, half an hour */
  readonly recheckIntervalMs?: number;
  /** How long a client may take to answer a close, in ms. Then its connection is cut. @default 5000 */
  readonly closeTimeoutMs?: number;
}

export const defaultLimits = {
  maxMessageBytes: 262_144,
  maxOutgoingBytes: 4_194_304,
  maxFragments: 1_024,
  maxBufferedChunks: 4_096,
  maxInFlight: 64,
  maxRooms: 128,
  joinsPerSecond: 10,
  maxJsonDepth: 64,
  maxJsonKeys: 10_000,
  messagesPerSecond: 100,
  messageBurst: 1_000,
  bytesPerSecond: 262_144,
  byteBurst: 1_048_576,
  badFramesPer10s: 10,
  upgradesPerSecondPerIp: 50,
  upgradeBurstPerIp: 200,
  socketsPerIp: 1_000,
  socketsPerUser: 20,
  maxClients: 100_000,
  maxHeaders: 64,
  maxAuthenticating: 1_000,
  authenticateTimeoutMs: 5_000,
  helloTimeoutMs: 10_000,
  renewTimeoutMs: 25_000,
  recheckIntervalMs: 1_800_000,
  closeTimeoutMs: 5_000,
} as const;

/** The defaults beside the given limits: who allows larger messages also wants them read at that rate, and answered. */
export function limitsBeside({ maxMessageBytes = 0 }: LimitOptions): Required<LimitOptions> {
  const { bytesPerSecond, byteBurst, maxOutgoingBytes } = defaultLimits;
  return {
    ...defaultLimits,
    maxOutgoingBytes: Math.max(maxOutgoingBytes, maxMessageBytes),
    bytesPerSecond: Math.max(bytesPerSecond, maxMessageBytes),
    byteBurst: Math.max(byteBurst, 4 * maxMessageBytes),
  };
}
