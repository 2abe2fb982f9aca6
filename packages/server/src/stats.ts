// The counters behind `stats()`. Whatever is dropped or refused is counted here.
import type { Amplifier } from './limits/amplification.js';

/** What a {@link SocketManager} holds now, and what it has counted since it was made. */
export interface Stats {
  /** Clients now, including suspended ones. */
  readonly clients: number;
  /** Clients that are disconnected now and may return. */
  readonly suspended: number;
  /** Users with at least one client now. */
  readonly users: number;
  /** Rooms with at least one member now. */
  readonly rooms: number;
  /** How many clients have come. */
  readonly connected: number;
  /** How many clients have gone for good. */
  readonly disconnected: number;
  /** How often a client lost its connection and its session was kept. */
  readonly suspensions: number;
  /** How often a client resumed its session. */
  readonly resumed: number;
  /** How often a client was told that it will not get some messages. */
  readonly gaps: number;
  /** How often a client read so slowly that it had to continue from a log. */
  readonly lagged: number;
  /** Size of all logs now, in bytes, including the `latest` values beside them. */
  readonly logBytes: number;
  /** Connections that were refused, by reason. */
  readonly refused: Readonly<Counters['refused']>;
  /** Messages that were received. */
  readonly received: number;
  /** Messages that were sent. A broadcast counts once per receiver. */
  readonly sent: number;
  /** Messages that were malformed: no valid frame, nested too deeply, with too many keys, or binary. */
  readonly badFrames: number;
  /**
   * Messages that were not sent, by reason.
   * `volatile` ones to a slow or disconnected client, `latest` ones `replaced` by a newer value, and messages to a client that
   * is `gone`, or was given up for being too slow.
   */
  readonly dropped: { readonly volatile: number; readonly replaced: number; readonly gone: number };
  /** How often a client met one of the limits, by limit. */
  readonly limited: Readonly<Counters['limited']>;
  /** The ten clients that caused the most sends, in descending order. */
  readonly amplifiers: readonly Amplifier[];
  /** Connections that were closed because the client read too slowly. */
  readonly slowClosed: number;
  /** Connections that were closed because the client was silent. */
  readonly silentClosed: number;
}

/** The counters behind {@link Stats}, each incremented where the thing happens. */
export interface Counters {
  connected: number;
  disconnected: number;
  suspensions: number;
  resumed: number;
  gaps: number;
  lagged: number;
  received: number;
  sent: number;
  badFrames: number;
  slowClosed: number;
  silentClosed: number;
  readonly refused: {
    /** Requests that were not a valid WebSocket handshake, or had too many headers. */
    handshake: number;
    /** Requests for a name that is not in `hosts`. */
    host: number;
    /** Connections whose page, or program, the `origins` option does not allow. */
    origin: number;
    /** Connections that `authenticate` refused, or for which it failed or took too long. */
    identity: number;
    /** Connections refused because the server was not ready or too busy, or the total backlog was too large. */
    overload: number;
    /** Connections refused by `limits.upgradesPerSecondPerIp`. */
    rate: number;
    /** Connections refused by `limits.socketsPerIp`. */
    address: number;
    /** Connections refused by `limits.socketsPerUser`. */
    user: number;
    /** Connections refused by `limits.maxClients`. */
    clients: number;
    /** Connections that a server of `listen` closed at once, to keep file descriptors free (on Linux). */
    descriptors: number;
  };
  readonly dropped: { volatile: number; replaced: number; gone: number };
  readonly limited: {
    /** How often a client exceeded the rates and was read later. */
    reading: number;
    /** Connections closed for more malformed frames than `limits.badFramesPer10s`. */
    badFrames: number;
    /** Joins refused by `limits.joinsPerSecond` or `limits.maxRooms`. */
    joins: number;
    /** Streams refused because `limits.maxInFlight` were open. */
    streams: number;
    /** Compressed messages dropped, beyond 64 KiB, because the client closed while it was being read later. */
    unread: number;
  };
}

/** Counters that are all zero. */
export function createCounters(): Counters {
  return {
    connected: 0,
    disconnected: 0,
    suspensions: 0,
    resumed: 0,
    gaps: 0,
    lagged: 0,
    received: 0,
    sent: 0,
    badFrames: 0,
    slowClosed: 0,
    silentClosed: 0,
    refused: {
      handshake: 0,
      host: 0,
      origin: 0,
      identity: 0,
      overload: 0,
      rate: 0,
      address: 0,
      user: 0,
      clients: 0,
      descriptors: 0,
    },
    dropped: { volatile: 0, replaced: 0, gone: 0 },
    limited: { reading: 0, badFrames: 0, joins: 0, streams: 0, unread: 0 },
  };
}
