// What the server has asked a client and not yet heard: one record per question, settled exactly once.
import { SocketError, type ChannelDefinition } from '@wirepact/core';
import { fromWireError, parse, type Clock, type Frame } from '@wirepact/core/internal';
import type { AskOptions } from './socket.js';

interface Question {
  readonly path: string;
  readonly channel: ChannelDefinition;
  settle(outcome: { readonly value: unknown } | { readonly error: SocketError }): void;
}

const defaultTimeoutMs = 10_000;

/** The open questions to one client. */
export class Questions {
  readonly #clock: Clock;
  readonly #open = new Map<string, Question>();
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `write` with the question's id and waits for the answer. */
  ask(
    path: string,
    channel: ChannelDefinition,
    { timeoutMs = defaultTimeoutMs, signal }: AskOptions,
    write: (id: string) => void,
  ): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(aborted(path));
    return new Promise((resolve, reject) => {
      const id = `s${++this.#count}`;
      const onAbort = (): void => question.settle({ error: aborted(path) });
      const cancelTimer = this.#clock.after(timeoutMs, () => {
        const text = `[timeout] the client did not answer "${path}" within ${timeoutMs} ms`;
        question.settle({ error: new SocketError('timeout', text, { path }) });
      });
      const question: Question = {
        path,
        channel,
        settle: (outcome) => {
          this.#open.delete(id);
          cancelTimer();
          signal?.removeEventListener('abort', onAbort);
          if ('error' in outcome) reject(outcome.error);
          else resolve(outcome.value);
        },
      };
      this.#open.set(id, question);
      signal?.addEventListener('abort', onAbort, { once: true });
      write(id);
    });
  }

  /** Takes a frame that answers an open question; `false` when it answers none. */
  answer(frame: Frame): boolean {
    const question = typeof frame.id === 'string' ? this.#open.get(frame.id) : undefined;
    if (question === undefined || question.path !== frame.path) return false;
    question.settle(
      frame.error === undefined ? readAnswer(question, frame.data) : readError(question, frame.error),
    );
    return true;
  }

  /** The client is gone; whether it saw the questions is not known. */
  close(): void {
    for (const { path, settle } of this.#open.values()) {
      settle({
        error: new SocketError(
          'unknown_outcome',
          `[unknown_outcome] the client was lost before it answered "${path}"`,
          { path },
        ),
      });
    }
  }
}

type Outcome = { readonly value: unknown } | { readonly error: SocketError };

function readAnswer({ path, channel }: Question, data: unknown): Outcome {
  if (channel.answer === undefined) return { value: data };
  const parsed = parse(channel.answer, data, path);
  if (parsed.ok) return { value: parsed.value };
  const text = `[invalid_message] the client's answer to "${path}" does not fit the contract`;
  return { error: new SocketError('invalid_message', text, { data: { issues: parsed.issues }, path }) };
}

/** A declared error's data is checked like everything that arrives. */
function readError({ path, channel }: Question, wire: unknown): Outcome {
  const error = fromWireError(wire, path);
  const schema = channel.errors?.[error.code];
  if (schema === undefined) return { error };
  const parsed = parse(schema, error.data, path);
  if (parsed.ok) return { error };
  const text = `[invalid_message] the client's error "${error.code}" on "${path}" does not fit the contract`;
  return { error: new SocketError('invalid_message', text, { data: { issues: parsed.issues }, path }) };
}

function aborted(path: string): SocketError {
  return new SocketError('aborted', `[aborted] the question "${path}" was called off`, { path });
}
