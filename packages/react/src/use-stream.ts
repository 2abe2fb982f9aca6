// The items of one stream, as React state.
import type { Client } from '@wirepact/client';
import type { Failure, Form, RequestArgs, StreamItem, StreamPath } from '@wirepact/core';
import { useClientStore, type Source } from './use-client-store.js';

/** The options of `useStream`. */
export interface UseStreamOptions {
  /** How many items are kept; beyond it, the oldest are dropped. @default 1000 */
  readonly maxItems?: number;
}

/** The state of a stream. */
export interface StreamState<TItem, TError> {
  /** The newest items, in the order in which they arrived; a new array for every item. */
  readonly items: readonly TItem[];
  /** Whether the stream has ended, normally or with an `error`. */
  readonly done: boolean;
  /** Why the stream broke off; `undefined` if it did not. */
  readonly error: TError | undefined;
  /** Starts the stream again with no items, for example after an error. */
  readonly restart: () => void;
}

/**
 * Runs a stream while the component is mounted, and returns its items.
 * The stream stops on unmount. It starts again when the path or the input changes; inputs with the same JSON are the
 * same. Components that pass the same path, input and options share one stream.
 */
export function useStream<TChannels, TForm extends Form, TPath extends StreamPath<TChannels>>(
  client: Client<TChannels, TForm>,
  path: TPath,
  ...args: RequestArgs<TChannels, UseStreamOptions>[TPath]
): StreamState<StreamItem<TChannels, TForm>[TPath], Failure<TChannels, TForm>[TPath]> {
  const [data, { maxItems = 1_000 } = {}] = args as [data?: unknown, options?: UseStreamOptions];
  return useClientStore(client, { stream: path as string, data, maxItems }, answersTo) as never;
}

interface Question {
  readonly stream: string;
  readonly data: unknown;
  readonly maxItems: number;
}

const empty: StreamState<unknown, unknown> = {
  items: [],
  done: false,
  error: undefined,
  restart() {},
};

function answersTo(
  client: Client,
  { stream, data, maxItems }: Question,
): Source<StreamState<unknown, unknown>> {
  return {
    value: empty,
    isOver: (state) => state.error,
    open(publish) {
      let running = new AbortController();
      const restart = (): void => {
        // only closing leaves an aborted controller behind, and a closed stream stays closed
        if (running.signal.aborted) return;
        running.abort();
        running = new AbortController();
        void read(running.signal);
      };
      const read = async (signal: AbortSignal): Promise<void> => {
        let state = { ...empty, restart };
        const show = (change: Partial<typeof state>): void => {
          if (!signal.aborted) publish((state = { ...state, ...change }));
        };
        show({});
        try {
          for await (const item of client.stream(stream, data, { signal })) {
            // `slice(-0)` would return the whole array
            show({ items: [...state.items, item].slice(maxItems === 0 ? Infinity : -maxItems) });
          }
          show({ done: true });
        } catch (error) {
          show({ done: true, error });
        }
      };
      restart();
      return () => running.abort();
    },
  };
}
