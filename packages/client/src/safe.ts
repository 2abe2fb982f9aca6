// Turns a rejection into a typed value.
import type { SocketError } from '@wirepact/core';

/**
 * Waits for a promise and resolves to its error or its value, instead of rejecting.
 *
 * @example
 * ```ts
 * const [error, reply] = await safe(client.request('chat', draft));
 * if (error?.code === 'MUTED') console.log(new Date(error.data.untilMs));
 * else if (error) console.log(error.message);
 * else console.log(reply.id);
 * ```
 * @returns `[error, undefined]` if the promise rejects, `[undefined, value]` if it resolves
 */
export function safe<TValue, TError = SocketError>(
  promise: PromiseLike<TValue> & { readonly '~error'?: TError },
): Promise<[error: TError, value: undefined] | [error: undefined, value: TValue]> {
  return Promise.resolve(promise).then(
    (value): [undefined, TValue] => [undefined, value],
    (error: TError): [TError, undefined] => [error, undefined],
  );
}
