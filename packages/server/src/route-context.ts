// What a route is given as its third argument. Its signal is made only when a route asks for it.
import { ChannelError, type AnyChannels } from '@wirepact/core';
import type { Call } from './call.js';
import type { RouteContext } from './route.js';
import type { SocketManager } from './socket-manager.js';

type AnySockets = SocketManager<AnyChannels, unknown>;

/** What a route is given as its third argument. */
export class HandlingContext implements RouteContext<typeof fail, AnySockets> {
  readonly sockets: AnySockets;
  readonly fail: typeof fail = fail;
  readonly #call: Call;

  constructor(call: Call, sockets: AnySockets) {
    this.#call = call;
    this.sockets = sockets;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  get messageId(): string {
    return this.#call.messageId;
  }
}

// that the channel declares the code, and the data fits, is said by the route's types and checked when it is thrown
function fail(code: string, data?: unknown): ChannelError {
  return new ChannelError(code, data);
}
