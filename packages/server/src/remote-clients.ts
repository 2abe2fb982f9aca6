// Clients that are with another process, as this one reaches them: what is said to them goes into their inbox, and what is
// asked of them is asked by the process that has them.
import { SocketError, toSocketError, type ChannelDefinition } from '@wirepact/core';
import { closeCodes, toWireError } from '@wirepact/core/internal';
import { askClient, encodeQuestion, findAsked, type EncodedQuestion } from './ask-client.js';
import type { SessionPlace } from './broker.js';
import type { Cluster } from './cluster.js';
import { checkTimeout } from './figures.js';
import type { Hub } from './hub.js';
import { createOutgoing } from './outgoing-message.js';
import { checkOwnClose } from './own-codes.js';
import type { Answer, ProcessMessage, Question } from './process-messages.js';
import { readAnswer, readError } from './questions.js';
import { inboxLogOf } from './shared-sender.js';
import type { AskOptions } from './socket.js';

const defaultTimeoutMs = 10_000;
/** So much longer than the client may take the process that has it may take to say so. */
const spareMs = 1_000;
/** What is read by this stays as it is. */
const asItComes: ChannelDefinition = {};

/** Clients that are with other processes. */
export class RemoteClients {
  readonly #cluster: Cluster;
  readonly #hub: Hub;
  readonly #asked = new Map<number, (answer: Answer) => void>();
  #count = 0;

  constructor(cluster: Cluster, hub: Hub) {
    this.#cluster = cluster;
    this.#hub = hub;
  }

  /** The client with this id, wherever it is. */
  async find(id: string): Promise<RemoteClient | undefined> {
    const place = await this.#cluster.broker.findSession(id);
    return place && new RemoteClient(this, this.#hub, place);
  }

  publish(id: string, path: string, data: unknown): Promise<void> {
    const message = createOutgoing(this.#hub, path, data);
    return this.#cluster.publish(inboxLogOf(id), message);
  }

  /** Asks what a process asks a client of its own. */
  ask(
    { processId, id }: SessionPlace,
    question: EncodedQuestion,
    { timeoutMs = defaultTimeoutMs, signal }: AskOptions,
  ): Promise<unknown> {
    const { path, json } = question;
    const number = (this.#count += 1);
    return new Promise((resolve, reject) => {
      checkTimeout('request.timeoutMs', timeoutMs);
      const settle = (then: () => void): void => {
        this.#asked.delete(number);
        stop();
        signal?.removeEventListener('abort', onAbort);
        then();
      };
      const fail = (code: 'timeout' | 'aborted', text: string): void => {
        settle(() => reject(new SocketError(code, `[${code}] ${text}`, { path, cause: signal?.reason })));
      };
      const onAbort = (): void => fail('aborted', `the question "${path}" was called off`);
      const stop = this.#hub.options.clock.after(timeoutMs + spareMs, () => {
        fail('timeout', `the process of the client did not answer "${path}" in ${timeoutMs + spareMs} ms`);
      });
      this.#asked.set(number, (answer) => {
        settle(() => void read(question, answer).then(resolve, reject));
      });
      if (signal?.aborted === true) return onAbort();
      signal?.addEventListener('abort', onAbort);
      const from = this.#cluster.processId;
      // no end at all has no JSON form
      const atMostMs = Math.min(timeoutMs, Number.MAX_SAFE_INTEGER);
      this.#cluster.tell(processId, { kind: 'ask', number, from, id, path, json, timeoutMs: atMostMs });
    });
  }

  async close({ processId, id }: SessionPlace, reason: string, code: number): Promise<void> {
    this.#cluster.tell(processId, { kind: 'close', id, reason, code });
    try {
      // nor may it resume
      await this.#cluster.broker.endSession(id);
    } catch (error) {
      this.#hub.report(error);
    }
  }

  /** A process says something about a client. */
  told(message: ProcessMessage): void {
    if (message.kind === 'ask') this.#answer(message).catch((error: unknown) => this.#hub.report(error));
    else if (message.kind === 'answer') this.#asked.get(message.number)?.(message);
    else if (message.kind === 'close') {
      this.#hub.roster.find(message.id)?.socket.disconnect(message.reason, message.code);
    }
  }

  /** Nobody waits for an answer any more. */
  end(): void {
    const error = toWireError(new SocketError('closed', '[closed] this process has left the others'));
    for (const [number, settle] of this.#asked) settle({ kind: 'answer', number, error });
  }

  async #answer({ number, from, id, path, json, timeoutMs }: Question): Promise<void> {
    const answer = { kind: 'answer', number } as const;
    try {
      const session = this.#hub.roster.find(id);
      if (session === undefined)
        throw new SocketError('closed', `[closed] the client is gone; "${path}" was not asked`);
      findAsked(this.#hub, path);
      const question = { path, json, channel: asItComes };
      this.#cluster.tell(from, { ...answer, data: await askClient(session, question, { timeoutMs }) });
    } catch (error) {
      this.#cluster.tell(from, { ...answer, error: toWireError(toSocketError(error, path)) });
    }
  }
}

/** One client that is with another process. */
export class RemoteClient {
  readonly #clients: RemoteClients;
  readonly #hub: Hub;
  readonly #place: SessionPlace;

  constructor(clients: RemoteClients, hub: Hub, place: SessionPlace) {
    this.#clients = clients;
    this.#hub = hub;
    this.#place = place;
  }

  get id(): string {
    return this.#place.id;
  }

  send(path: string, data?: unknown): void {
    this.publish(path, data).catch((error: unknown) => this.#hub.report(error, undefined, path));
  }

  async publish(path: string, data?: unknown): Promise<void> {
    await this.#clients.publish(this.id, path, data);
  }

  // async, so that what goes wrong before the question is out rejects
  async request(path: string, data?: unknown, options: AskOptions = {}): Promise<unknown> {
    return this.#clients.ask(this.#place, encodeQuestion(this.#hub, path, data), options);
  }

  disconnect(reason = '', code: number = closeCodes.normal): void {
    checkOwnClose(code, reason);
    void this.#clients.close(this.#place, reason, code);
  }
}

/** What a client has answered, as the contract says it is. @throws SocketError: its own, or that its answer does not fit */
async function read(question: EncodedQuestion, { data, error }: Answer): Promise<unknown> {
  if (error !== undefined) throw readError(question, error);
  return readAnswer(question, data);
}
