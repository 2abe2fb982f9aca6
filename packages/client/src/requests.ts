// What awaits an answer: one record per id, from the call to its end, across outbox, wire and lost connections.
import { toSocketError, type ErrorCode, type SocketError } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import type { RequestOptions } from './client.js';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import type { ResolvedClientOptions } from './options.js';
import type { Outbox, Outgoing, SendingFacts } from './outbox.js';
import type { Parsing } from './parsing.js';

/** What the requests need of the client they belong to. */
export interface RequestHost {
  readonly options: ResolvedClientOptions;
  readonly connection: Connection;
  readonly outbox: Outbox;
  readonly parsing: Parsing;
  readonly facts: (path: string) => SendingFacts;
}

export interface Question {
  readonly path: string;
  readonly data: unknown;
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
  /** Lets the server go on up to item `n`. */
  grant(n: number): void;
  /** Ends it without a word to the caller, and tells the server to stop. */
  cancel(): void;
}

interface Pending extends Outgoing {
  readonly caller: Caller;
  readonly release: () => void;
}

export class Requests {
  readonly #host: RequestHost;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(host: RequestHost) {
    this.#host = host;
  }

  /** Throws for data that does not fit; whatever else goes wrong comes to the caller's `failed`, at once or later. */
  start({ path, data }: Question, caller: Caller, { signal, timeoutMs }: RequestOptions): Call {
    const { options, connection, parsing } = this.#host;
    parsing.parse(path, 'in', data);
    const id = ++this.#lastId;
    const text = options.dialect.encode({ path, data, id });
    const cancel = (): void => this.#cancel(id);
    const giveUp = (code: ErrorCode, about?: number): void => {
      cancel();
      caller.failed(failure(code, { path, cause: signal?.reason as unknown }, about));
    };
    const abort = (): void => giveUp('aborted');
    const stopTimer =
      timeoutMs === undefined
        ? undefined
        : options.clock.after(timeoutMs, () => giveUp('timeout', timeoutMs));
    const release = (): void => {
      stopTimer?.();
      signal?.removeEventListener('abort', abort);
    };
    const failed = (error: SocketError): void => this.#end(id)?.caller.failed(error);
    const pending: Pending = { path, data, text, id, caller, failed, release };
    this.#pending.set(id, pending);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    else this.#post(pending);
    return { cancel, grant: (n) => connection.tell('$more', { id, n }) };
  }

  /** Asks for one answer. */
  ask(question: Question, options?: RequestOptions): Promise<unknown> {
    const { requestTimeoutMs: timeoutMs } = this.#host.options;
    return new Promise((resolve, failed) => {
      const answered = ({ data }: Frame): boolean => (resolve(data), true);
      this.start(question, { answered, failed }, { timeoutMs, ...options });
    });
  }

  /** An answer came. One that nobody awaits any more is late, and means nothing. */
  receive(id: number, frame: Frame, characters: number): void {
    const caller = this.#pending.get(id)?.caller;
    if (caller === undefined) return;
    try {
      if (frame.error !== undefined) throw this.#host.parsing.parseError(frame.path, frame.error);
      if (caller.answered(frame, characters)) this.#end(id);
    } catch (thrown) {
      if (frame.more) this.#cancel(id);
      this.#end(id);
      caller.failed(toSocketError(thrown));
    }
  }

  /** The line broke: what was written may have been done, or not. */
  lost(): void {
    for (const pending of [...this.#pending.values()]) {
      const { path, caller, written } = pending;
      if (!written) continue;
      pending.written = false;
      if (this.#host.facts(path).idempotent && caller.restarts?.() !== false) this.#post(pending);
      else pending.failed(failure('unknown_outcome', { path }));
    }
  }

  /** Nothing will be answered any more. */
  clear(error: SocketError): void {
    for (const pending of [...this.#pending.values()]) pending.failed(error);
  }

  #post(pending: Pending): void {
    try {
      this.#host.outbox.post(pending);
    } catch (thrown) {
      pending.failed(toSocketError(thrown));
    }
  }

  #cancel(id: number): void {
    const pending = this.#end(id);
    if (pending?.written) this.#host.connection.tell('$cancel', id);
    else if (pending) this.#host.outbox.remove(pending);
  }

  #end(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.release();
    return pending;
  }
}
