// A request, as React state. `run` makes it; rendering never does.
import type { Client } from '@wirepact/client';
import type { Failable, Failure, Form, Reply, RequestArgs, RequestPath } from '@wirepact/core';
import { useState } from 'react';
import { useClientStore, type Source } from './use-client-store.js';

/** The options of `run`. */
export interface RunOptions {
  /** The request fails with `timeout` after this many ms. @default the client's `requestTimeoutMs` */
  readonly timeoutMs?: number;
}

/** The state of a component's newest request, and the function that makes one. */
export interface RequestState<TArgs extends readonly unknown[], TReply, TError> {
  /** The newest answer. It stays while the next answer is awaited, and if that request fails. */
  readonly data: TReply | undefined;
  /** Why the newest request failed; `undefined` if it did not. */
  readonly error: TError | undefined;
  /** Whether the newest request is still waiting for its answer. */
  readonly pending: boolean;
  /**
   * Makes a request. Its arguments are the data and, optionally, `{ timeoutMs }`.
   * An earlier request continues and its promise settles, but only the newest shows in `data` and `error`. Requests
   * that are still waiting are aborted on unmount, and when the path or the client changes. The promise rejects too, but
   * need not be handled.
   */
  readonly run: (...args: TArgs) => Failable<TReply, TError>;
}

/** Makes requests on `path` when `run` is called, and returns the state of the newest. */
export function useRequest<TChannels, TForm extends Form, TPath extends RequestPath<TChannels>>(
  client: Client<TChannels, TForm>,
  path: TPath,
): RequestState<
  RequestArgs<TChannels, RunOptions>[TPath],
  Reply<TChannels, TForm>[TPath],
  Failure<TChannels, TForm>[TPath]
> {
  // not useId: two hydrated roots on one page can have the same ids
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
    // handled here, so that code that only reads `error` need not catch the rejection as well
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
        // what is aborted here must not show as a failure if the component is shown again
        newest = undefined;
        show({ pending: false });
        mounted.abort();
        mounted = new AbortController();
      };
    },
  };
  return source;
}
