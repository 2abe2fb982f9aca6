// What a client may do, how much and how fast: every bound, and its default.

/** Bounds on what a client may do. */
export interface LimitOptions {
  /** A larger message closes the connection with 1009. @default 262144 */
  readonly maxMessageBytes?: number;
  /** What is sent may be so large: whoever sends more is told by `message_too_large`. @default 4194304, or `maxMessageBytes` */
  readonly maxOutgoingBytes?: number;
  /** Fragments of one message; more close the connection with 1008. @default 1024 */
  readonly maxFragments?: number;
  /** Pieces in which the network may bring what is not whole yet; more close the connection with 1008. @default 4096 */
  readonly maxBufferedChunks?: number;
  /** Handlers of one socket that run at a time before reading pauses, and streams before one is refused. @default 64 */
  readonly maxInFlight?: number;
  /** Rooms one client may join by itself. @default 128 */
  readonly maxRooms?: number;
  /** Joins one client may ask for a second, after twice `maxRooms` at once; more are refused. @default 10 */
  readonly joinsPerSecond?: number;
  /** How deep the JSON of a message may nest. @default 64 */
  readonly maxJsonDepth?: number;
  /** How many keys and items a message may have in all. @default 10000 */
  readonly maxJsonKeys?: number;
  /** Messages of one client a second; what comes faster is read later. @default 100 */
  readonly messagesPerSecond?: number;
  /** Messages it may send at once before that. @default 1000, as many as wait in our client's outbox */
  readonly messageBurst?: number;
  /** Bytes of messages of one client a second; what comes faster is read later. @default 262144, or `maxMessageBytes` */
  readonly bytesPerSecond?: number;
  /** Bytes it may send at once before that. @default 1048576, or four times `maxMessageBytes` */
  readonly byteBurst?: number;
  /** Messages within 10 s that may be no frames; the next one closes the connection with 4429. @default 10 */
  readonly badFramesPer10s?: number;
  /** Connections that one address may ask for a second; more get 429. @default 50 */
  readonly upgradesPerSecondPerIp?: number;
  /** Connections it may ask for at once before that. @default 200 */
  readonly upgradeBurstPerIp?: number;
  /** Connections that one address may have; more get 429. An office has one address. @default 1000 */
  readonly socketsPerIp?: number;
  /** Connections that one user may have; more are closed with 4429. @default 20 */
  readonly socketsPerUser?: number;
  /** Connections in all; more get 503. @default 100000, which is more than most machines have descriptors for */
  readonly maxClients?: number;
  /** Headers that a handshake may have; one with more gets 431. @default 64 */
  readonly maxHeaders?: number;
  /** Connections that may be asked who they are at a time; more get 503. @default 1000 */
  readonly maxAuthenticating?: number;
  /** How long `authenticate` may take, and `recheck`, in ms; a connection is refused with 503 then. @default 5000 */
  readonly authenticateTimeoutMs?: number;
  /** How long a client may take to say `$hello`, in ms; it is closed with 4408 then. @default 10000 */
  readonly helloTimeoutMs?: number;
  /** How long a client whose identity has expired may take to renew it, in ms; it is closed with 4401 then. @default 25000 */
  readonly renewTimeoutMs?: number;
  /** How often `recheck` is asked about each connection, in ms, ± 10 %. @default 1800000, half an hour */
  readonly recheckIntervalMs?: number;
  /** How long a peer may take to answer a close, in ms; its connection is cut then. @default 5000 */
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

/** The defaults where these are given: whoever allows larger messages wants them read, and not one a minute, and answered. */
export function limitsBeside({ maxMessageBytes = 0 }: LimitOptions): Required<LimitOptions> {
  const { bytesPerSecond, byteBurst, maxOutgoingBytes } = defaultLimits;
  return {
    ...defaultLimits,
    maxOutgoingBytes: Math.max(maxOutgoingBytes, maxMessageBytes),
    bytesPerSecond: Math.max(bytesPerSecond, maxMessageBytes),
    byteBurst: Math.max(byteBurst, 4 * maxMessageBytes),
  };
}
