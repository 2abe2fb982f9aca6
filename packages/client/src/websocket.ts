// The WebSocket class outside browsers: isomorphic-ws, which is `ws` in Node. Browsers get websocket.browser.ts
// instead, through "imports" in package.json.
import WebSocket from 'isomorphic-ws';
import type { WebSocketClass } from './client-options.js';

/** The hosts for which a warning was emitted. */
const warned = new Set<string>();

/**
 * Warns once per host that others can read and change what is sent there. Browsers need no such warning: a page that
 * was loaded over TLS cannot connect without it. `NODE_OPTIONS=--disable-warning=WIREPACT_CLEARTEXT` silences it.
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

/** The class with which to open a socket to `url`. */
export function platformWebSocket(url: string): WebSocketClass {
  warnOfCleartext(url);
  return WebSocket;
}
