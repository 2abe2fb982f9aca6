// The reading end of a stream. The server runs ahead of the loop by no more than the window: what the loop takes is granted anew.
import type { SocketError } from '@wirepact/core';
import { streamWindow, type Frame } from '@wirepact/core/internal';
import type { Call, Caller } from './requests.js';

/** What a reader needs of the client it belongs to. */
export interface StreamSource {
  start(caller: Caller): Call;
  decode(data: unknown): unknown;
  /** Lets the server go on up to item `n`. */
  grant(id: number, n: number): void;
}

interface Item {
  readonly value: unknown;
  readonly characters: number;
}

interface Waiter {
  resolve(result: IteratorResult<unknown, undefined>): void;
  reject(error: SocketError): void;
}

const over = { done: true, value: undefined } as const;

export class StreamReader implements AsyncIterableIterator<unknown, undefined> {
  readonly #source: StreamSource;
  readonly #call: Call;
  #items: Item[] = [];
  #waiters: Waiter[] = [];
  #ended = false;
  #error: SocketError | undefined;
  #taken = 0;
  #takenCharacters = 0;
  #granted = 0;

  constructor(source: StreamSource) {
    this.#source = source;
    this.#call = source.start({
      answered: (frame, characters) => this.#answered(frame, characters),
      failed: (error) => {
        if (error.code === 'aborted') this.#items = [];
        this.#end(error);
      },
      restarts: () => {
        if (this.#taken > 0) return false;
        // what nobody took comes again
        this.#items = [];
        return true;
      },
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(this.#take(item));
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) return Promise.reject(error);
    if (this.#ended) return Promise.resolve(over);
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** Leaves the stream: the server is told to stop. */
  return(): Promise<IteratorResult<unknown, undefined>> {
    this.#call.cancel();
    this.#items = [];
    this.#end();
    this.#error = undefined;
    return Promise.resolve(over);
  }

  #answered(frame: Frame, characters: number): boolean {
    if (frame.end) {
      this.#end();
      return true;
    }
    const item = { value: this.#source.decode(frame.data), characters };
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#items.push(item);
    else waiter.resolve(this.#take(item));
    return false;
  }

  #take({ value, characters }: Item): IteratorResult<unknown, undefined> {
    this.#taken++;
    this.#takenCharacters += characters;
    const half = streamWindow.items / 2;
    if (this.#taken - this.#granted >= half || this.#takenCharacters >= streamWindow.characters / 2) {
      this.#granted = this.#taken;
      this.#takenCharacters = 0;
      if (!this.#ended) this.#source.grant(this.#call.id, this.#taken + streamWindow.items);
    }
    return { done: false, value };
  }

  /** An error comes after the items that came before it. */
  #end(error?: SocketError): void {
    if (this.#ended) return;
    this.#ended = true;
    const [first, ...others] = this.#waiters;
    this.#waiters = [];
    if (error === undefined) first?.resolve(over);
    else if (first === undefined) this.#error = error;
    else first.reject(error);
    for (const { resolve } of others) resolve(over);
  }
}
