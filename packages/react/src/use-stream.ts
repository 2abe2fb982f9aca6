// The items of one stream as React state.
import type { Client } from '@wirepact/client';
import type { Failure, Form, RequestArgs, StreamItem, StreamPath } from '@wirepact/core';
import { useClientStore, type Source } from './use-client-store.js';

/** How much of a stream is kept. */
export interface UseStreamOptions {
  /** The oldest items are let go beyond this number. @default 1000 */
  readonly maxItems?: number;
}

/** What came of a stream so far. */
export interface StreamState<TItem, TError> {
  /** The newest items, oldest first; a new array for every item. */
  readonly items: readonly TItem[];
  /** Whether the stream is over, well or with an `error`. */
  readonly done: boolean;
  /** Why the stream broke off. */
  readonly error: TError | undefined;
  /** Begins again, with no items: after an error, say. */
  readonly restart: () => void;
}

const defaultMaxItems = 1_000;

/**
 * Asks for a stream while mounted, and gives its items. It is stopped on unmount, and begun anew when the path or the
 * input changes; inputs that are the same JSON are the same. Components that ask the same share one stream.
 */
export function useStream<TChannels, TForm extends Form, TPath extends StreamPath<TChannels>>(
  client: Client<TChannels, TForm>,
  path: TPath,
  ...args: RequestArgs<TChannels, UseStreamOptions>[TPath]
): StreamState<StreamItem<TChannels, TForm>[TPath], Failure<TChannels, TForm>[TPath]> {
  const [data, { maxItems = defaultMaxItems } = {}] = args as [data?: unknown, options?: UseStreamOptions];
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
    open(publish) {
      let running = new AbortController();
      const restart = (): void => {
        // only closing leaves an aborted one behind, and what is closed stays so
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
            // the last 0 of an array are all of it
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
