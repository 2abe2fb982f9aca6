// A dialect is how frames look on the wire. Everything above it sees `Frame`s only.
import { decodeFrame, encodeFrame, type Decoded } from './codec.js';
import type { FrameHead } from './frames.js';
import { subprotocol } from './protocol.js';

/** How frames look on the wire. */
export interface Dialect {
  readonly name: string;
  /** The subprotocol to negotiate for what goes beyond plain messages; without one the dialect is plain for ever. */
  readonly subprotocol?: string;
  /** Reads one text message. */
  decode(text: string): Decoded;
  /** Writes one message whose data is JSON already. */
  encode(path: string, json: string | undefined, head?: FrameHead): string;
  /** The protocol's own paths that a plain client of this dialect may use: `$join` and its like, under other names. */
  readonly plainPaths?: ReadonlySet<string>;
  /** Whether a plain client is told which room a message was sent to. */
  readonly namesRooms?: boolean;
  /** Names that mean something to the dialect itself, where no channel can have them: in what clients send, in what servers do. */
  readonly takenNames?: Readonly<Record<'in' | 'out', Pick<ReadonlySet<string>, 'has'>>>;
  /** What the dialect calls a path. @default the path itself */
  nameOf?(path: string): string;
  /** What a server says first on a plain connection, if the dialect has a greeting. */
  greeting?(sessionId: string): string;
}

/** `{path, data}`, the default. `wirepact.v1` is negotiated on top of it. */
export const pathData: Dialect = {
  name: 'path-data',
  subprotocol,
  decode: decodeFrame,
  encode: encodeFrame,
};
