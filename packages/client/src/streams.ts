// The reading end of a stream. The server runs ahead of the loop by at most the window; what the loop takes is granted
// again.
import type { SocketError } from '@wirepact/core';
import { streamWindow } from '@wirepact/core/internal';
import type { Call, Caller } from './requests.js';

/** What a stream needs from the client. */
export interface StreamSource {
  start(caller: Caller): Call;
  parse(item: unknown): unknown;
}

interface Item {
  readonly value: unknown;
  readonly characters: number;
}

/** Starts a stream. Leaving the loop tells the server to stop, and so does `return()` while an item is awaited. */
export function readStream(source: StreamSource): AsyncGenerator<unknown, undefined> {
  let items: Item[] = [];
  let taken = 0;
  let ended = false;
  let error: SocketError | undefined;
  let wake = (): void => {};
  const end = (reason?: SocketError): void => {
    ended = true;
    error = reason;
    wake();
  };
  const call = source.start({
    answered(frame, characters) {
      if (frame.end) end();
      else {
        items.push({ value: source.parse(frame.data), characters });
        wake();
      }
      return ended;
    },
    failed(reason) {
      if (reason.code === 'aborted') items = [];
      end(reason);
    },
    restarts() {
      // items that were not taken arrive again
      if (taken === 0) items = [];
      return taken === 0;
    },
  });

  async function* read(): AsyncGenerator<unknown, undefined> {
    let granted = 0;
    let characters = 0;
    try {
      for (;;) {
        const item = items.shift();
        if (item !== undefined) {
          taken++;
          characters += item.characters;
          if (taken - granted >= streamWindow.items / 2 || characters >= streamWindow.characters / 2) {
            granted = taken;
            characters = 0;
            if (!ended) call.grant(taken + streamWindow.items);
          }
          yield item.value;
        } else if (error !== undefined) throw error;
        else if (ended) return undefined;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      call.cancel();
    }
  }

  const reader = read();
  const leave = reader.return.bind(reader);
  reader.return = (value) => {
    // a generator's own `return` would wait for the next item
    items = [];
    call.cancel();
    end();
    return leave(value);
  };
  return reader;
}
