// What Wirepact's own packages share and applications do not need. This entry may change in any version.
export {
  defaultReconnect,
  reconnectDelay,
  type ReconnectOptions,
  type ResolvedReconnectOptions,
} from './backoff.js';
export { channelFacts } from './channel-facts.js';
export { steadyClock, systemClock, type Clock } from './clock.js';
export {
  afterClose,
  closeCodes,
  closedNormally,
  closedForRestart,
  closedForSuspension,
  closedUnauthenticated,
  closedForbidden,
  closedByVersion,
  closedByTimeout,
  closedAbnormally,
  cutReason,
  type AfterClose,
} from './close-codes.js';
export { decodeFrame, encodeFrame, type Decoded } from './codec.js';
export { pathData, type Dialect } from './dialect.js';
export { eventPayloadClient, eventPayloadServer } from './event-payload.js';
export type {
  AnnouncedLimits,
  ChannelFacts,
  Cursor,
  Frame,
  FrameHead,
  FrameId,
  GapCause,
  ProtocolData,
  ProtocolPath,
  Ranges,
} from './frames.js';
export { streamWindow, subprotocol, tokenPrefix } from './protocol.js';
export { parse, parseIn, type AnySchema } from './schema.js';
export type { Transport, TransportListener } from './transport.js';
export { fromWireError, toWireError, type WireError } from './wire-error.js';
