// How a client asks to be let in, as a server sees it.
import type { UpgradeRequest } from '@wirepact/server';

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>;
  readonly remoteAddress?: string;
  readonly url?: string;
  /** Speaks no protocol of ours. */
  readonly isPlain?: boolean;
  readonly token?: string;
}

export function requestOf({ headers, remoteAddress, url, isPlain, token }: Asking = {}): UpgradeRequest {
  const offered = isPlain === true ? [] : ['wirepact.v1'];
  if (token !== undefined) offered.push(`wirepact.auth.${Buffer.from(token).toString('base64url')}`);
  return {
    headers: {
      host: 'app.example',
      ...(offered.length > 0 && { 'sec-websocket-protocol': offered.join(', ') }),
      ...headers,
    },
    url: url ?? '/ws',
    remoteAddress: remoteAddress ?? '203.0.113.7',
    encrypted: false,
  };
}
