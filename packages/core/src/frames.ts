// What travels in both directions: application frames (`Frame`) and the protocol's own, whose paths begin with `$`.
import type { Delivery } from './contract.js';
import type { WireError } from './wire-error.js';

/** Identifies a request, and the answer to it. Whoever asks chooses it: a number or a string. */
export type FrameId = number | string;

/** The keys of a frame other than its path and its data. */
export interface FrameHead {
  /** Requests an answer, or marks the frame as the answer to the request with this id. */
  readonly id?: FrameId;
  /** The room to which a message was sent; `*` for everyone (`wirepact.v1` only). */
  readonly room?: string;
  /** The position of a message in its log, and (`after`) the position of the entry before it (`wirepact.v1` only). */
  readonly at?: number;
  readonly after?: number;
  /** The number of an event that the server must acknowledge (`wirepact.v1` only). */
  readonly seq?: number;
  /** The answer is this error. */
  readonly error?: WireError;
  /** The answer is one item of a stream, and more follow. */
  readonly more?: true;
  /** The number of a stream's item, counted from 1 (`wirepact.v1` only). */
  readonly n?: number;
  /** The stream has ended. */
  readonly end?: true;
}

/** One message on the wire. */
export interface Frame extends FrameHead {
  readonly path: string;
  readonly data?: unknown;
}

/** What a types-only client must know about a channel that differs from the defaults. */
export interface ChannelFacts {
  readonly delivery?: Delivery;
  readonly key?: string;
  readonly idempotent?: true;
}

/** The limits that a server announces. */
export interface AnnouncedLimits {
  readonly maxMessageBytes: number;
  readonly maxInFlight: number;
  readonly maxRooms: number;
}

/**
 * A position in a log: the epoch of the log, and the number of the last entry that the client has received.
 * The epoch names a log from its creation until it is lost. Positions of different epochs cannot be compared.
 */
export type Cursor = readonly [epoch: string, at: number];

/** Ranges of whole numbers in ascending order, each from the first to the last of its pair. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/**
 * Why messages cannot be recovered.
 * - `'epoch'`: the log was created anew, because the server restarted or Redis lost the log;
 * - `'trimmed'`: the log no longer reaches back that far;
 * - `'fork'`: Redis lost the end of the log, and the log continued from an earlier position;
 * - `'lost'`: the session expired or ended;
 * - `'denied'`: the client may not read these messages, or may no longer read the room;
 * - `'lagged'`: the client read so slowly that the log dropped messages before the client got them.
 */
export type GapCause = 'epoch' | 'trimmed' | 'fork' | 'lost' | 'denied' | 'lagged';

/** The data of the protocol's own frames, by path. PROTOCOL.md says when each is sent and what the receiver must do. */
export interface ProtocolData {
  readonly $hello: {
    readonly session?: string;
    readonly token?: string;
    readonly streams?: Readonly<Record<string, Cursor>>;
    /** How many items have arrived, by the id of each unanswered request. */
    readonly open?: Readonly<Record<string, number>>;
  };
  readonly $welcome: {
    readonly session: string;
    /** The secret with which the client resumes the session. */
    readonly token: string;
    readonly resumed: boolean;
    readonly resumeForMs: number;
    /** The numbers that the client need not send again, if the session was resumed. */
    readonly done?: Ranges;
    /** The client's position in each log, for a new session. */
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
    /** Where the log continues; absent if the client is no longer in the room. */
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
