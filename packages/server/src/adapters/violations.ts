// The close code and reason for a message that breaks RFC 6455 or a limit, from what `ws` reports.

/** The close code for text that is not UTF-8 (RFC 6455 section 7.4.1). */
export const notUtf8 = 1007;

/** The close codes of what `ws` itself refuses, by the codes of its errors. */
const closeCodesOf: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_INVALID_UTF8: notUtf8,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
};
const protocolError = 1002;

/** `undefined` for an error of the network, which is no violation. */
export function violationOf({
  code,
  message,
}: Error & { readonly code?: string }): { readonly code: number; readonly reason: string } | undefined {
  if (code?.startsWith('WS_ERR_') !== true) return undefined;
  return { code: closeCodesOf[code] ?? protocolError, reason: message };
}
