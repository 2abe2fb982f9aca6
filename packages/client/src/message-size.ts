// Measures messages, and refuses those larger than the server accepts: it would close the connection for good over one.
import type { Welcome } from './connection.js';
import { failure } from './failure.js';

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** @throws SocketError `message_too_large`, if the message is larger than the server announced that it accepts */
export function refuseTooLarge(path: string, text: string, welcome: Welcome | undefined): void {
  const max = welcome?.limits.maxMessageBytes ?? Infinity;
  // a character of JavaScript is at most three bytes of UTF-8, so short texts need not be measured
  if (text.length * 3 > max && byteLength(text) > max) throw failure('message_too_large', { path }, max);
}
