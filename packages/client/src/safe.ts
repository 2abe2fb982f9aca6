// Turns a rejection into a value whose type is known.
import type { SocketError } from '@wirepact/core';

/**
 * Waits for `promise` and gives its error or its value, for those who would rather not `try`.
 *
 * @example
 * ```ts
 * const [error, reply] = await safe(client.request('chat', draft));
 * if (error?.code === 'MUTED') showUntil(error.data.until);
 * ```
 */
export function safe<TValue, TError = SocketError>(
  promise: PromiseLike<TValue> & { readonly '~error'?: TError },
): Promise<[error: TError, value: undefined] | [error: undefined, value: TValue]> {
  return Promise.resolve(promise).then(
    (value): [undefined, TValue] => [undefined, value],
    (error: TError): [TError, undefined] => [error, undefined],
  );
}
