// What is asked of Redis beside appends: sent as soon as there is a line, and again when that broke, until it is answered or
// has taken too long. Whatever goes this way may be done twice.
import type { Clock } from '@wirepact/core/internal';
import { mend } from './mend.js';
import type { RedisNode } from './redis-node.js';
import type { Command } from './redis-script.js';
import { explain, notAccepted, refusalOf, refused } from './refusal.js';
import type { Topology } from './topology.js';

/** What asking needs of the broker. */
export interface AsksHost {
  readonly clock: Clock;
  readonly publishTimeoutMs: number;
  readonly maxWaiting: number;
  readonly topology: Topology;
}

interface Ask {
  readonly command: Command;
  readonly what: string;
  readonly isBounded: boolean;
  readonly deadline: number;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Why it is not answered yet. */
  cause: unknown;
  isSettled: boolean;
  stopWaiting: () => void;
}

const nothing = (): void => undefined;

/** What was asked and is not answered. */
export class Asks {
  readonly #host: AsksHost;
  /** In the order of the calls, and so of their deadlines: one timer does for all. */
  readonly #open = new Set<Ask>();
  /** Those of them for which the bound holds. */
  #bounded = 0;
  /** Those for which there is no line. */
  readonly #waiting = new Set<Ask>();
  #stopTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(host: AsksHost) {
    this.#host = host;
  }

  /** Asks, and reads the answer. @throws SocketError `not_accepted` when there is none in time, or none that can be read */
  async ask<TReply>(what: string, command: Command, read: (reply: unknown) => TReply): Promise<TReply> {
    const reply = await this.#ask(what, command, true);
    return read(reply);
  }

  /**
   * Asks what this process must be able to say to stay what it is, however much is asked beside that. Whoever insists sees to it
   * that there is one ask for each thing at most. @throws SocketError `not_accepted` when there is no answer in time
   */
  async insist<TReply>(what: string, command: Command, read: (reply: unknown) => TReply): Promise<TReply> {
    const reply = await this.#ask(what, command, false);
    return read(reply);
  }

  /** A server can be asked. */
  resume(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const ask of waiting) this.#send(ask);
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer?.();
    for (const ask of this.#open) this.#reject(ask, notAccepted('the broker is closed'));
  }

  #ask(what: string, command: Command, isBounded: boolean): Promise<unknown> {
    const { clock, publishTimeoutMs, maxWaiting } = this.#host;
    if (this.#isClosed) return Promise.reject(notAccepted('the broker is closed'));
    if (isBounded && this.#bounded >= maxWaiting) {
      return Promise.reject(
        notAccepted(`${what} is not asked of Redis: ${maxWaiting} others wait for it already`),
      );
    }
    return new Promise((resolve, reject) => {
      const ask: Ask = {
        command,
        what,
        isBounded,
        deadline: clock.now() + publishTimeoutMs,
        resolve,
        reject,
        cause: undefined,
        isSettled: false,
        stopWaiting: nothing,
      };
      this.#stopTimer ??= clock.after(publishTimeoutMs, () => this.#expire());
      this.#open.add(ask);
      if (isBounded) this.#bounded += 1;
      this.#send(ask);
    });
  }

  /** Gives up what has taken too long. */
  #expire(): void {
    const { clock, publishTimeoutMs } = this.#host;
    const now = clock.now();
    this.#stopTimer = undefined;
    for (const ask of this.#open) {
      if (ask.deadline > now) {
        this.#stopTimer = clock.after(ask.deadline - now, () => this.#expire());
        return;
      }
      const why = ask.cause === undefined ? 'it did not answer' : explain(ask.cause);
      const text = `${ask.what} had no answer from Redis within ${publishTimeoutMs} ms: ${why}`;
      this.#reject(ask, notAccepted(text, ask.cause));
    }
  }

  #resolve(ask: Ask, reply: unknown): void {
    if (this.#leave(ask)) ask.resolve(reply);
  }

  #reject(ask: Ask, error: Error): void {
    if (this.#leave(ask)) ask.reject(error);
  }

  /** Nothing is done about it any more. `false` when that was so already. */
  #leave(ask: Ask): boolean {
    if (ask.isSettled) return false;
    ask.isSettled = true;
    ask.stopWaiting();
    this.#open.delete(ask);
    this.#waiting.delete(ask);
    if (ask.isBounded) this.#bounded -= 1;
    return true;
  }

  #send(
    ask: Ask,
    node: RedisNode | undefined = this.#host.topology.nodeOf(ask.command.key),
    isAsking = false,
  ): void {
    if (ask.isSettled) return;
    if (node?.isOpen !== true) {
      this.#waiting.add(ask);
      return;
    }
    node.send(ask.command.words, isAsking).then(
      (reply) => this.#resolve(ask, reply),
      (error: unknown) => this.#failed(ask, node, error),
    );
  }

  #failed(ask: Ask, node: RedisNode, error: unknown): void {
    const { topology, clock } = this.#host;
    ask.cause = error;
    const refusal = refusalOf(error);
    if (refusal.kind === 'lost') return this.#send(ask);
    if (refusal.kind === 'ask') return this.#send(ask, topology.asked(refusal, node), true);
    const pauseMs = mend(error, node, topology);
    if (pauseMs === undefined) return this.#reject(ask, refused(ask.what, error));
    if (!ask.isSettled) ask.stopWaiting = clock.after(pauseMs, () => this.#send(ask));
  }
}
