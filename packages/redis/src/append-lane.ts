// The messages for one log that Redis has not taken yet, in their order. They are sent one behind the other without waiting; when
// one is refused, those behind it are waited for before any is sent again, so that none overtakes another.
import type { Append, LogHead } from '@wirepact/server';
import type { Clock } from '@wirepact/core/internal';
import type { RedisNode } from './redis-node.js';
import type { Command } from './redis-script.js';
import { notAccepted, outcomeUnknown, refusalOf, refused } from './refusal.js';
import type { Topology } from './topology.js';

/** A message that Redis has not taken yet. */
export interface PendingAppend {
  readonly message: Append;
  readonly bytes: number;
  readonly order: number;
  /** In ms since the epoch. */
  readonly deadline: number;
  readonly resolve: (head: LogHead) => void;
  readonly reject: (error: unknown) => void;
  state: 'waiting' | 'sent' | 'refused';
  /** Nobody waits for it any more. */
  isSettled: boolean;
  /** The line broke under it. */
  mayBeDone: boolean;
  /** If it was done, then above this position. */
  doneAbove: number;
  /** The server that has its slot for this once. */
  askedOf: RedisNode | undefined;
  /** Why it is not taken yet. */
  error: unknown;
}

/** What a lane needs of the queue. */
export interface AppendLaneHost {
  readonly clock: Clock;
  readonly topology: Topology;
  /** The server that a message for this log can be sent to now. */
  nodeFor(log: string): RedisNode | undefined;
  /** What is sent for a message. */
  commandOf(append: PendingAppend, knownAt: number): Command;
  readReply(reply: unknown): LogHead;
  settle(append: PendingAppend, result: LogHead | Error): void;
  /** Nothing is left in it. */
  emptied(log: string): void;
}

/** What Redis cannot do now is tried again then; what another server is to do, soon. */
const retryMs = 50;
const redirectMs = 5;

/** The messages for one log. */
export class AppendLane {
  readonly log: string;
  readonly #host: AppendLaneHost;
  #appends: PendingAppend[] = [];
  #sent = 0;
  #waiting = 0;
  /** One was refused: those that are under way are waited for. */
  #isHalted = false;
  #stopPause: (() => void) | undefined;
  #pauseMs = 0;
  /** The last one that was taken, and the newest position that is known by that. */
  #takenOrder = 0;
  #knownAt = 0;

  constructor(log: string, host: AppendLaneHost) {
    this.log = log;
    this.#host = host;
  }

  add(append: PendingAppend): void {
    this.#appends.push(append);
    this.#waiting += 1;
    const node = this.#waiting === 1 ? this.#free() : undefined;
    if (node !== undefined) this.#send(append, node);
  }

  /** Sends what waits, if it may go. */
  pump(): void {
    this.#dropSettled();
    const node = this.#free();
    if (node === undefined || this.#waiting === 0) return;
    for (const append of this.#appends) {
      if (append.state === 'waiting') this.#send(append, node);
    }
  }

  /** What may have been done may still come late: it cannot be sent again. */
  giveUpDoubtful(): void {
    for (const append of this.#appends) {
      if (!append.mayBeDone || append.state === 'sent') continue;
      this.#host.settle(append, notAccepted(`the line to Redis broke, ${outcomeUnknown}`, append.error));
    }
    this.#dropSettled();
  }

  close(): void {
    this.#stopPause?.();
  }

  #free(): RedisNode | undefined {
    return this.#isHalted || this.#stopPause !== undefined ? undefined : this.#host.nodeFor(this.log);
  }

  #send(append: PendingAppend, node: RedisNode): void {
    const { message, askedOf } = append;
    const knownAt = Math.max(message.knownAt, this.#knownAt);
    // what it is given is above all that is known, and no earlier than the engine's clock
    if (!append.mayBeDone) append.doneAbove = Math.max(knownAt, node.earliestPosition);
    const { words } = this.#host.commandOf(append, knownAt);
    append.state = 'sent';
    append.askedOf = undefined;
    this.#waiting -= 1;
    this.#sent += 1;
    (askedOf ?? node).send(words, askedOf !== undefined).then(
      (reply) => this.#taken(append, reply),
      (error: unknown) => this.#refused(append, node, error),
    );
  }

  #taken(append: PendingAppend, reply: unknown): void {
    this.#sent -= 1;
    this.#takenOrder = Math.max(this.#takenOrder, append.order);
    try {
      const head = this.#host.readReply(reply);
      this.#knownAt = Math.max(this.#knownAt, head.at);
      this.#leave(append, head);
    } catch (error) {
      this.#leave(
        append,
        notAccepted(`Redis did not say where the message stands, ${outcomeUnknown}`, error),
      );
    }
    if (this.#isHalted && this.#sent === 0) this.#regroup();
  }

  #refused(append: PendingAppend, node: RedisNode, error: unknown): void {
    const { topology } = this.#host;
    const refusal = refusalOf(error);
    this.#sent -= 1;
    append.error = error;
    append.state = 'refused';
    let pauseMs = retryMs;
    switch (refusal.kind) {
      case 'lost':
        append.mayBeDone = true;
        pauseMs = 0;
        break;
      case 'unloaded':
        node.reload();
        pauseMs = 0;
        break;
      case 'ask':
        append.askedOf = topology.asked(refusal, node);
        pauseMs = append.askedOf.isOpen ? 0 : redirectMs;
        break;
      case 'moved':
        if (!topology.moved(refusal, node)) return this.#giveUp(append, refused('the message', error));
        pauseMs = redirectMs;
        break;
      case 'demoted':
        topology.lost(node);
        break;
      case 'busy':
        break;
      case 'unknown':
        return this.#giveUp(append, notAccepted(`the line to Redis broke, ${outcomeUnknown}`, error));
      case 'final':
        return this.#giveUp(append, refused('the message', error));
    }
    this.#pauseMs = Math.max(this.#pauseMs, pauseMs);
    this.#isHalted = true;
    if (this.#sent === 0) this.#regroup();
  }

  #giveUp(append: PendingAppend, error: Error): void {
    this.#leave(append, error);
    if (this.#isHalted && this.#sent === 0) this.#regroup();
  }

  /** All are answered: those that were refused are tried again, unless one behind them was taken. */
  #regroup(): void {
    const { clock } = this.#host;
    for (const append of this.#appends) {
      if (append.state !== 'refused') continue;
      append.state = 'waiting';
      this.#waiting += 1;
      if (append.order > this.#takenOrder || append.isSettled) continue;
      const text = 'Redis refused the message, and has taken later ones';
      this.#host.settle(
        append,
        notAccepted(append.mayBeDone ? `${text}, ${outcomeUnknown}` : text, append.error),
      );
    }
    this.#isHalted = false;
    if (this.#pauseMs > 0) {
      this.#stopPause = clock.after(this.#pauseMs, () => {
        this.#stopPause = undefined;
        this.pump();
      });
      this.#pauseMs = 0;
    }
    this.pump();
  }

  #leave(append: PendingAppend, result: LogHead | Error): void {
    // answers come in the order of the questions
    if (this.#appends[0] === append) this.#appends.shift();
    else this.#appends = this.#appends.filter((other) => other !== append);
    this.#host.settle(append, result);
    this.#checkEmpty();
  }

  /** One whose answer is still to come stays: those behind it may not overtake it. */
  #dropSettled(): void {
    if (this.#appends.every(({ state, isSettled }) => state === 'sent' || !isSettled)) return;
    this.#appends = this.#appends.filter(({ state, isSettled }) => state === 'sent' || !isSettled);
    this.#waiting = this.#appends.filter(({ state }) => state === 'waiting').length;
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.#appends.length > 0) return;
    this.#stopPause?.();
    this.#stopPause = undefined;
    this.#host.emptied(this.log);
  }
}
