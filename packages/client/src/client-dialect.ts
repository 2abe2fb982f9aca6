// The formats in which a client reads and writes frames. The code above a dialect sees only `Frame`s.
import { subprotocol, type Frame } from '@wirepact/core/internal';

/** A format in which a client reads and writes frames. `@wirepact/client/dialect` has ready-made ones. */
export interface ClientDialect {
  /**
   * The subprotocol to negotiate for everything beyond plain messages. Without one, only plain messages are possible.
   */
  readonly subprotocol?: string;
  /** Whether the client can join rooms although the server speaks plain messages only. @default false */
  readonly joins?: boolean;
  /** Decodes one text message; returns `undefined` if it is not a frame. */
  decode(text: string): Frame | undefined;
  /** Encodes one frame as the text of a JSON object. */
  encode(frame: Frame): string;
}

/** `{path, data}` frames, the default dialect. `wirepact.v1` can be negotiated on top of it. */
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
