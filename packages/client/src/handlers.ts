// Answers what the server asks: one handler a path.
import { isSocketError, type SocketError } from '@wirepact/core';
import type { Frame, FrameId } from '@wirepact/core/internal';
import type { Unsubscribe } from './client.js';
import { failure } from './failure.js';
import type { Parsing } from './parsing.js';

export type Handler = (data: never) => unknown;

export interface Handlers {
  add(path: string, handler: Handler): Unsubscribe;
  answer(question: Frame, id: FrameId, write: (answer: Frame) => void): Promise<void>;
}

export function createHandlers(
  parsing: Parsing,
  report: (thrown: unknown, path: string, data: unknown) => void,
): Handlers {
  const handlers = new Map<string, Handler>();
  return {
    add(path, handler) {
      if (handlers.has(path)) throw new TypeError(`"${path}" has a handler already; remove it first`);
      handlers.set(path, handler);
      return () => {
        if (handlers.get(path) === handler) handlers.delete(path);
      };
    },
    async answer({ path, data }, id, write) {
      const refuse = ({ code, message, data }: SocketError): void =>
        write({ path, id, error: { code, message, data } });
      const handler = handlers.get(path);
      if (handler === undefined) return refuse(failure('unknown_path', { path }));
      try {
        const answer = await handler(parsing.parse(path, 'out', data) as never);
        parsing.parse(path, 'answer', answer);
        write({ path, data: answer, id });
      } catch (thrown) {
        // the server is told what was thrown for it to know, and otherwise only that something was
        if (isSocketError(thrown) && thrown.name === 'ChannelError') return refuse(thrown);
        report(thrown, path, data);
        refuse(failure('internal', { path }));
      }
    },
  };
}
