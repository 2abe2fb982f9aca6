// How large a message is, and whether the server takes it: over one that is too large it ends the connection for good.
import type { Welcome } from './connection.js';
import { failure } from './failure.js';

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Throws `message_too_large` for what is larger than the server announced that it takes. */
export function refuseTooLarge(path: string, text: string, welcome: Welcome | undefined): void {
  const max = welcome?.limits.maxMessageBytes ?? Infinity;
  // a character of JavaScript is three bytes of UTF-8 at most: short texts need no count
  if (text.length * 3 > max && byteLength(text) > max) throw failure('message_too_large', { path }, max);
}
