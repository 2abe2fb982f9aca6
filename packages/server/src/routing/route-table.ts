// Which route takes which path, and the middleware around all of them.
import type { AnyChannels, AnySchema, ChannelDefinition, ChannelDefinitions } from '@wirepact/core';
import type { Call } from './call.js';
import type { AnySocket } from '../hub.js';
import type { Middleware, Route, RouteMessage } from './route.js';
import type { SocketManager } from '../socket-manager.js';

/** A route of whatever channel. */
export type AnyRoute = Route<unknown, unknown, unknown, AnySocket, SocketManager<AnyChannels, unknown>>;

/** A route and the channel it answers. */
export interface TableEntry {
  readonly route: AnyRoute;
  readonly channel: ChannelDefinition & { readonly in: AnySchema };
}

/** Which handler takes which path. */
export class RouteTable {
  readonly #channels: ChannelDefinitions;
  readonly #entries = new Map<string, TableEntry>();
  readonly #middleware = new Set<{ readonly middleware: Middleware<AnySocket> }>();

  constructor(channels: ChannelDefinitions) {
    this.#channels = channels;
  }

  find(path: string): TableEntry | undefined {
    return this.#entries.get(path);
  }

  /** @throws TypeError when the path cannot have a route, or has one */
  add(path: string, route: AnyRoute): () => void {
    const channel = Object.hasOwn(this.#channels, path) ? this.#channels[path] : undefined;
    if (channel?.in === undefined) {
      throw new TypeError(
        `no channel "${path}" with "in" is in the contract; a route answers what the server receives`,
      );
    }
    if (typeof route !== 'function') throw new TypeError(`the route of "${path}" is not a function`);
    if (this.#entries.has(path))
      throw new TypeError(`channel "${path}" has a route already; remove that one first`);
    const entry: TableEntry = { route, channel: { ...channel, in: channel.in } };
    this.#entries.set(path, entry);
    return () => {
      if (this.#entries.get(path) === entry) this.#entries.delete(path);
    };
  }

  /** @throws TypeError for what is no function */
  use(middleware: Middleware<AnySocket>): () => void {
    if (typeof middleware !== 'function') throw new TypeError('the middleware is not a function');
    // the same function may be there several times
    const entry = { middleware };
    this.#middleware.add(entry);
    return () => this.#middleware.delete(entry);
  }

  /** Runs `work` inside the middleware; gives what it returned. Without middleware nothing is waited for. */
  run(call: Call, data: unknown, work: () => unknown): unknown {
    if (this.#middleware.size === 0) return work();
    const { path, messageId } = call;
    const message: RouteMessage = {
      path,
      data,
      messageId,
      get signal() {
        return call.signal;
      },
    };
    return runAround(
      Array.from(this.#middleware, ({ middleware }) => middleware),
      call.session.socket,
      message,
      work,
    );
  }
}

async function runAround(
  chain: readonly Middleware<AnySocket>[],
  socket: AnySocket,
  message: RouteMessage,
  work: () => unknown,
): Promise<unknown> {
  let result: unknown;
  const step = async (index: number): Promise<void> => {
    const middleware = chain[index];
    if (middleware === undefined) {
      result = await work();
      return;
    }
    let inner: Promise<void> | undefined;
    await middleware(socket, message, () => {
      if (inner !== undefined) throw new TypeError(`a middleware of "${message.path}" called next() twice`);
      inner = step(index + 1);
      // it may not be waited for, and its failure must not end the process
      inner.catch(() => undefined);
      return inner;
    });
    await inner;
  };
  await step(0);
  return result;
}
