// What travels, both directions: application frames (`Frame`) and the protocol's own, whose paths begin with `$`.
import type { Delivery } from './contract.js';
import type { WireError } from './wire-error.js';

/** The answer's key to its question: the client's choice, a number or a string. */
export type FrameId = number | string;

/** What may stand in a frame beside its path and its data. */
export interface FrameHead {
  /** Asks for an answer, or is one. */
  readonly id?: FrameId;
  /** The room a message was sent to (`wirepact.v1` only). */
  readonly room?: string;
  /** The answer is this error. */
  readonly error?: WireError;
  /** One item of a stream; others follow. */
  readonly more?: true;
  /** The number of a stream's item, from 1 (`wirepact.v1` only). */
  readonly n?: number;
  /** The stream is over. */
  readonly end?: true;
}

/** One message on the wire. */
export interface Frame extends FrameHead {
  readonly path: string;
  readonly data?: unknown;
}

/** What a types-only client must know of a channel that departs from the defaults. */
export interface ChannelFacts {
  readonly delivery?: Delivery;
  readonly key?: string;
  readonly idempotent?: true;
}

/** The limits a server announces. */
export interface AnnouncedLimits {
  readonly maxMessageBytes: number;
  readonly maxInFlight: number;
  readonly maxRooms: number;
}

/** The data of the protocol's own frames, by path; PROTOCOL.md says when each is sent and what it asks of the receiver. */
export interface ProtocolData {
  readonly $hello: Record<string, never>;
  readonly $welcome: {
    readonly session: string;
    readonly resumed: boolean;
    readonly heartbeatMs: number;
    readonly limits: AnnouncedLimits;
    readonly channels: Readonly<Record<string, ChannelFacts>>;
  };
  readonly $join: { readonly room: string };
  readonly $leave: { readonly room: string; readonly why?: 'removed' };
  readonly $members: { readonly room: string; readonly members: Readonly<Record<string, unknown>> };
  readonly $member: { readonly room: string; readonly id: string; readonly info?: unknown };
  readonly $cancel: FrameId;
  readonly $more: { readonly id: FrameId; readonly n: number };
  readonly $ping: undefined;
  readonly $pong: undefined;
  readonly $reauth: undefined;
  readonly $auth: string;
  readonly $goodbye: { readonly why: string; readonly returnWithinMs?: number };
  readonly $error: WireError & { readonly path?: string };
}

/** The path of one of the protocol's own frames. */
export type ProtocolPath = keyof ProtocolData;
