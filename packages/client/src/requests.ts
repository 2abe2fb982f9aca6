// What awaits an answer: one record per id, from the call to its end, across outbox, wire and lost connections.
import { SocketError, toSocketError, type Clock, type ErrorCode } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import type { RequestOptions } from './client.js';
import type { Outgoing } from './outbox.js';

/** What the calls need of the client they belong to. */
export interface Line {
  readonly clock: Clock;
  encode(path: string, json: string | undefined, id: number): string;
  /** Writes now, or puts into the outbox. Throws where neither can be. */
  post(message: Outgoing): void;
  /** Takes back what waits in the outbox. */
  withdraw(message: Outgoing): void;
  /** Tells the server that nobody waits for the answer any more, if it understands that. */
  cancel(id: number): void;
  isIdempotent(path: string): boolean;
  decodeError(path: string, wire: unknown): SocketError;
}

/** Who made a call. One of `settled` and `failed` ends it. */
export interface Caller {
  /** A frame that answers. What it throws fails the call. Returns whether it was the last. */
  answered(frame: Frame, characters: number): boolean;
  failed(error: SocketError): void;
  /** The line broke: may the question be asked again, where the channel is idempotent? */
  restarts?(): boolean;
}

/** A call that is under way. */
export interface Call {
  readonly id: number;
  /** Ends it, and tells the server to stop. Its caller is not called any more. */
  cancel(): void;
}

interface Pending {
  readonly message: Outgoing;
  readonly caller: Caller;
  written: boolean;
  readonly release: () => void;
}

export class Requests {
  readonly #line: Line;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(line: Line) {
    this.#line = line;
  }

  /** Asks. Whatever goes wrong comes to the caller's `failed`, at once or later. */
  start(
    path: string,
    data: unknown,
    json: string | undefined,
    caller: Caller,
    options: RequestOptions,
  ): Call {
    const { clock } = this.#line;
    const { signal, timeoutMs = Infinity } = options;
    const id = ++this.#lastId;
    const giveUp = (code: ErrorCode, why: string): void => {
      this.#cancel(id);
      caller.failed(
        new SocketError(code, `[${code}] "${path}" ${why}`, { path, cause: signal?.reason as unknown }),
      );
    };
    const abort = (): void => giveUp('aborted', 'was aborted by its signal');
    const stopTimer =
      timeoutMs < Infinity &&
      clock.after(timeoutMs, () => giveUp('timeout', `got no answer in ${timeoutMs} ms`));
    const pending: Pending = {
      caller,
      written: false,
      message: {
        path,
        data,
        asks: true,
        text: this.#line.encode(path, json, id),
        written: () => (pending.written = true),
        failed: (error) => this.#fail(id, error),
      },
      release: () => {
        if (stopTimer) stopTimer();
        signal?.removeEventListener('abort', abort);
      },
    };
    this.#pending.set(id, pending);
    if (signal?.aborted) abort();
    else {
      signal?.addEventListener('abort', abort);
      this.#post(id, pending);
    }
    return { id, cancel: () => this.#cancel(id) };
  }

  /** A frame with one of our ids came. Ids that nobody awaits any more are late, and mean nothing. */
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

  /** The line broke: what was written may or may not have been done. */
  lost(): void {
    for (const [id, pending] of [...this.#pending]) {
      if (!pending.written) continue;
      const { caller, message } = pending;
      if (this.#line.isIdempotent(message.path) && caller.restarts?.() !== false) {
        pending.written = false;
        this.#post(id, pending);
        continue;
      }
      const why = `[unknown_outcome] the line broke before "${message.path}" was answered`;
      this.#fail(id, new SocketError('unknown_outcome', why, { path: message.path }));
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
