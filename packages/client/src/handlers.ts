// Answers what the server asks: one handler a path, and one run of it a question, however often the line breaks.
import { isSocketError, type SocketError } from '@wirepact/core';
import type { Frame, FrameId } from '@wirepact/core/internal';
import type { ClientDialect } from './client-dialect.js';
import type { ListenOptions, Unsubscribe } from './client.js';
import type { Connection } from './connection.js';
import { failure } from './failure.js';
import { refuseTooLarge } from './message-size.js';
import type { Parsing } from './parsing.js';
import { keep } from './registration.js';

export type Handler = (data: never) => unknown;

export interface Handlers {
  add(path: string, handler: Handler, options?: ListenOptions): Unsubscribe;
  /** A question that is asked again gets the same answer, once there is one. */
  answer(question: Frame, id: FrameId, write: (answer: string) => void): void;
  /** Questions begin anew with the session. */
  forget(): void;
}

interface Asked {
  answer?: string;
  /** To the connection on which it was asked last. */
  write: (answer: string) => void;
}

/** So many answers are remembered, should the server ask again. */
const maxAnswers = 64;

export function createHandlers(
  dialect: ClientDialect,
  parsing: Parsing,
  connection: Connection,
  report: (thrown: unknown, path?: string, data?: unknown) => void,
): Handlers {
  const handlers = new Map<string, { readonly handler: Handler }>();
  const asked = new Map<FrameId, Asked>();
  const answered: FrameId[] = [];

  /** The answer as it is written: one that is no JSON, or too large, is the handler's fault as well. */
  async function find({ path, data }: Frame, id: FrameId): Promise<string> {
    // as it was when the server asked: the line may be away when there is an answer
    const { welcome } = connection;
    const encode = (answer: Pick<Frame, 'data' | 'error'>): string => {
      const text = dialect.encode({ path, id, ...answer });
      refuseTooLarge(path, text, welcome);
      return text;
    };
    const refuse = ({ code, message, data }: SocketError): string =>
      encode({ error: { code, message, data } });
    const entry = handlers.get(path);
    if (entry === undefined) return refuse(failure('unknown_path', { path }));
    try {
      try {
        const answer = await entry.handler(parsing.parse(path, 'out', data) as never);
        parsing.parse(path, 'answer', answer);
        return encode({ data: answer });
      } catch (thrown) {
        // the server is told what was thrown for it to know, and otherwise only that something was
        if (isSocketError(thrown) && thrown.name === 'ChannelError') return refuse(thrown);
        throw thrown;
      }
    } catch (thrown) {
      report(thrown, path, data);
      return refuse(failure('internal', { path }));
    }
  }

  return {
    add(path, handler, options) {
      if (handlers.has(path)) throw new TypeError(`"${path}" has a handler; remove it first`);
      const entry = { handler };
      handlers.set(path, entry);
      return keep(options, () => {
        if (handlers.get(path) === entry) handlers.delete(path);
      });
    },
    answer(question, id, write) {
      const known = asked.get(id);
      if (known) {
        known.write = write;
        if (known.answer) write(known.answer);
        return;
      }
      const entry: Asked = { write };
      asked.set(id, entry);
      find(question, id)
        .then((answer) => {
          entry.answer = answer;
          if (asked.get(id) === entry && answered.push(id) > maxAnswers)
            asked.delete(answered.shift() as FrameId);
          entry.write(answer);
        })
        .catch(report);
    },
    forget() {
      asked.clear();
      answered.length = 0;
    },
  };
}
