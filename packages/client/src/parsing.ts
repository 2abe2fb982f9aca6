// Runs the contract's schemas on what is sent and received, if the client carries them. Without them, everything
// passes.
import {
  ChannelError,
  type AnySchema,
  type ChannelDefinitions,
  type ErrorCode,
  type SocketError,
} from '@wirepact/core';
import { fromWireError, parse, parseIn } from '@wirepact/core/internal';
import { failure } from './failure.js';

type SchemaKey = 'in' | 'out' | 'reply' | 'stream' | 'answer';

const outgoing: { readonly [TKey in SchemaKey]?: ErrorCode } = {
  in: 'invalid_input',
  answer: 'invalid_output',
};

export interface Parsing {
  /** The schema's output for received data. Of data to be sent, the original is sent, once the schema accepts it. */
  parse(path: string, key: SchemaKey, data: unknown): unknown;
  /** Parses the answer to a request with `reply`, or with `out` if the channel has none. */
  parseAnswer(path: string, data: unknown): unknown;
  parseError(path: string, wire: unknown): SocketError;
}

export function createParsing(channels: ChannelDefinitions | undefined): Parsing {
  const parse = (path: string, key: SchemaKey, data: unknown): unknown =>
    parsed(path, data, channels?.[path]?.[key], outgoing[key]);
  return {
    parse,
    parseAnswer: (path, data) => parse(path, channels?.[path]?.reply ? 'reply' : 'out', data),
    parseError(path, wire) {
      const error = fromWireError(wire, path);
      const { code, message } = error;
      const schema = channels?.[path]?.errors?.[code];
      return schema ? new ChannelError(code, parsed(path, error.data, schema), message, { path }) : error;
    },
  };
}

function parsed(path: string, data: unknown, schema: AnySchema | undefined, code?: ErrorCode): unknown {
  if (schema === undefined) return data;
  // in received data, `null` and `{}` may stand for no data
  const result = (code ? parse : parseIn)(schema, data, path);
  if (result.ok) return result.value;
  const { issues } = result;
  throw failure(code ?? 'invalid_message', { path, data: { issues } }, issues[0]?.message);
}
