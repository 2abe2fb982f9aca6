// Streams: asks a generator for its next item only when the reader has taken enough of the earlier ones.
import { setImmediate } from 'node:timers/promises';
import type { AnySchema } from '@wirepact/core';
import { streamWindow } from '@wirepact/core/internal';
import type { AnswerFrame } from './answer-store.js';
import { respond, sendFailure } from './answers.js';
import type { Call, RunningStream } from './call.js';
import { checkSize, encodeOutput } from '../delivery/outgoing-message.js';

/**
 * Sends every item of `items`, then the end. Resolves when that is done, or as soon as the reader is gone, which it may be
 * already; rejects when the generator throws or an item does not fit. Either way the generator is told to finish: its
 * `finally` runs.
 */
export function runStream(call: Call, schema: AnySchema, items: AsyncIterable<unknown>): Promise<void> {
  const stream = new Stream(call, schema, items[Symbol.asyncIterator]());
  call.stream = stream;
  return stream.run();
}

class Stream implements RunningStream {
  readonly #call: Call;
  readonly #schema: AnySchema;
  readonly #iterator: AsyncIterator<unknown>;
  /** A plain client grants nothing: it is held back by the network alone. */
  readonly #window: GrantedWindow | undefined;
  #sent = 0;
  hasEnded = false;
  finishing: Promise<void> | undefined;
  #leave = (): void => undefined;

  constructor(call: Call, schema: AnySchema, iterator: AsyncIterator<unknown>) {
    this.#call = call;
    this.#schema = schema;
    this.#iterator = iterator;
    this.#window = call.session.speaksProtocol ? new GrantedWindow() : undefined;
  }

  run(): Promise<void> {
    if (this.#call.aborted) {
      // it was called off before there was a stream to abandon
      this.abandon();
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      // nobody waits for a generator that is still thinking when its reader has gone
      this.#leave = resolve;
      this.#pump().then(resolve, (error: Error) => {
        if (this.#call.aborted) sendFailure(this.#call, error);
        else reject(error);
      });
    });
  }

  /** Should the line break under its end, these are sent again before that. */
  get untaken(): readonly AnswerFrame[] {
    return this.#window?.untakenAfter(0) ?? [];
  }

  grant(n: number): void {
    this.#window?.grant(n);
  }

  resume(n: number): void {
    for (const { text } of this.#window?.untakenAfter(n) ?? []) this.#call.session.write(text);
  }

  abandon(): void {
    this.finishing ??= this.#finish();
    this.#leave();
  }

  async #pump(): Promise<void> {
    const { session } = this.#call;
    try {
      for (;;) {
        await this.#window?.opened();
        // a generator that never waits must not keep everybody else waiting
        if (this.#sent % streamWindow.items === streamWindow.items - 1) await setImmediate();
        await session.connection?.outgoing.roomForMore();
        if (this.#call.aborted) return;
        const next = await this.#iterator.next();
        if (this.#call.aborted) return;
        if (next.done === true) {
          this.hasEnded = true;
          return respond(this.#call, this.#encode(undefined, { end: true }));
        }
        this.#send(next.value);
      }
    } catch (error) {
      this.finishing ??= this.#finish();
      throw error;
    }
  }

  #send(item: unknown): void {
    const { session, path } = this.#call;
    const json = encodeOutput(this.#schema, item, path, 'stream');
    checkSize(session.hub, json, path);
    this.#sent += 1;
    const text = this.#encode(json, { more: true, ...(this.#window && { n: this.#sent }) });
    session.write(text);
    this.#window?.sent({ text, n: this.#sent });
  }

  #encode(json: string | undefined, head: { more: true; n?: number } | { end: true }): string {
    const { session, path, id } = this.#call;
    return session.hub.dialect.encode(path, json, { ...(id !== undefined && { id }), ...head });
  }

  async #finish(): Promise<void> {
    try {
      await this.#iterator.return?.();
    } catch (error) {
      const { session, path } = this.#call;
      session.hub.report(error, session, path);
    }
  }
}

/** Items up to the granted number, and characters up to the window beyond what was taken. */
class GrantedWindow {
  #granted: number = streamWindow.items;
  #sent = 0;
  /** The items that were sent and not yet taken. */
  readonly #untaken: AnswerFrame[] = [];
  #characters = 0;
  #wake: (() => void) | undefined;

  async opened(): Promise<void> {
    while (!this.#isOpen()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  sent(item: AnswerFrame): void {
    this.#sent += 1;
    this.#untaken.push(item);
    this.#characters += item.text.length;
    this.#forgetTaken();
  }

  /** The items to be sent again to a reader that has those up to number `n`. */
  untakenAfter(n: number): readonly AnswerFrame[] {
    return this.#untaken.filter((item) => (item.n ?? 0) > n);
  }

  /** What was not sent cannot have been taken: nobody may grant more than the window beyond it. */
  grant(n: number): void {
    this.#granted = Math.max(this.#granted, Math.min(n, this.#sent + streamWindow.items));
    this.#forgetTaken();
    this.#wake?.();
  }

  /** A reader grants the window beyond what it has taken, so what lies before that window is taken. */
  #forgetTaken(): void {
    const taken = this.#granted - streamWindow.items;
    while (this.#untaken.length > 0 && this.#sent - this.#untaken.length < taken) {
      this.#characters -= this.#untaken.shift()?.text.length ?? 0;
    }
  }

  #isOpen(): boolean {
    return this.#sent < this.#granted && this.#characters < streamWindow.characters;
  }
}
