// A dialect is a format of frames on the wire. The code above it sees only `Frame`s.
import { decodeFrame, encodeFrame, type Decoded } from './codec.js';
import type { FrameHead } from './frames.js';
import { subprotocol } from './protocol.js';

/** A format of frames on the wire. */
export interface Dialect {
  readonly name: string;
  /**
   * The subprotocol to negotiate for everything beyond plain messages. Without one, only plain messages are possible.
   */
  readonly subprotocol?: string;
  /** Decodes one text message. */
  decode(text: string): Decoded;
  /** Encodes one message whose data is already JSON. */
  encode(path: string, json: string | undefined, head?: FrameHead): string;
  /**
   * The protocol's own paths, such as `$join`, that a plain client of this dialect may use under the dialect's own
   * names.
   */
  readonly plainPaths?: ReadonlySet<string>;
  /** Whether frames tell a plain client to which room a message was sent. */
  readonly namesRooms?: boolean;
  /**
   * Names with a meaning of their own in this dialect, which no channel can have: in what clients send, and in what
   * servers send.
   */
  readonly takenNames?: Readonly<Record<'in' | 'out', Pick<ReadonlySet<string>, 'has'>>>;
  /** The dialect's name for a path. @default the path itself */
  nameOf?(path: string): string;
  /** The server's first message on a plain connection, if the dialect has a greeting. */
  greeting?(sessionId: string): string;
}

/** `{path, data}` frames, the default dialect. `wirepact.v1` can be negotiated on top of it. */
export const pathData: Dialect = {
  name: 'path-data',
  subprotocol,
  decode: decodeFrame,
  encode: encodeFrame,
};
