// Makes the errors that the client itself finds: `[code] "path"`, and in development what happened and what to do.
import { explain } from '#explain';
import { SocketError, type ErrorCode, type SocketErrorOptions } from '@wirepact/core';

/** `about` is the figure or the text that belongs to the explanation. */
export function failure(
  code: ErrorCode,
  more: SocketErrorOptions = {},
  about?: string | number,
): SocketError {
  const where = more.path === undefined ? '' : ` "${more.path}"`;
  return new SocketError(code, `[${code}]${where}${explain(code, about)}`, more);
}
