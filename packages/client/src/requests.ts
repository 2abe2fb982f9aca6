// What awaits an answer: one record per id, from the call to its end, across outbox, wire and lost connections.
import { toSocketError, type Clock, type ErrorCode, type SocketError } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import type { RequestOptions } from './client.js';
import { failure } from './failure.js';
import type { Outgoing } from './outbox.js';

/** What the requests need of the client they belong to. */
export interface Line {
  readonly clock: Clock;
  encode(question: Question, id: number): string;
  /** Writes now, or puts into the outbox. Throws where neither can be. */
  post(message: Outgoing): void;
  /** Takes back what waits in the outbox. */
  withdraw(message: Outgoing): void;
  /** Tells the server that nobody waits for the answer any more. */
  cancel(id: number): void;
  isIdempotent(path: string): boolean;
  decodeError(path: string, wire: unknown): SocketError;
}

export interface Question {
  readonly path: string;
  readonly data: unknown;
  readonly json: string | undefined;
}

/** Who asked. */
export interface Caller {
  /** A frame that answers. Returns whether it was the last; what it throws fails the call. */
  answered(frame: Frame, characters: number): boolean;
  /** It is over without an answer. Called once at most, and nothing after it. */
  failed(error: SocketError): void;
  /** The line broke on an idempotent channel: may the question be asked again? */
  restarts?(): boolean;
}

/** A question that is under way. */
export interface Call {
  readonly id: number;
  /** Ends it without a word to the caller, and tells the server to stop. */
  cancel(): void;
}

interface Pending {
  readonly caller: Caller;
  readonly message: Outgoing;
  readonly release: () => void;
  written: boolean;
}

export class Requests {
  readonly #line: Line;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(line: Line) {
    this.#line = line;
  }

  /** Whatever goes wrong comes to the caller's `failed`, at once or later. */
  start(question: Question, caller: Caller, { signal, timeoutMs }: RequestOptions): Call {
    const { path, data } = question;
    const id = ++this.#lastId;
    const giveUp = (code: ErrorCode, detail?: string): void => {
      this.#cancel(id);
      caller.failed(failure(code, detail, { path, cause: signal?.reason as unknown }));
    };
    const abort = (): void => giveUp('aborted');
    const stopTimer =
      timeoutMs === undefined
        ? undefined
        : this.#line.clock.after(timeoutMs, () => giveUp('timeout', `no answer in ${timeoutMs} ms`));
    const pending: Pending = {
      caller,
      written: false,
      message: {
        path,
        data,
        asks: true,
        text: this.#line.encode(question, id),
        written: () => (pending.written = true),
        failed: (error) => this.#fail(id, error),
      },
      release: () => {
        stopTimer?.();
        signal?.removeEventListener('abort', abort);
      },
    };
    this.#pending.set(id, pending);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    else this.#post(id, pending);
    return { id, cancel: () => this.#cancel(id) };
  }

  /** An answer came. One that nobody awaits any more is late, and means nothing. */
  receive(id: number, frame: Frame, characters: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    try {
      if (frame.error !== undefined) throw this.#line.decodeError(frame.path, frame.error);
      if (pending.caller.answered(frame, characters)) this.#end(id);
    } catch (thrown) {
      if (frame.more) this.#cancel(id);
      this.#end(id);
      pending.caller.failed(toSocketError(thrown));
    }
  }

  /** The line broke: what was written may have been done, or not. */
  lost(): void {
    for (const [id, pending] of [...this.#pending]) {
      const { path } = pending.message;
      if (!pending.written) continue;
      pending.written = false;
      if (this.#line.isIdempotent(path) && pending.caller.restarts?.() !== false) this.#post(id, pending);
      else this.#fail(id, failure('unknown_outcome', 'the line broke', { path }));
    }
  }

  /** Nothing will be answered any more. */
  clear(error: SocketError): void {
    for (const id of [...this.#pending.keys()]) this.#fail(id, error);
  }

  #post(id: number, { message }: Pending): void {
    try {
      this.#line.post(message);
    } catch (thrown) {
      this.#fail(id, toSocketError(thrown));
    }
  }

  #cancel(id: number): void {
    const pending = this.#end(id);
    if (pending?.written) this.#line.cancel(id);
    else if (pending) this.#line.withdraw(pending.message);
  }

  #fail(id: number, error: SocketError): void {
    this.#end(id)?.caller.failed(error);
  }

  #end(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.release();
    return pending;
  }
}
