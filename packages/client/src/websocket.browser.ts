// The WebSocket class of the browser, looked up when asked for: rendering on a server has none, and needs none.
import type { WebSocketClass } from './client-options.js';

export function platformWebSocket(_url: string): WebSocketClass {
  return globalThis.WebSocket;
}
