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
  readonly #window: StreamWindow;
  #sent = 0;
  hasEnded = false;
  finishing: Promise<void> | undefined;
  #leave = (): void => undefined;

  constructor(call: Call, schema: AnySchema, iterator: AsyncIterator<unknown>) {
    this.#call = call;
    this.#schema = schema;
    this.#iterator = iterator;
    this.#window = new StreamWindow(call.session.speaksProtocol);
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

  get untaken(): readonly AnswerFrame[] {
    return this.#window.untaken;
  }

  writeRest(): void {
    for (let item = this.#window.next; item !== undefined; item = this.#window.next) this.#write(item);
  }

  grant(n: number): void {
    this.#window.grant(n);
  }

  resume(n: number): void {
    this.#window.rewind(n);
    void this.#writeUntaken();
  }

  abandon(): void {
    this.finishing ??= this.#finish();
    this.#leave();
  }

  async #pump(): Promise<void> {
    const { session } = this.#call;
    try {
      for (;;) {
        await this.#window.opened();
        // a generator that never waits must not keep everybody else waiting
        if (this.#sent % streamWindow.items === streamWindow.items - 1) await setImmediate();
        await session.connection?.outgoing.roomForMore();
        if (this.#call.aborted) return;
        const next = await this.#iterator.next();
        if (this.#call.aborted) return;
        if (next.done === true) break;
        await this.#send(next.value);
      }
      await this.#writeUntaken();
      if (this.#call.aborted) return;
      this.hasEnded = true;
      respond(this.#call, this.#encode(undefined, { end: true }));
    } catch (error) {
      this.finishing ??= this.#finish();
      await this.#writeUntaken();
      throw error;
    }
  }

  async #send(item: unknown): Promise<void> {
    const { session, path } = this.#call;
    const json = encodeOutput(this.#schema, item, path, 'stream');
    checkSize(session.hub, json, path);
    this.#sent += 1;
    const text = this.#encode(json, { more: true, ...(session.speaksProtocol && { n: this.#sent }) });
    this.#window.add({ text, n: this.#sent });
    // while the generator was asked, others may have taken the room that there was
    await this.#writeUntaken();
  }

  /**
   * Writes the items that the reader's connection was not written yet, each once there is room for it. It may run more than once
   * at a time: who finds room writes whatever is next.
   */
  async #writeUntaken(): Promise<void> {
    for (;;) {
      const { aborted, session } = this.#call;
      const { next } = this.#window;
      if (next === undefined || aborted) return;
      const outgoing = session.connection?.outgoing;
      if (outgoing?.hasRoom === false) await outgoing.roomForMore();
      else this.#write(next);
    }
  }

  #write(item: Item): void {
    this.#window.wrote(item);
    this.#call.session.write(item.text);
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

/** One item, as it is sent. */
type Item = Required<AnswerFrame>;

/**
 * Items up to the granted number, and characters up to the window beyond what was taken. A plain client grants nothing, and has
 * taken what was written: it is held back by the network alone.
 */
class StreamWindow {
  readonly #isGranted: boolean;
  #granted: number = streamWindow.items;
  #added = 0;
  /** Up to this number they were written to the connection that the reader has. */
  #written = 0;
  /** Those that the reader may not have. */
  readonly #untaken: Item[] = [];
  #characters = 0;
  #wake: (() => void) | undefined;

  constructor(isGranted: boolean) {
    this.#isGranted = isGranted;
  }

  async opened(): Promise<void> {
    while (!this.#isOpen()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  add(item: Item): void {
    this.#added += 1;
    this.#untaken.push(item);
    this.#characters += item.text.length;
  }

  /** The one to be written next. */
  get next(): Item | undefined {
    return this.#untaken.find(({ n }) => n > this.#written);
  }

  wrote({ n }: Item): void {
    this.#written = n;
    if (!this.#isGranted) this.#forgetUpTo(n);
  }

  /** The reader has another connection, and has items up to number `n`. */
  rewind(n: number): void {
    this.#written = Math.min(n, this.#added);
  }

  get untaken(): readonly Item[] {
    return this.#untaken;
  }

  /** What was not written cannot have been taken: nobody may grant more than the window beyond it. */
  grant(n: number): void {
    this.#granted = Math.max(this.#granted, Math.min(n, this.#written + streamWindow.items));
    // a reader grants the window beyond what it has taken, so what lies before that window is taken
    this.#forgetUpTo(this.#granted - streamWindow.items);
    this.#wake?.();
  }

  #forgetUpTo(taken: number): void {
    while (this.#untaken[0] !== undefined && this.#untaken[0].n <= taken) {
      this.#characters -= this.#untaken.shift()?.text.length ?? 0;
    }
  }

  #isOpen(): boolean {
    if (!this.#isGranted) return true;
    return this.#added < this.#granted && this.#characters < streamWindow.characters;
  }
}
