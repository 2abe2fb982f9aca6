// Commands other than appends: each is sent as soon as there is a connection, and again if that breaks, until Redis answers or
// it has taken too long. Every command sent this way may safely run twice, or prevents that itself.
import type { Clock } from '@wirepact/core/internal';
import { mend } from './mend.js';
import type { RedisNode } from './redis-node.js';
import type { Command } from './redis-script.js';
import { counted, explainDelay, notAccepted, refusalOf, refused } from './refusal.js';
import type { Topology } from './topology.js';
import { bytesOf, type WaitingBytes } from './waiting-bytes.js';

/** What asking needs of the broker. */
export interface AsksHost {
  readonly clock: Clock;
  readonly publishTimeoutMs: number;
  readonly maxWaiting: number;
  readonly waiting: WaitingBytes;
  readonly topology: Topology;
}

/** Makes what is sent, of how many ms ago it was asked for; 0 when it was only now. */
type CommandAfter = (ageMs: number) => Command;

/** How something is asked. */
interface Care {
  /** Whether the bounds hold for it. */
  readonly isBounded: boolean;
  /** A newer command with the same slot replaces it. */
  readonly slot?: string;
  /** How many bytes it counts as. */
  readonly bytes?: number;
}

interface Ask extends Omit<Care, 'bytes' | 'isBounded'> {
  isBounded: boolean;
  /** Given up as soon as a newer one says the same. */
  command: CommandAfter | undefined;
  /** What has come to nothing where it is not answered: `the log "lobby" could not be read`. */
  readonly what: string;
  readonly askedAt: number;
  deadline: number;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Settles as it does. */
  outcome: Promise<unknown>;
  bytes: number;
  /** The newer one of the same slot. */
  next: Ask | undefined;
  /** Why it is not answered yet. */
  cause: unknown;
  isSent: boolean;
  /** It had to wait, or was sent before: what is sent now is older than what others may have asked since. */
  isLate: boolean;
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
  /** Those that a newer one has replaced, and that only wait for what becomes of it. */
  readonly #replaced = new Set<Ask>();
  /** Those for which there is no line. */
  readonly #waiting = new Set<Ask>();
  /** The newest of each slot. */
  readonly #newest = new Map<string, Ask>();
  #stopTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(host: AsksHost) {
    this.#host = host;
  }

  /** Asks, and reads the answer. @throws SocketError `not_accepted` when there is none in time, or none that can be read */
  async ask<TReply>(what: string, command: Command, read: (reply: unknown) => TReply): Promise<TReply> {
    const reply = await this.#ask(what, () => command, { isBounded: true });
    return read(reply);
  }

  /**
   * Asks what this process must be able to say to stay what it is, however much is asked beside that. Whoever insists sees to it
   * that there is one ask for each thing at most. @throws SocketError `not_accepted` when there is no answer in time
   */
  async insist<TReply>(what: string, command: Command, read: (reply: unknown) => TReply): Promise<TReply> {
    const reply = await this.#ask(what, () => command, { isBounded: false });
    return read(reply);
  }

  /**
   * Asks for something that replaces what was asked before for the same slot: that is not sent again once this was asked, and
   * settles as this does. @throws SocketError `not_accepted` when there is no answer in time, or too much waits already
   */
  async replace(what: string, slot: string, command: CommandAfter): Promise<void> {
    await this.#ask(what, command, { isBounded: true, slot, bytes: bytesOf(command(0)) });
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

  #ask(what: string, command: CommandAfter, { isBounded, slot, bytes = 0 }: Care): Promise<unknown> {
    const { clock, publishTimeoutMs, maxWaiting, waiting } = this.#host;
    if (this.#isClosed) return Promise.reject(notAccepted('the broker is closed'));
    if (isBounded && (this.#bounded >= maxWaiting || !waiting.take(bytes))) {
      const others = `${counted(this.#bounded, 'request')}, and ${counted(waiting.bytes, 'byte')} in all`;
      return Promise.reject(notAccepted(`${what}: too much waits for Redis already: ${others}`));
    }
    const now = clock.now();
    const { promise: outcome, resolve, reject } = withResolvers();
    const ask: Ask = {
      ...{ command, what, isBounded, bytes, resolve, reject, outcome },
      ...(slot !== undefined && { slot }),
      ...{ askedAt: now, deadline: now + publishTimeoutMs, next: undefined, cause: undefined },
      ...{ isSent: false, isLate: false, isSettled: false, stopWaiting: nothing },
    };
    this.#stopTimer ??= clock.after(publishTimeoutMs, () => this.#expire());
    this.#open.add(ask);
    if (isBounded) this.#bounded += 1;
    this.#outdate(ask);
    this.#send(ask);
    return outcome;
  }

  /** What was asked before for the slot of this one is not sent again. */
  #outdate(ask: Ask): void {
    if (ask.slot === undefined) return;
    const before = this.#newest.get(ask.slot);
    this.#newest.set(ask.slot, ask);
    if (before === undefined) return;
    before.next = ask;
    if (!before.isSent) this.#yield(before, ask);
  }

  /** It settles as a newer one does, if that is in time. */
  #yield(ask: Ask, next: Ask): void {
    if (ask.isSettled) return;
    ask.stopWaiting();
    this.#waiting.delete(ask);
    this.#forget(ask);
    // its place is for what is still to be said
    if (ask.isBounded) this.#bounded -= 1;
    ask.isBounded = false;
    this.#replaced.add(ask);
    const [oldest] = this.#replaced;
    if (oldest !== undefined && this.#replaced.size > this.#host.maxWaiting) {
      this.#reject(
        oldest,
        notAccepted(`${oldest.what}: newer values have taken its place, and wait as well`),
      );
    }
    next.outcome.then(
      (reply) => this.#resolve(ask, reply),
      (error: Error) => this.#reject(ask, error),
    );
  }

  /** It is not sent any more. */
  #forget(ask: Ask): void {
    this.#host.waiting.give(ask.bytes);
    ask.bytes = 0;
    ask.command = undefined;
  }

  /** Gives up what has taken too long. */
  #expire(): void {
    const { clock, publishTimeoutMs } = this.#host;
    const now = clock.now();
    this.#stopTimer = undefined;
    for (const ask of this.#open) {
      if (ask.deadline > now) {
        this.#clampDeadlines(ask, now);
        this.#stopTimer = clock.after(ask.deadline - now, () => this.#expire());
        return;
      }
      const text = `${ask.what}: ${explainDelay(publishTimeoutMs, ask.cause)}`;
      this.#reject(ask, notAccepted(text, ask.cause));
    }
  }

  /** Where the clock was set back, nothing waits for as long as that on top. */
  #clampDeadlines(oldest: Ask, now: number): void {
    const latest = now + this.#host.publishTimeoutMs;
    if (oldest.deadline <= latest) return;
    for (const ask of this.#open) ask.deadline = Math.min(ask.deadline, latest);
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
    this.#replaced.delete(ask);
    if (ask.isBounded) this.#bounded -= 1;
    if (ask.slot !== undefined && this.#newest.get(ask.slot) === ask) this.#newest.delete(ask.slot);
    this.#forget(ask);
    return true;
  }

  #send(ask: Ask, given?: RedisNode, isAsking = false): void {
    if (ask.command === undefined) return;
    const { clock, topology } = this.#host;
    // what is sent at once has no age, however fine the clock: a value that another process set a moment ago is an older one
    const { key, words } = ask.command(ask.isLate ? Math.max(1, clock.now() - ask.askedAt) : 0);
    const node = given ?? topology.nodeOf(key);
    ask.isLate = true;
    if (node?.isOpen !== true) {
      this.#waiting.add(ask);
      return;
    }
    ask.isSent = true;
    node.send(words, isAsking).then(
      (reply) => this.#resolve(ask, reply),
      (error: unknown) => this.#failed(ask, node, error),
    );
  }

  #failed(ask: Ask, node: RedisNode, error: unknown): void {
    const { topology, clock } = this.#host;
    ask.cause = error;
    ask.isSent = false;
    const refusal = refusalOf(error);
    const askedOf = refusal.kind === 'ask' ? topology.asked(refusal, node) : undefined;
    const pauseMs = refusal.kind === 'lost' || askedOf !== undefined ? 0 : mend(error, node, topology);
    if (pauseMs === undefined) return this.#reject(ask, refused(ask.what, error));
    if (ask.next !== undefined) return this.#yield(ask, ask.next);
    if (refusal.kind === 'lost' || askedOf !== undefined) {
      return this.#send(ask, askedOf, askedOf !== undefined);
    }
    if (!ask.isSettled) ask.stopWaiting = clock.after(pauseMs, () => this.#send(ask));
  }
}

/** A promise, and what settles it. */
function withResolvers(): Pick<Ask, 'resolve' | 'reject'> & { readonly promise: Promise<unknown> } {
  let [resolve, reject]: [Ask['resolve'], Ask['reject']] = [nothing, nothing];
  const promise = new Promise<unknown>((resolvePromise, rejectPromise) => {
    [resolve, reject] = [resolvePromise, rejectPromise];
  });
  return { promise, resolve, reject };
}
