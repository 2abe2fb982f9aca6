// How frames look on the wire, as a client reads and writes them. Everything above a dialect sees `Frame`s only.
import { subprotocol, type Frame } from '@wirepact/core/internal';

/** How a client reads and writes frames. */
export interface ClientDialect {
  /** The subprotocol to negotiate for what goes beyond plain messages; without one the dialect is plain for ever. */
  readonly subprotocol?: string;
  /** Whether rooms can be joined where only plain messages are spoken. */
  readonly joins?: boolean;
  /** Reads one text message; `undefined` when it is no frame. */
  decode(text: string): Frame | undefined;
  encode(frame: Frame): string;
}

/** `{path, data}`, the default. `wirepact.v1` is negotiated on top of it. */
export const pathData: ClientDialect = {
  subprotocol,
  decode(text) {
    try {
      const frame = JSON.parse(text) as Frame;
      return typeof frame.path === 'string' ? frame : undefined;
    } catch {
      return undefined;
    }
  },
  encode: (frame) => JSON.stringify(frame),
};
