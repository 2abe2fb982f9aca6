// The questions that a client has not answered yet: one record each, settled exactly once.
import {
  SocketError,
  toSocketError,
  type AnySchema,
  type ChannelDefinition,
  type ErrorCode,
} from '@wirepact/core';
import { fromWireError, parse, type Clock, type Frame } from '@wirepact/core/internal';
import { checkTimeout } from '../figures.js';
import type { Session } from '../session/session.js';
import type { AskOptions } from '../socket.js';
import { afterTimeout } from '../timers.js';

/** By what an answer is read. What the channel says nothing of is taken as it comes. */
interface Asked {
  readonly path: string;
  readonly channel: ChannelDefinition;
}

interface Question extends Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: SocketError) => void;
  /** Its frame. */
  readonly encode: () => string;
}

/** Who is asked. */
type Client = Pick<Session, 'write' | 'writeInTurn'>;

const defaultTimeoutMs = 10_000;

/** The open questions to one client. */
export class Questions {
  readonly #client: Client;
  readonly #clock: Clock;
  /** What its ids begin with: to the client no two questions have the same. */
  readonly #prefix: string;
  readonly #open = new Map<string, Question>();
  #count = 0;

  constructor(client: Client, clock: Clock, prefix = 's') {
    this.#client = client;
    this.#clock = clock;
    this.#prefix = prefix;
  }

  /** Writes what `encode` makes of the question's id, and waits for the answer. */
  ask(
    path: string,
    channel: ChannelDefinition,
    { timeoutMs = defaultTimeoutMs, signal }: AskOptions,
    encode: (id: string) => string,
  ): Promise<unknown> {
    const aborted = (): SocketError =>
      failure('aborted', `the question "${path}" was called off`, path, { cause: signal?.reason });
    if (signal?.aborted === true) return Promise.reject(aborted());
    return new Promise((resolve, reject) => {
      checkTimeout('request.timeoutMs', timeoutMs);
      const id = `${this.#prefix}${++this.#count}`;
      const onAbort = (): void => question.reject(aborted());
      const cancelTimer = afterTimeout(this.#clock, timeoutMs, () => {
        question.reject(failure('timeout', `the client did not answer "${path}" in ${timeoutMs} ms`, path));
      });
      const forget = (): void => {
        this.#open.delete(id);
        cancelTimer();
        signal?.removeEventListener('abort', onAbort);
      };
      const question: Question = {
        path,
        channel,
        resolve: (value) => (forget(), resolve(value)),
        reject: (error) => (forget(), reject(error)),
        encode: () => encode(id),
      };
      this.#open.set(id, question);
      signal?.addEventListener('abort', onAbort);
      this.#client.write(question.encode());
    });
  }

  /** The client is back: asks again what it may not have heard. It knows what it has answered by the id. */
  repeat(): void {
    // by the time that one is taken nobody may wait for its answer any more
    const encodeOpen = (id: string): string | undefined => this.#open.get(id)?.encode();
    void this.#client.writeInTurn([...this.#open.keys()], encodeOpen);
  }

  get size(): number {
    return this.#open.size;
  }

  /** Whether a frame with this id and path answers one of them. */
  isOpen(id: unknown, path: string): boolean {
    return this.#find(id, path) !== undefined;
  }

  /** Takes a frame that answers. One that nobody waits for any more is late, and means nothing. */
  answer({ path, id, data, error }: Frame): void {
    const question = this.#find(id, path);
    if (question === undefined) return;
    try {
      if (error === undefined) question.resolve(readAnswer(question, data));
      else question.reject(readError(question, error));
    } catch (thrown) {
      question.reject(toSocketError(thrown, path));
    }
  }

  /** The client is gone; whether it saw the questions is not known. */
  close(): void {
    for (const { path, reject } of this.#open.values()) {
      reject(failure('unknown_outcome', `the client was lost before it answered "${path}"`, path));
    }
  }

  #find(id: unknown, path: string): Question | undefined {
    const question = typeof id === 'string' ? this.#open.get(id) : undefined;
    return question?.path === path ? question : undefined;
  }
}

/** An answer as the contract says it is. @throws SocketError `invalid_message` when it is not */
export function readAnswer({ path, channel }: Asked, data: unknown): unknown {
  return channel.answer === undefined ? data : checked(channel.answer, data, path, 'answer to');
}

/** A declared error's data is checked like everything that arrives. @throws SocketError `invalid_message` when it does not fit */
export function readError({ path, channel }: Asked, wire: unknown): SocketError {
  const error = fromWireError(wire, path);
  const errors = channel.errors ?? {};
  const schema = Object.hasOwn(errors, error.code) ? errors[error.code] : undefined;
  if (schema === undefined) return error;
  return fromWireError(
    {
      code: error.code,
      message: error.message,
      data: checked(schema, error.data, path, `error "${error.code}" on`),
    },
    path,
  );
}

function checked(schema: AnySchema, data: unknown, path: string, what: string): unknown {
  const parsed = parse(schema, data, path);
  if (parsed.ok) return parsed.value;
  const { issues } = parsed;
  throw failure('invalid_message', `the client's ${what} "${path}" does not fit the contract`, path, {
    data: { issues },
  });
}

function failure(
  code: ErrorCode,
  text: string,
  path: string,
  details: { readonly data?: unknown; readonly cause?: unknown } = {},
): SocketError {
  return new SocketError(code, `[${code}] ${text}`, { ...details, path });
}
