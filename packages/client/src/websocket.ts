// The WebSocket class where there is no browser: isomorphic-ws, which is `ws` there. Browsers get websocket.browser.ts
// instead, through "imports" in package.json.
import WebSocket from 'isomorphic-ws';
import type { WebSocketClass } from './client-options.js';

/** Hosts that were spoken of. */
const warned = new Set<string>();

/**
 * Says once of each host that what is sent there can be read and changed on its way. A browser needs no such word: it lets no
 * page that came over TLS connect without. `NODE_OPTIONS=--disable-warning=WIREPACT_CLEARTEXT` silences it.
 */
function warnOfCleartext(url: string): void {
  const { protocol, host, hostname } = new URL(url);
  if (protocol !== 'ws:' || isLoopback(hostname) || warned.has(host)) return;
  warned.add(host);
  const text = `ws://${host} is not encrypted: tokens and messages can be read on their way. Use wss://`;
  globalThis.process?.emitWarning(text, { code: 'WIREPACT_CLEARTEXT' });
}

function isLoopback(hostname: string): boolean {
  return hostname === '[::1]' || /^(127(\.\d+){3}|(.+\.)?localhost)$/.test(hostname);
}

/** The class to open a socket to `url` with. */
export function platformWebSocket(url: string): WebSocketClass {
  warnOfCleartext(url);
  return WebSocket;
}
