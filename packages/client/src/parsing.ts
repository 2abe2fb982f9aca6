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

const outgoing: { readonly [TKey in SchemaKey]?: ErrorCode } = {
  in: 'invalid_input',
  answer: 'invalid_output',
};

export class Parsing {
  readonly #channels: ChannelDefinitions | undefined;

  constructor(channels: ChannelDefinitions | undefined) {
    this.#channels = channels;
  }

  /** What the schema makes of what was received. Of what is sent the original travels, once the schema agreed to it. */
  parse(path: string, key: SchemaKey, data: unknown): unknown {
    return parsed(path, data, this.#channels?.[path]?.[key], outgoing[key]);
  }

  /** The answer to a request: `reply`, or `out` where the channel has none. */
  parseAnswer(path: string, data: unknown): unknown {
    return this.parse(path, this.#channels?.[path]?.reply ? 'reply' : 'out', data);
  }

  parseError(path: string, wire: unknown): SocketError {
    const error = fromWireError(wire, path);
    const { code, message } = error;
    const schema = this.#channels?.[path]?.errors?.[code];
    return schema ? new ChannelError(code, parsed(path, error.data, schema), message, { path }) : error;
  }
}

function parsed(
  path: string,
  data: unknown,
  schema: AnySchema | undefined,
  code: ErrorCode = 'invalid_message',
): unknown {
  if (schema === undefined) return data;
  const result = parse(schema, data, path);
  if (result.ok) return result.value;
  const { issues } = result;
  throw failure(code, { path, data: { issues } }, issues[0]?.message);
}
