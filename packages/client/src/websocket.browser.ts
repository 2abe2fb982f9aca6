// The browser's WebSocket class, looked up only when it is needed: during server rendering there is none.
import type { WebSocketClass } from './client-options.js';

export function platformWebSocket(_url: string): WebSocketClass {
  return globalThis.WebSocket;
}
