// Creates the errors that the client itself raises: `[code] "path"`, and during development what happened and what to
// do.
import { explain } from '#explain';
import { SocketError, type ErrorCode, type SocketErrorOptions } from '@wirepact/core';

/** @param about the number or the text that belongs into the explanation */
export function failure(
  code: ErrorCode,
  more: SocketErrorOptions = {},
  about?: string | number,
): SocketError {
  const where = more.path === undefined ? '' : ` "${more.path}"`;
  return new SocketError(code, `[${code}]${where}${explain(code, about)}`, more);
}
