// The types of routes, of what they receive, and of the middleware around them.
import type { Awaitable, FailOf, RouteData, RoutePath, RouteResult } from '@wirepact/core';

/** The third argument of a route. */
export interface RouteContext<TFail, TSockets> {
  /** Aborts when the caller has cancelled, timed out or gone for good; that of a stream also when the stream has failed. */
  readonly signal: AbortSignal;
  /** The message's id: unique on this server, and the same for a message that is sent again. */
  readonly messageId: string;
  /** The manager that the route belongs to. A route that returns a value computed from the manager must take it from here. */
  readonly sockets: TSockets;
  /**
   * Makes an error that the channel declares.
   *
   * @example `throw fail('MUTED', { untilMs })`
   */
  readonly fail: TFail;
}

/**
 * Handles one message of a channel. What it returns is the answer.
 * The route of a channel with `stream` is an async generator.
 */
// data and result stand first, because TypeScript's messages about a wrong route show only its first type arguments
export interface Route<TData, TResult, TFail, TSocket, TSockets> {
  (socket: TSocket, data: TData, context: RouteContext<TFail, TSockets>): TResult;
}

/** The routes, by path. Only a channel that has `in` can have one; messages without a route go to `onMessage`. */
// no conditional type and no NoInfer around `Route`: it would fix the context before `authenticate` is read
export type Routes<TChannels, TSocket, TSockets> = {
  readonly [P in RoutePath<TChannels> & keyof TChannels]?: Route<
    RouteData<TChannels>[P],
    RouteResult<TChannels>[P],
    FailOf<TChannels>[P],
    TSocket,
    TSockets
  >;
};

/** A message on its way to a route, as middleware sees it. */
export interface RouteMessage {
  readonly path: string;
  /** The data as the channel's `in` parsed it. If no route takes the message, it is not validated. */
  readonly data: unknown;
  /** The message's id: unique on this server, and the same for a message that is sent again. */
  readonly messageId: string;
  /** Aborts when the caller has cancelled, timed out or gone for good; that of a stream also when the stream has failed. */
  readonly signal: AbortSignal;
}

/**
 * Runs around every route, and around `onMessage`. To reject a message, throw; to let it pass, call `next()`.
 * `next()` rejects with what the route throws, and middleware may throw something else instead. Catching the error does not
 * turn the message into a success.
 *
 * @example
 * ```ts
 * sockets.use(async (socket, message, next) => {
 *   const startedAt = performance.now();
 *   await next();
 *   log(message.path, performance.now() - startedAt);
 * });
 * ```
 */
export interface Middleware<TSocket> {
  (socket: TSocket, message: RouteMessage, next: () => Promise<void>): Awaitable<void>;
}
