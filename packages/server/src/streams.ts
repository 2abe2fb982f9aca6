// Streams: asks a generator for its next item only when the reader has taken the last ones.
import type { AnySchema } from '@wirepact/core';
import { streamWindow, type Dialect } from '@wirepact/core/internal';
import type { Call, StreamWindow } from './call.js';
import { encodeOutput } from './outgoing-message.js';
import type { Outgoing } from './outgoing.js';

/** What a stream is written to. */
export interface StreamSink {
  readonly dialect: Dialect;
  readonly outgoing: Outgoing;
  /** Whether the reader grants items; a plain client does not. */
  readonly grants: boolean;
}

/**
 * Sends every item of `items`, then the end. Resolves when that is done, or when the reader is gone; rejects when the
 * generator throws or an item does not fit. Either way the generator is finished: its `finally` runs.
 */
export async function runStream(
  call: Call,
  items: AsyncIterable<unknown>,
  schema: AnySchema,
  sink: StreamSink,
): Promise<void> {
  const { path, id } = call;
  if (id === undefined) throw new TypeError('a stream answers a message with an id');
  const window = sink.grants ? new GrantedWindow() : undefined;
  call.window = window;
  const iterator = items[Symbol.asyncIterator]();
  let sent = 0;
  let finished = false;
  try {
    for (;;) {
      await window?.open();
      await sink.outgoing.roomForMore();
      if (call.aborted) return;
      const next = await nextUnlessAborted(iterator, call);
      if (next === undefined) return;
      if (next.done === true) {
        finished = true;
        sink.outgoing.write(sink.dialect.encode(path, undefined, { id, end: true }));
        return;
      }
      const json = encodeOutput(schema, next.value, path, 'stream');
      sent += 1;
      const text = sink.dialect.encode(path, json, {
        id,
        more: true,
        ...(window !== undefined && { n: sent }),
      });
      window?.sent(text.length);
      sink.outgoing.write(text);
    }
  } finally {
    // not awaited: a generator that hangs must not keep its caller
    if (!finished) iterator.return?.().catch(() => undefined);
  }
}

/** The next item; `undefined` once the reader is gone, even while the generator is still thinking. */
async function nextUnlessAborted(
  iterator: AsyncIterator<unknown>,
  call: Call,
): Promise<IteratorResult<unknown> | undefined> {
  const next = iterator.next();
  const { signal } = call;
  let onAbort = (): void => undefined;
  const gone = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([next, gone]);
  } catch (error) {
    // what a generator throws because it was told to stop is nobody's failure
    if (call.aborted) return undefined;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (call.aborted) next.catch(() => undefined);
  }
}

/** Items up to the granted number, and characters up to the window beyond what was taken. */
class GrantedWindow implements StreamWindow {
  #granted: number = streamWindow.items;
  #taken = 0;
  /** The lengths of the items that were sent and not yet taken. */
  readonly #untaken: number[] = [];
  #characters = 0;
  #wake: (() => void) | undefined;
  #abandoned = false;

  async open(): Promise<void> {
    while (!this.#isOpen()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  sent(characters: number): void {
    this.#untaken.push(characters);
    this.#characters += characters;
  }

  grant(n: number): void {
    const taken = n - streamWindow.items;
    for (; this.#taken < taken && this.#untaken.length > 0; this.#taken += 1) {
      this.#characters -= this.#untaken.shift() ?? 0;
    }
    this.#granted = Math.max(this.#granted, n);
    this.#wake?.();
  }

  abandon(): void {
    this.#abandoned = true;
    this.#wake?.();
  }

  #isOpen(): boolean {
    if (this.#abandoned) return true;
    const sent = this.#taken + this.#untaken.length;
    return sent < this.#granted && this.#characters < streamWindow.characters;
  }
}
