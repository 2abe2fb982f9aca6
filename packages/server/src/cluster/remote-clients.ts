// Clients of other processes, as this one reaches them: messages go into their inbox; questions, closing and moving are done by
// the process that has them at that moment.
import { SocketError, toSocketError, type ChannelDefinition } from '@wirepact/core';
import { closeCodes, toWireError } from '@wirepact/core/internal';
import { askClient, encodeQuestion, findAsked, type EncodedQuestion } from '../routing/ask-client.js';
import type { Cluster } from './cluster.js';
import { checkTimeout } from '../figures.js';
import type { Hub } from '../hub.js';
import { createOutgoing } from '../delivery/outgoing-message.js';
import { checkOwnClose } from '../connection/own-codes.js';
import type { Answer, Close, Move, PassedOn, ProcessMessage, Question } from './process-messages.js';
import { readAnswer, readError } from '../routing/questions.js';
import type { Session } from '../session/session.js';
import { inboxLogOf } from './shared-sender.js';
import type { AskOptions } from '../socket.js';
import { afterTimeout } from '../timers.js';
import { UnheardAnswers } from './unheard-answers.js';

const defaultTimeoutMs = 10_000;
/** How much longer than the client its process may take to answer. */
const spareMs = 1_000;
/** What is read by this stays as it is. */
const asItComes: ChannelDefinition = {};
/** How often the process of a client is looked up: a dead process is named until the client has come to another one. */
const maxLooks = 2;

/** What is said to the process that has a client. */
type ForClient = Question | Close | Move;

/** A question that waits for its answer. */
interface Asked {
  readonly settle: (answer: Answer) => void;
  /** The process that was told last to ask, by this one or by one that passed the question on. */
  processId?: string;
}

/** Clients that are with other processes. */
export class RemoteClients {
  readonly #cluster: Cluster;
  readonly #hub: Hub;
  readonly #asked = new Map<number, Asked>();
  readonly #answers: UnheardAnswers;
  /** Processes that were told to ask, or have asked, and counted as dead when that was last looked at. */
  #doubtful: ReadonlySet<string> = new Set();
  #count = 0;

  constructor(cluster: Cluster, hub: Hub) {
    this.#cluster = cluster;
    this.#hub = hub;
    this.#answers = new UnheardAnswers(cluster, hub.options.clock);
  }

  /** The client with this id, wherever it is. */
  async find(id: string): Promise<RemoteClient | undefined> {
    const place = await this.#cluster.broker.findSession(id);
    return place && new RemoteClient(this, this.#hub, id);
  }

  publish(id: string, path: string, data: unknown): Promise<void> {
    const message = createOutgoing(this.#hub, path, data);
    return this.#cluster.publish(inboxLogOf(id), message);
  }

  /** Asks what a process asks a client of its own. */
  ask(
    id: string,
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
      const stop = afterTimeout(this.#hub.options.clock, timeoutMs + spareMs, () => {
        fail('timeout', `the process of the client did not answer "${path}" in ${timeoutMs + spareMs} ms`);
      });
      this.#asked.set(number, {
        settle: (answer) => settle(() => void read(question, answer).then(resolve, reject)),
      });
      if (signal?.aborted === true) return onAbort();
      signal?.addEventListener('abort', onAbort);
      const from = this.#cluster.processId;
      // no end at all has no JSON form
      const atMostMs = Math.min(timeoutMs, Number.MAX_SAFE_INTEGER);
      this.#watch(this.#answer({ kind: 'ask', number, from, id, path, json, timeoutMs: atMostMs }));
    });
  }

  disconnect(id: string, reason: string, code: number): void {
    void this.#cluster.ends.insist(`client ${id}`, async () => {
      await this.#take({ kind: 'close', id, reason, code });
      // nor may it resume
      await this.#cluster.ends.endAnywhere(id, { reason, code });
    });
  }

  /** Puts a client into a room, or takes it out. */
  move(id: string, room: string, isIn: boolean): void {
    this.#watch(this.#take({ kind: 'move', id, room, isIn }));
  }

  /** A process says something about a client. */
  told(message: ProcessMessage): void {
    if (message.kind === 'ask') this.#watch(this.#answer(message));
    else if (message.kind === 'answer') this.#asked.get(message.number)?.settle(message);
    else if (message.kind === 'passed-on') this.#notePassedOn(message);
    else if (message.kind === 'close' || message.kind === 'move') this.#watch(this.#take(message));
  }

  /** Nobody waits for an answer any more. */
  end(): void {
    const error = toWireError(new SocketError('closed', '[closed] this process has left the others'));
    for (const [number, { settle }] of this.#asked) settle({ kind: 'answer', number, error });
  }

  /** What a process was to ask that has died will not be answered. What one that lives has not heard is said again. */
  async sweep(): Promise<void> {
    const dead = new Set<string>();
    const asked = Array.from(this.#asked.values(), ({ processId }) => processId);
    for (const processId of new Set([...asked, ...this.#answers.processes()])) {
      if (processId === undefined) continue;
      // where that is not known, another time
      if (!(await this.#cluster.broker.isAlive(processId).catch(() => true))) dead.add(processId);
    }
    const error = toWireError(
      new SocketError('unknown_outcome', '[unknown_outcome] the process of the client has died'),
    );
    // after a time without the engine nobody seems to live until they say so again
    const doubtful = this.#doubtful;
    const isDead = (processId: string): boolean => dead.has(processId) && doubtful.has(processId);
    for (const [number, { settle, processId = '' }] of this.#asked) {
      if (isDead(processId)) settle({ kind: 'answer', number, error });
    }
    this.#answers.sweep(isDead);
    this.#doubtful = dead;
  }

  /** Does to a client what is to be done, or has the process do it that has the client by now. */
  async #take(message: Close | Move): Promise<void> {
    const session = await this.#find(message.id);
    if (session === undefined) {
      // one that is to be closed is ended besides
      if ((await this.#reach(message)) === false && message.kind === 'move') throw notMoved(message);
    } else if (message.kind === 'close') {
      const { reason, code, before = Infinity } = message;
      if (session.everyone.sinceMs <= before) session.socket.disconnect(reason, code);
    } else if (message.isIn) session.socket.join(message.room);
    else session.socket.leave(message.room);
  }

  /** A process is told to ask: from now on it is the one that may die. */
  #notePassedOn({ number, to }: PassedOn): void {
    const asked = this.#asked.get(number);
    if (asked !== undefined) asked.processId = to;
  }

  /** Nobody else hears that it failed. */
  #watch(doing: Promise<void>): void {
    doing.catch((error: unknown) => this.#hub.report(error));
  }

  async #answer(question: Question): Promise<void> {
    const { number, from, id, path, json, timeoutMs } = question;
    const until = this.#hub.options.clock.now() + timeoutMs + spareMs;
    const answer = (of: Pick<Answer, 'data' | 'error'>): void => {
      const said = { kind: 'answer', number, ...of } as const;
      if (from === this.#cluster.processId) this.told(said);
      else void this.#answers.say({ to: from, answer: said, until });
    };
    try {
      let session = await this.#find(id);
      if (session === undefined) {
        const isHeard = await this.#reach(question);
        if (isHeard === true) return;
        // the client may have come here meanwhile
        session = await this.#find(id);
        if (session === undefined) throw notAsked(path, isHeard === undefined);
        this.#passOn(from, { kind: 'passed-on', number, to: this.#cluster.processId });
      }
      findAsked(this.#hub, path);
      answer({ data: await askClient(session, { path, json, channel: asItComes }, { timeoutMs }) });
    } catch (error) {
      answer({ error: toWireError(toSocketError(error, path)) });
    }
  }

  #passOn(processId: string, said: PassedOn): void {
    if (processId === this.#cluster.processId) this.told(said);
    else this.#cluster.tell(processId, said);
  }

  /** The session of a client that is with this process, or is just coming to it. */
  async #find(id: string): Promise<Session | undefined> {
    await this.#cluster.sessions.returning(id);
    const session = this.#hub.roster.find(id);
    return session?.isLetGo === true ? undefined : session;
  }

  /**
   * Says it to the process that has the client. Whether that hears it; `undefined` where none has it, or it would be this one.
   */
  async #reach(message: ForClient): Promise<boolean | undefined> {
    const { broker, processId } = this.#cluster;
    for (let looks = 1; ; looks += 1) {
      const place = await broker.findSession(message.id);
      if (place === undefined || place.processId === processId) return undefined;
      const { processId: to } = place;
      // first: once that process has the question, it may say in its turn that it passes it on
      if (message.kind === 'ask')
        this.#passOn(message.from, { kind: 'passed-on', number: message.number, to });
      if (await broker.tell(to, JSON.stringify(message))) return true;
      if (looks === maxLooks) return false;
      // it may be coming back in a moment. Moves are not held up: they would no longer be made in their order
      if (message.kind === 'ask') await this.#cluster.retry();
    }
  }
}

/** One client that is with another process. */
export class RemoteClient {
  readonly #clients: RemoteClients;
  readonly #hub: Hub;
  readonly id: string;

  constructor(clients: RemoteClients, hub: Hub, id: string) {
    this.#clients = clients;
    this.#hub = hub;
    this.id = id;
  }

  send(path: string, data?: unknown): void {
    this.publish(path, data).catch((error: unknown) => this.#hub.report(error, undefined, path));
  }

  async publish(path: string, data?: unknown): Promise<void> {
    await this.#clients.publish(this.id, path, data);
  }

  // async, so that what goes wrong before the question is out rejects
  async request(path: string, data?: unknown, options: AskOptions = {}): Promise<unknown> {
    return this.#clients.ask(this.id, encodeQuestion(this.#hub, path, data), options);
  }

  disconnect(reason = '', code: number = closeCodes.normal): void {
    checkOwnClose(code, reason);
    this.#clients.disconnect(this.id, reason, code);
  }
}

function notAsked(path: string, isGone: boolean): SocketError {
  if (isGone) return new SocketError('closed', `[closed] the client is gone; "${path}" was not asked`);
  const text = `the process of the client does not answer; "${path}" was not asked, as far as is known`;
  return new SocketError('not_accepted', `[not_accepted] ${text}`, { path, retryable: true });
}

function notMoved({ id, room, isIn }: Move): SocketError {
  const text = `client ${id} was not ${isIn ? 'put into' : 'taken out of'} the room "${room}": its process does not answer`;
  return new SocketError('not_accepted', `[not_accepted] ${text}`);
}

/** What a client has answered, as the contract says it is. @throws SocketError: its own, or that its answer does not fit */
async function read(question: EncodedQuestion, { data, error }: Answer): Promise<unknown> {
  if (error !== undefined) throw readError(question, error);
  return readAnswer(question, data);
}
