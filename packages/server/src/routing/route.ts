// What answers a channel, as types: routes, what they are given, and the middleware around them.
import type { Awaitable, FailOf, RouteData, RoutePath, RouteResult } from '@wirepact/core';

/** What a route is given beside the socket and the data. */
export interface RouteContext<TFail, TSockets> {
  /** Aborts when the caller cancels, or is gone. */
  readonly signal: AbortSignal;
  /** Names this message: unique on this server. */
  readonly messageId: string;
  /** The manager the route belongs to. A route that returns what it computes from it needs it from here. */
  readonly sockets: TSockets;
  /**
   * Makes an error the channel declares.
   *
   * @example `throw fail('MUTED', { until })`
   */
  readonly fail: TFail;
}

/**
 * Answers one message of a channel. What it returns goes back to the caller; a channel with `stream` has an async
 * generator for a route.
 */
// data and result stand first, because messages about a wrong route name no more than its first type arguments
export interface Route<TData, TResult, TFail, TSocket, TSockets> {
  (socket: TSocket, data: TData, context: RouteContext<TFail, TSockets>): TResult;
}

/** A route for each channel that has `in`; a channel without a route goes to `onMessage`. */
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

/** A message on its way to a route. */
export interface RouteMessage {
  readonly path: string;
  /** What the channel's `in` made of it. */
  readonly data: unknown;
  /** Names this message: unique on this server. */
  readonly messageId: string;
  /** Aborts when the caller cancels, or is gone. */
  readonly signal: AbortSignal;
}

/**
 * Runs around every route, and around `onMessage`. It may refuse by throwing a `ChannelError`. It sees what the route throws
 * and may throw something else instead; a message whose route threw has failed, even when a middleware catches that.
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
