// Answers the server's questions: one handler per path, and one run per question, even if the connection is lost
// meanwhile.
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
  /** Forgets all questions, because a new session has its own. */
  forget(): void;
}

interface Asked {
  answer?: string;
  /** Writes to the connection on which the question was asked last. */
  write: (answer: string) => void;
}

/** How many answers are remembered, in case the server asks again. */
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

  /** The encoded answer. One that is not JSON or is too large counts as an error of the handler. */
  async function find({ path, data }: Frame, id: FrameId): Promise<string> {
    // the limits at the time of the question: there may be no connection when the answer is ready
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
        // a `ChannelError` is meant for the server; of anything else the server learns only that it happened
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
