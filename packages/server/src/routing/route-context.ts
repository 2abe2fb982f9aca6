// The third argument of a route. Its signal is created only when the route uses it.
import { ChannelError, type AnyChannels } from '@wirepact/core';
import type { Call } from './call.js';
import type { RouteContext } from './route.js';
import type { SocketManager } from '../socket-manager.js';

type AnySockets = SocketManager<AnyChannels, unknown>;

/** What a route is given as its third argument. */
export class HandlingContext implements RouteContext<typeof fail, AnySockets> {
  readonly fail: typeof fail = fail;
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  get sockets(): AnySockets {
    return this.#call.session.hub.manager;
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
