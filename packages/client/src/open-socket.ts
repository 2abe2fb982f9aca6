// Opens one WebSocket: its address, and what it offers. The only file that makes one.
import { platformWebSocket } from '#websocket';
import { tokenPrefix } from '@wirepact/core/internal';
import type { WebSocketLike } from './client-options.js';
import type { ResolvedClientOptions } from './options.js';

export interface Address {
  readonly url: string | URL;
  readonly token: string | undefined;
}

/** Throws what the platform throws for an address that no socket can be opened to. */
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

/** RFC 4648 section 5 without padding: what may stand in a subprotocol's name. */
function base64Url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
