// Answers what the server asks: one handler a path.
import { isSocketError, toSocketError, type SocketError } from '@wirepact/core';
import { toWireError, type Frame, type FrameHead } from '@wirepact/core/internal';
import type { Unsubscribe } from './client.js';
import { failure } from './failure.js';
import type { Parsing } from './parsing.js';

export type Handler = (data: never) => unknown;

export class Handlers {
  readonly #parsing: Parsing;
  readonly #report: (thrown: unknown, path: string, data: unknown) => void;
  readonly #byPath = new Map<string, Handler>();

  constructor(parsing: Parsing, report: (thrown: unknown, path: string, data: unknown) => void) {
    this.#parsing = parsing;
    this.#report = report;
  }

  add(path: string, handler: Handler): Unsubscribe {
    if (this.#byPath.has(path)) throw new TypeError(`"${path}" has a handler already; remove it first`);
    this.#byPath.set(path, handler);
    return () => {
      if (this.#byPath.get(path) === handler) this.#byPath.delete(path);
    };
  }

  async answer(
    { path, data, id }: Frame,
    write: (json: string | undefined, head: FrameHead) => void,
  ): Promise<void> {
    const head = id === undefined ? {} : { id };
    try {
      const handler = this.#byPath.get(path);
      if (handler === undefined) throw failure('unknown_path', 'has no handler', { path });
      const answer = await handler(this.#parsing.decode(path, 'out', data) as never);
      write(this.#parsing.encode(path, 'answer', answer), head);
    } catch (thrown) {
      write(undefined, { ...head, error: toWireError(this.#tellable(thrown, path, data)) });
    }
  }

  /** What the server may know of an error: what was thrown for it to know, otherwise only that there was one. */
  #tellable(thrown: unknown, path: string, data: unknown): SocketError {
    if (isSocketError(thrown) && (thrown.name === 'ChannelError' || thrown.code === 'unknown_path'))
      return thrown;
    this.#report(toSocketError(thrown, path), path, data);
    return failure('internal', 'the handler failed', { path });
  }
}
