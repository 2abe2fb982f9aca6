// Requests and streams, from the call to the end: across outbox, wire and lost connections.
import { toSocketError, type ErrorCode, type SocketError } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import type { RequestOptions, Unsubscribe } from './client.js';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import type { ResolvedClientOptions } from './options.js';
import type { Outbox, Outgoing } from './outbox.js';
import type { Parsing } from './parsing.js';
import { keep } from './registration.js';
import type { Written } from './written.js';

/** What the requests need from the client. */
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

/** The code that made the call. */
export interface Caller {
  /** Handles a frame of the answer. Returns whether it was the last one; if it throws, the call fails. */
  answered(frame: Frame, characters: number): boolean;
  /** The call failed. Called at most once, and nothing is called after it. */
  failed(error: SocketError): void;
  /** Whether the question may be asked again, after the session was lost on an idempotent channel. */
  readonly restarts?: () => boolean;
}

/** A call that is not finished. */
export interface Call {
  /** Lets the server continue up to item `n`. */
  grant(n: number): void;
  /** Ends the call without telling the caller, and tells the server to stop. */
  cancel(): void;
}

export class Requests {
  readonly #host: RequestHost;

  constructor(host: RequestHost) {
    this.#host = host;
  }

  /** Encodes a message, without its number. Throws for data that cannot be sent. */
  encode({ path, data }: Question): string {
    const { options, parsing } = this.#host;
    try {
      parsing.parse(path, 'in', data);
      return options.dialect.encode({ path, data });
    } catch (thrown) {
      // data that is not JSON, and a schema that is not synchronous, throw errors of the platform
      throw toSocketError(thrown, path);
    }
  }

  /**
   * Starts a call. Throws for data that cannot be sent; all other failures go to the caller's `failed`, at once or
   * later.
   */
  start(question: Question, caller: Caller, given: RequestOptions): Call {
    const { options, connection, outbox, written, parsing } = this.#host;
    const { signal, timeoutMs } = given;
    const { path } = question;
    const text = this.encode(question);
    let isOver = false;
    let forgetSignal: Unsubscribe = () => {};
    /** Ends the call, and tells the caller if it failed. */
    const end = (error?: SocketError): void => {
      if (isOver) return;
      isOver = true;
      stopTimer?.();
      forgetSignal();
      outbox.remove(message);
      if (error) caller.failed(error);
    };
    /** Does the same, and tells the server to stop. */
    const cancel = (error?: SocketError): void => {
      if (isOver) return;
      written.cancel(message);
      end(error);
    };
    const giveUp = (code: ErrorCode, about?: number): void => {
      if (!isOver) cancel(failure(code, { path, cause: signal?.reason as unknown }, about));
    };
    const answered = (frame: Frame, characters: number): void => {
      const { more, error, n } = frame;
      // a resumed stream may repeat items
      if (n !== undefined && n <= (message.received ?? 0)) return;
      message.received = n ?? 0;
      try {
        // with the path of the question: that of the frame may be `$error`
        if (error !== undefined) throw parsing.parseError(path, error);
        if (caller.answered(frame, characters)) end();
      } catch (thrown) {
        (more ? cancel : end)(toSocketError(thrown, path));
      }
    };
    const message: Outgoing = { path, text, answered, failed: end, restarts: caller.restarts };
    const stopTimer =
      timeoutMs === undefined
        ? undefined
        : options.clock.after(timeoutMs, () => giveUp('timeout', timeoutMs));
    // an aborted signal ends the call before there is anything to forget
    forgetSignal = keep(given, () => giveUp('aborted'));
    try {
      if (!isOver) outbox.post(message);
    } catch (thrown) {
      end(toSocketError(thrown));
    }
    return {
      cancel,
      grant(n) {
        message.granted = n;
        connection.tell('$more', { id: message.number, n });
      },
    };
  }

  /** Makes a request: a call with one answer. */
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
