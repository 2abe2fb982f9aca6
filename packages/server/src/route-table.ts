// Which handler takes which path, and the middleware around all of them.
import type { AnyChannels, ChannelDefinitions } from '@wirepact/core';
import type { Call } from './call.js';
import type { AnySocket } from './hub.js';
import type { Middleware, Route, RouteMessage } from './route.js';
import type { SocketManager } from './socket-manager.js';

/** A route of whatever channel. */
export type AnyRoute = Route<unknown, unknown, unknown, AnySocket, SocketManager<AnyChannels, unknown>>;

/** Which handler takes which path. */
export class RouteTable {
  readonly #channels: ChannelDefinitions;
  readonly #routes = new Map<string, AnyRoute>();
  readonly #middleware: Middleware<AnySocket>[] = [];

  constructor(channels: ChannelDefinitions) {
    this.#channels = channels;
  }

  find(path: string): AnyRoute | undefined {
    return this.#routes.get(path);
  }

  /** @throws TypeError when the path cannot have a route, or has one */
  add(path: string, route: AnyRoute): () => void {
    if (!Object.hasOwn(this.#channels, path) || this.#channels[path]?.in === undefined) {
      throw new TypeError(
        `no channel "${path}" with "in" is in the contract; a route answers what the server receives`,
      );
    }
    if (typeof route !== 'function') throw new TypeError(`the route of "${path}" is not a function`);
    if (this.#routes.has(path))
      throw new TypeError(`channel "${path}" has a route already; remove that one first`);
    this.#routes.set(path, route);
    return () => {
      if (this.#routes.get(path) === route) this.#routes.delete(path);
    };
  }

  use(middleware: Middleware<AnySocket>): () => void {
    this.#middleware.push(middleware);
    return () => {
      const index = this.#middleware.indexOf(middleware);
      if (index >= 0) this.#middleware.splice(index, 1);
    };
  }

  /** Runs `handle` inside the middleware; resolves to what it returned. Without middleware nothing is waited for. */
  run(socket: AnySocket, call: Call, data: unknown, handle: () => unknown): unknown {
    if (this.#middleware.length === 0) return handle();
    const message: RouteMessage = {
      path: call.path,
      data,
      messageId: call.messageId,
      get signal() {
        return call.signal;
      },
    };
    return this.#runAround(socket, message, handle);
  }

  async #runAround(socket: AnySocket, message: RouteMessage, handle: () => unknown): Promise<unknown> {
    const chain = [...this.#middleware];
    let result: unknown;
    const step = async (index: number): Promise<void> => {
      const middleware = chain[index];
      if (middleware === undefined) {
        result = await handle();
        return;
      }
      let called = false;
      await middleware(socket, message, () => {
        if (called)
          return Promise.reject(new TypeError(`a middleware of "${message.path}" called next() twice`));
        called = true;
        return step(index + 1);
      });
    };
    await step(0);
    return result;
  }
}
