// Opens one WebSocket: resolves its address and offers the subprotocols. The only file that creates sockets.
import { platformWebSocket } from '#websocket';
import { tokenPrefix } from '@wirepact/core/internal';
import type { WebSocketLike } from './client-options.js';
import type { ResolvedClientOptions } from './options.js';

export interface Address {
  readonly url: string | URL;
  readonly token: string | undefined;
}

/** Throws what the platform throws for an address to which no socket can be opened. */
export function openSocket(options: ResolvedClientOptions, { url, token }: Address): WebSocketLike {
  const { subprotocol } = options.dialect;
  const offered = subprotocol === undefined ? [] : [subprotocol];
  if (token !== undefined) offered.push(tokenPrefix + base64Url(token));
  const address = absolute(url);
  const Socket = options.WebSocket ?? platformWebSocket(address);
  return new Socket(address, offered);
}

function absolute(url: string | URL): string {
  return new URL(url, globalThis.location?.href).href.replace(/^http/, 'ws');
}

/** Base64url without padding (RFC 4648 section 5), which a subprotocol's name may contain. */
function base64Url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
