// The WebSocket class where there is no browser: isomorphic-ws, which is `ws` there. Browsers get websocket.browser.ts
// instead, through "imports" in package.json.
import WebSocket from 'isomorphic-ws';
import type { WebSocketClass } from './client-options.js';

export function platformWebSocket(): WebSocketClass {
  return WebSocket;
}
