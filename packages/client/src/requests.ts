// What awaits an answer: from the call to its end, across outbox, wire and lost connections.
import { toSocketError, type ErrorCode, type SocketError } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import type { RequestOptions } from './client.js';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import type { ResolvedClientOptions } from './options.js';
import type { Outbox, Outgoing } from './outbox.js';
import type { Parsing } from './parsing.js';
import type { Written } from './written.js';

/** What the requests need of the client they belong to. */
export interface RequestHost {
  readonly options: ResolvedClientOptions;
  readonly connection: Connection;
  readonly outbox: Outbox;
  readonly written: Written;
  readonly parsing: Parsing;
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
  /** The session was lost on an idempotent channel: may the question be asked again? */
  readonly restarts?: () => boolean;
}

/** A question that is under way. */
export interface Call {
  /** Lets the server go on up to item `n`. */
  grant(n: number): void;
  /** Ends it without a word to the caller, and tells the server to stop. */
  cancel(): void;
}

export class Requests {
  readonly #host: RequestHost;

  constructor(host: RequestHost) {
    this.#host = host;
  }

  /** The frame of a message, but for its number. Throws for data that cannot be sent. */
  encode({ path, data }: Question): string {
    const { options, parsing } = this.#host;
    try {
      parsing.parse(path, 'in', data);
      return options.dialect.encode({ path, data });
    } catch (thrown) {
      // data that is no JSON, and a schema that is not synchronous, throw errors of the platform
      throw toSocketError(thrown, path);
    }
  }

  /** Throws for data that cannot be sent; whatever else goes wrong comes to the caller's `failed`, at once or later. */
  start(question: Question, caller: Caller, { signal, timeoutMs }: RequestOptions): Call {
    const { options, connection, outbox, written, parsing } = this.#host;
    const { path } = question;
    const text = this.encode(question);
    let isOver = false;
    const end = (): void => {
      isOver = true;
      stopTimer?.();
      signal?.removeEventListener('abort', abort);
      outbox.remove(message);
    };
    const cancel = (): void => {
      if (isOver) return;
      end();
      written.cancel(message);
    };
    const failed = (error: SocketError): void => {
      if (isOver) return;
      end();
      caller.failed(error);
    };
    const giveUp = (code: ErrorCode, about?: number): void => {
      cancel();
      caller.failed(failure(code, { path, cause: signal?.reason as unknown }, about));
    };
    const abort = (): void => giveUp('aborted');
    const answered = (frame: Frame, characters: number): void => {
      const { more, error, n } = frame;
      // a resumed stream may repeat itself
      if (n !== undefined && n <= (message.received ?? 0)) return;
      message.received = n ?? 0;
      try {
        // the frame itself may say `$error`
        if (error !== undefined) throw parsing.parseError(path, error);
        if (caller.answered(frame, characters)) end();
      } catch (thrown) {
        if (more) written.cancel(message);
        failed(toSocketError(thrown, path));
      }
    };
    const message: Outgoing = { path, text, answered, failed, restarts: caller.restarts };
    const stopTimer =
      timeoutMs === undefined
        ? undefined
        : options.clock.after(timeoutMs, () => giveUp('timeout', timeoutMs));
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    else {
      try {
        outbox.post(message);
      } catch (thrown) {
        failed(toSocketError(thrown));
      }
    }
    return {
      cancel,
      grant(n) {
        message.granted = n;
        connection.tell('$more', { id: message.number, n });
      },
    };
  }

  /** Asks for one answer. */
  ask(question: Question, options?: RequestOptions): Promise<unknown> {
    const { parsing, options: defaults } = this.#host;
    const timeoutMs = options?.timeoutMs ?? defaults.requestTimeoutMs;
    return new Promise((resolve, failed) => {
      const answered = ({ data }: Frame): boolean => (
        resolve(parsing.parseAnswer(question.path, data)),
        true
      );
      this.start(question, { answered, failed }, { ...options, timeoutMs });
    });
  }
}
