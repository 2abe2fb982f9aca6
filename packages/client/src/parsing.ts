// What the contract's schemas say of what goes out and what came in, where the client carries them. Without them all passes.
import {
  ChannelError,
  type AnySchema,
  type ChannelDefinitions,
  type ErrorCode,
  type SocketError,
} from '@wirepact/core';
import { fromWireError, parse } from '@wirepact/core/internal';
import { failure } from './failure.js';

type SchemaKey = 'in' | 'out' | 'reply' | 'stream' | 'answer';

export class Parsing {
  readonly #channels: ChannelDefinitions | undefined;

  constructor(channels: ChannelDefinitions | undefined) {
    this.#channels = channels;
  }

  /** The JSON of what is sent: the original, once the schema agreed to it. */
  encode(path: string, key: 'in' | 'answer', data: unknown): string | undefined {
    check(data, {
      path,
      schema: this.#schema(path, key),
      code: key === 'in' ? 'invalid_input' : 'invalid_output',
    });
    // the declarations leave out that nothing is made of `undefined`
    return JSON.stringify(data);
  }

  /** What the schema makes of what was received. */
  decode(path: string, key: SchemaKey, data: unknown): unknown {
    return check(data, { path, schema: this.#schema(path, key) });
  }

  /** The answer to a request: `reply`, or `out` where the channel has none. */
  decodeAnswer(path: string, data: unknown): unknown {
    return this.decode(path, this.#schema(path, 'reply') ? 'reply' : 'out', data);
  }

  decodeError(path: string, wire: unknown): SocketError {
    const error = fromWireError(wire, path);
    const schema = this.#channels?.[path]?.errors?.[error.code];
    return schema
      ? new ChannelError(error.code, check(error.data, { path, schema }), error.message, { path })
      : error;
  }

  #schema(path: string, key: SchemaKey): AnySchema | undefined {
    return this.#channels?.[path]?.[key];
  }
}

interface Check {
  readonly path: string;
  readonly schema: AnySchema | undefined;
  readonly code?: ErrorCode;
}

function check(data: unknown, { path, schema, code = 'invalid_message' }: Check): unknown {
  if (schema === undefined) return data;
  const parsed = parse(schema, data, path);
  if (parsed.ok) return parsed.value;
  const { issues } = parsed;
  throw failure(code, issues[0]?.message, { path, data: { issues } });
}
