// What travels, both directions: application frames (`Frame`) and the protocol's own, whose paths begin with `$`.
import type { Delivery } from './contract.js';
import type { WireError } from './wire-error.js';

/** The answer's key to its question: the client's choice, a number or a string. */
export type FrameId = number | string;

/** What may stand in a frame beside its path and its data. */
export interface FrameHead {
  /** Asks for an answer, or is one. */
  readonly id?: FrameId;
  /** The room a message was sent to, `*` for everyone (`wirepact.v1` only). */
  readonly room?: string;
  /** Where a message stands in the log of its stream, and where the one before it does (`wirepact.v1` only). */
  readonly at?: number;
  readonly after?: number;
  /** The number of an event that is to be acknowledged (`wirepact.v1` only). */
  readonly seq?: number;
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

/** A position in a stream: the epoch of its log, and the last entry that was taken. */
export type Cursor = readonly [epoch: string, at: number];

/** Whole numbers from the first to the last of each pair, rising. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/**
 * Why something is missing for good:
 * - `epoch`: the log was made anew, as by a restart;
 * - `trimmed`: the log no longer holds it;
 * - `fork`: the log lost its end, and went on from an earlier position;
 * - `lost`: the session was given up;
 * - `denied`: the room may not be read any more;
 * - `lagged`: the client read so slowly that the log went on without it.
 */
export type GapCause = 'epoch' | 'trimmed' | 'fork' | 'lost' | 'denied' | 'lagged';

/** The data of the protocol's own frames, by path; PROTOCOL.md says when each is sent and what it asks of the receiver. */
export interface ProtocolData {
  readonly $hello: {
    readonly session?: string;
    readonly token?: string;
    readonly streams?: Readonly<Record<string, Cursor>>;
    /** Items that were received, by the id of what is unanswered. */
    readonly open?: Readonly<Record<string, number>>;
  };
  readonly $welcome: {
    readonly session: string;
    /** The secret that resumes the session. */
    readonly token: string;
    readonly resumed: boolean;
    readonly resumeForMs: number;
    /** Numbers that need not be sent again, when resumed. */
    readonly done?: Ranges;
    /** Where a new client stands. */
    readonly streams?: Readonly<Record<string, Cursor>>;
    readonly heartbeatMs: number;
    readonly limits: AnnouncedLimits;
    readonly channels: Readonly<Record<string, ChannelFacts>>;
  };
  readonly $stream: {
    readonly room: string;
    readonly epoch: string;
    readonly from: number;
    readonly count: number;
  };
  readonly $live: { readonly room: string; readonly at: number };
  readonly $gap: {
    readonly room: string;
    readonly why: GapCause;
    readonly from: Cursor;
    /** Where the stream goes on; absent where the client is not in it any more. */
    readonly to?: Cursor;
  };
  readonly $skip: undefined;
  readonly $ack: { readonly done?: Ranges; readonly inbox?: number };
  readonly $join: { readonly room: string; readonly from?: Cursor };
  readonly $leave: { readonly room: string; readonly why?: 'removed' };
  readonly $members: { readonly room: string; readonly members: Readonly<Record<string, unknown>> };
  readonly $member: { readonly room: string; readonly id: string; readonly info?: unknown };
  readonly $cancel: FrameId;
  readonly $more: { readonly id: FrameId; readonly n: number };
  readonly $ping: undefined;
  readonly $pong: undefined;
  readonly $reauth: undefined;
  readonly $auth: string;
  readonly $goodbye: { readonly why: string; readonly returnWithinMs?: number; readonly final?: true };
  readonly $error: WireError & { readonly path?: string };
}

/** The path of one of the protocol's own frames. */
export type ProtocolPath = keyof ProtocolData;
