// What the contract's schemas say of what goes out and what came in, where the client carries them. Without them all passes.
import {
  ChannelError,
  SocketError,
  type AnySchema,
  type ChannelDefinitions,
  type ErrorCode,
} from '@wirepact/core';
import { fromWireError, parse } from '@wirepact/core/internal';

type SchemaKey = 'in' | 'out' | 'reply' | 'stream' | 'answer';

export class Parsing {
  readonly #channels: ChannelDefinitions | undefined;

  constructor(channels: ChannelDefinitions | undefined) {
    this.#channels = channels;
  }

  /** The JSON of what is sent: the original, once the schema agreed to it. Throws `code` where it did not. */
  encode(path: string, key: SchemaKey, data: unknown, code: ErrorCode): string | undefined {
    run(this.#schema(path, key), data, path, code);
    // the declarations leave out that nothing is made of `undefined`
    return JSON.stringify(data) as string | undefined;
  }

  /** What the schema makes of what was received. Throws `invalid_message` where it does not fit. */
  decode(path: string, key: SchemaKey, data: unknown): unknown {
    return run(this.#schema(path, key), data, path, 'invalid_message');
  }

  /** The answer to a request: `reply`, or `out` where the channel has none. */
  decodeAnswer(path: string, data: unknown): unknown {
    return this.decode(path, this.#schema(path, 'reply') ? 'reply' : 'out', data);
  }

  decodeError(path: string, wire: unknown): SocketError {
    const error = fromWireError(wire, path);
    const schema = this.#channels?.[path]?.errors?.[error.code];
    if (schema === undefined) return error;
    return new ChannelError(error.code, run(schema, error.data, path, 'invalid_message'), error.message, {
      path,
    });
  }

  #schema(path: string, key: SchemaKey): AnySchema | undefined {
    return this.#channels?.[path]?.[key];
  }
}

function run(schema: AnySchema | undefined, data: unknown, path: string, code: ErrorCode): unknown {
  if (schema === undefined) return data;
  const parsed = parse(schema, data, path);
  if (parsed.ok) return parsed.value;
  const { issues } = parsed;
  throw new SocketError(code, `[${code}] "${path}": ${issues[0]?.message ?? ''}`, { path, data: { issues } });
}
