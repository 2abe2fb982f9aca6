// Answers what the server asks: one handler a path.
import { isSocketError, type SocketError } from '@wirepact/core';
import type { Frame, FrameId } from '@wirepact/core/internal';
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

  async answer({ path, data }: Frame, id: FrameId, write: (answer: Frame) => void): Promise<void> {
    const refuse = ({ code, message, data }: SocketError): void =>
      write({ path, id, error: { code, message, data } });
    const handler = this.#byPath.get(path);
    if (handler === undefined) return refuse(failure('unknown_path', { path }));
    try {
      const answer = await handler(this.#parsing.parse(path, 'out', data) as never);
      this.#parsing.parse(path, 'answer', answer);
      write({ path, data: answer, id });
    } catch (thrown) {
      // the server is told what was thrown for it to know, and otherwise only that something was
      if (isSocketError(thrown) && thrown.name === 'ChannelError') return refuse(thrown);
      this.#report(thrown, path, data);
      refuse(failure('internal', { path }));
    }
  }
}
