// Makes the errors that the client itself finds. Their texts are short, since they travel with every page.
import { SocketError, type ErrorCode, type SocketErrorOptions } from '@wirepact/core';

/** An error that reads `[code] "path" detail`. */
export function failure(code: ErrorCode, detail = '', more: SocketErrorOptions = {}): SocketError {
  const about = more.path === undefined ? '' : ` "${more.path}"`;
  return new SocketError(code, `[${code}]${about} ${detail}`.trimEnd(), more);
}
