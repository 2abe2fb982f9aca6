// How an error travels: its code and its text, then its data. The data of a contract's own code is under `data`; the
// details of the library's own codes (`issues`, `retryAfterMs`) are beside the code, where a reader of the frame sees
// them.
import { ChannelError, errorCodes, SocketError, type ErrorCode } from './errors.js';

/** An error as a frame contains it. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly data?: unknown;
  readonly [detail: string]: unknown;
}

/** The part of an error that crosses the wire. Its cause and its stack never do. */
export function toWireError(error: SocketError): WireError {
  const { code, message, data } = error;
  if (Object.hasOwn(errorCodes, code)) return { ...(typeof data === 'object' && data), code, message };
  return data === undefined ? { code, message } : { code, message, data };
}

/** The error that a frame contains. A malformed one becomes `internal`, because the other side broke the protocol. */
export function fromWireError(wire: unknown, path?: string): SocketError {
  const { code, message, data, ...details } = Object(wire) as Partial<WireError>;
  if (typeof code !== 'string') return new SocketError('internal', '[internal] no error code came', { path });
  const text = typeof message === 'string' ? message : undefined;
  if (!Object.hasOwn(errorCodes, code)) return new ChannelError(code, data, text, { path });
  return new SocketError(code as ErrorCode, text, {
    path,
    data: Object.keys(details).length > 0 ? details : undefined,
  });
}
