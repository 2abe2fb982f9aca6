// Counters: what happened, so that nothing is dropped without a trace.
import type { Amplifier } from './limits/amplification.js';

/** What a {@link SocketManager} has counted since it was made, and what it holds now. */
export interface Stats {
  /** Clients that are here now, suspended ones included. */
  readonly clients: number;
  /** Clients that are here and whose connections are away. */
  readonly suspended: number;
  /** Users that are here now. */
  readonly users: number;
  /** Rooms somebody is in now. */
  readonly rooms: number;
  /** Clients that came. */
  readonly connected: number;
  /** Clients that went. */
  readonly disconnected: number;
  /** How often a client lost its connection and was waited for, and how often it came back to the same session. */
  readonly suspensions: number;
  readonly resumed: number;
  /** How often a client was told that something is missing for good. */
  readonly gaps: number;
  /** How often a slow client was put off to read from a log later. */
  readonly lagged: number;
  /** Bytes of messages that logs hold now, and of `latest` values beside them. */
  readonly logBytes: number;
  /** Connections that were refused, by why. */
  readonly refused: Readonly<Counters['refused']>;
  /** Messages that were received. */
  readonly received: number;
  /** Messages that were sent, each receiver counted. */
  readonly sent: number;
  /** Messages that were no frames, or too deep, or binary. */
  readonly badFrames: number;
  /** Messages that were not sent, by why: `volatile` to a slow client, `latest` replaced by a newer one, the client gone. */
  readonly dropped: { readonly volatile: number; readonly replaced: number; readonly gone: number };
  /** What met a limit on what a client may do: pauses of its reading, connections closed for bad frames, joins and streams that were refused, messages that were never read. */
  readonly limited: Readonly<Counters['limited']>;
  /** Who made the server send most to others, the ten that did. */
  readonly amplifiers: readonly Amplifier[];
  /** Connections that were closed because too much waited for them. */
  readonly slowClosed: number;
  /** Connections that were given up because they were silent. */
  readonly silentClosed: number;
}

/** The counters behind {@link Stats}, written by whoever sees the thing happen. */
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
    /** What asked was no handshake, or had too many headers. */
    handshake: number;
    /** The server is not asked for by that name. */
    host: number;
    origin: number;
    identity: number;
    /** Too many were being identified, or too much was waiting for those that are here. */
    overload: number;
    /** Its address asks too often… */
    rate: number;
    /** …or has too many, */
    address: number;
    /** or its user has. */
    user: number;
    /** There are too many in all, */
    clients: number;
    /** or too many on a server of `listen` for its file descriptors. */
    descriptors: number;
  };
  readonly dropped: { volatile: number; replaced: number; gone: number };
  readonly limited: {
    reading: number;
    badFrames: number;
    joins: number;
    streams: number;
    /** Compressed messages of a client that was read later, and closed before: beyond 64 KiB nobody reads them. */
    unread: number;
  };
}

/** All zero. */
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
