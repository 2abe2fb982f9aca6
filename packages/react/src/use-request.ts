// A request as React state: made by calling `run`, never by rendering.
import type { Client } from '@wirepact/client';
import type { Failable, Failure, Form, Reply, RequestArgs, RequestPath } from '@wirepact/core';
import { useState } from 'react';
import { useClientStore, type Source } from './use-client-store.js';

/** How long a request may take. */
export interface RunOptions {
  /** Fails with `timeout` after this many ms. @default the client's `requestTimeoutMs` */
  readonly timeoutMs?: number;
}

/** The newest request of a component, and the way to make one. */
export interface RequestState<TArgs extends readonly unknown[], TReply, TError> {
  /** The newest answer; it stays while the next one is awaited, and when that one fails. */
  readonly data: TReply | undefined;
  /** What the newest request failed with. */
  readonly error: TError | undefined;
  /** Whether the newest request is under way. */
  readonly pending: boolean;
  /**
   * Makes a request. An earlier one goes on, and its promise settles, but only the newest shows in `data` and `error`.
   * What is under way on unmount is aborted. The promise rejects as well; it may be left alone.
   */
  readonly run: (...args: TArgs) => Failable<TReply, TError>;
}

/** Makes requests on `path` when `run` is called, and tells what came of the newest. */
export function useRequest<TChannels, TForm extends Form, TPath extends RequestPath<TChannels>>(
  client: Client<TChannels, TForm>,
  path: TPath,
): RequestState<
  RequestArgs<TChannels, RunOptions>[TPath],
  Reply<TChannels, TForm>[TPath],
  Failure<TChannels, TForm>[TPath]
> {
  // not useId, whose ids two hydrated roots on one page have in common
  const [id] = useState(() => ++lastId);
  return useClientStore(client, { request: path as string, id }, requestsOn) as never;
}

let lastId = 0;

type State = RequestState<never, unknown, unknown>;

/** The requests of one component on one path. Their state stays while React hides the component. */
function requestsOn(client: Client, { request }: { readonly request: string }): Source<State> {
  let publish: (state: State) => void = () => {};
  let mounted = new AbortController();
  let newest: unknown;

  const run = (data?: unknown, options?: RunOptions): Failable<unknown, unknown> => {
    const answer = client.request(request, data, { ...options, signal: mounted.signal });
    newest = answer;
    show({ error: undefined, pending: true });
    // a rejection is seen here, so that those who only look at `error` need not catch it as well
    void answer
      .then(
        (data): Partial<State> => ({ data }),
        (error: unknown) => ({ error }),
      )
      .then((change) => answer === newest && show({ ...change, pending: false }));
    return answer;
  };
  const show = (change: Partial<State>): void => publish((source.value = { ...source.value, ...change }));

  const source: { value: State } & Source<State> = {
    value: { data: undefined, error: undefined, pending: false, run },
    open(publishNow) {
      publish = publishNow;
      return () => {
        // what is aborted here is no failure to be shown, should the component be shown again
        newest = undefined;
        show({ pending: false });
        mounted.abort();
        mounted = new AbortController();
      };
    },
  };
  return source;
}
