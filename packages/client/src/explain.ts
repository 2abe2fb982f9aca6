// The full texts of the client's errors, for the package condition `development`, which Vite and webpack set during
// development. Elsewhere explain.production.ts replaces this file, through "imports" in package.json.
import type { ErrorCode } from '@wirepact/core';

const texts: { readonly [TCode in ErrorCode]?: (about: string | number) => string } = {
  bad_frame: () => 'the server sent something that is no frame; is another server at this address?',
  unknown_path: () => 'the server asked, and no handler answers; register one with `handle`',
  invalid_input: (issue) =>
    issue === '' ? 'this is no name of a room' : `the data does not fit the contract: ${issue}`,
  invalid_output: (issue) => `the answer does not fit the contract: ${issue}`,
  invalid_message: (issue) => `what the server sent does not fit the contract: ${issue}`,
  internal: () => 'the handler failed; what it threw comes out of the client’s `onError`',
  message_too_large: (about) =>
    typeof about === 'number'
      ? `the server takes messages of ${about} bytes at most; send less, or raise its limit`
      : `a message was larger than the server accepts (${about}); send less, or raise its limit`,
  unauthenticated: (said) => `the server knows no such user (${said}); see what \`getToken\` returns`,
  forbidden: (said) => `the server refuses this user (${said})`,
  denied: (room) => `the server took the room "${room}" away`,
  timeout: (ms) => `no answer came in ${ms} ms; raise \`timeoutMs\` if the server may take longer`,
  aborted: () => 'its signal aborted',
  unknown_outcome: () =>
    'its session was lost after it was written, so that it may have been done or not; mark the channel `idempotent` to have it sent again',
  outbox_full: () =>
    'too much waits for the connection; raise `outbox` or make the channel `latest` or `volatile`',
  expired: () => 'it waited for longer than `outbox.maxAgeMs`',
  closed: (said) =>
    said === ''
      ? 'the client is closed; `connect()` opens it again'
      : `the connection is over for good: ${said}`,
  unsupported: (said) =>
    said === '' ? 'the server knows no rooms' : `the server speaks another version of the protocol (${said})`,
};

export function explain(code: ErrorCode, about: string | number = ''): string {
  return ` ${texts[code]?.(about) ?? ''}`.trimEnd();
}
