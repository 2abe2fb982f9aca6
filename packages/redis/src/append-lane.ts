// The messages for one log that Redis has not accepted yet, in order. Those of one turn of the event loop are sent as one
// batch, and batches follow each other without waiting. If one is refused, the ones behind it are awaited before any is sent
// again, so that none overtakes another. After a lost connection, it first looks for what may have arrived.
import type { LogHead } from '@wirepact/server';
import type { Clock } from '@wirepact/core/internal';
import { mend, redirectMs } from './mend.js';
import type { Batch, PendingAppend } from './pending-append.js';
import type { RedisNode } from './redis-node.js';
import type { Command } from './redis-script.js';
import { notAccepted, outcomeUnknown, refusalOf, refused } from './refusal.js';
import { readHeads } from './scripts/append.js';
import { readFound, type Found } from './scripts/find.js';
import type { Redirection, Topology } from './topology.js';

/** What a lane needs of the queue. */
export interface AppendLaneHost {
  readonly clock: Clock;
  readonly topology: Topology;
  /** The server that a message for this log can be sent to now. */
  nodeFor(log: string): RedisNode | undefined;
  commandOf(appends: Batch, knownAt: number): Command;
  findCommandOf(log: string, above: number, appends: readonly PendingAppend[]): Command;
  keyOf(append: PendingAppend): string;
  settle(append: PendingAppend, result: LogHead | Error): void;
  /** Nothing is left in it. */
  emptied(log: string): void;
}

/** How much is sent in one batch at most, because Redis does nothing else meanwhile. */
const maxBatch = 64;
const maxBatchBytes = 65_536;

/** The messages for one log. */
export class AppendLane {
  readonly log: string;
  readonly #host: AppendLaneHost;
  /** Those that were sent, and behind them those that wait. */
  #appends: PendingAppend[] = [];
  #waiting = 0;
  /** Batches that are not answered. */
  #sent = 0;
  #isScheduled = false;
  /** One was refused, or something is looked for: nothing is sent before that is over. */
  #isHalted = false;
  #isLooking = false;
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
    if (this.#isScheduled || this.#waiting > 1 || this.#free() === undefined) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.pump();
    });
  }

  /** Sends what waits, if it may go. */
  pump(): void {
    this.#dropSettled();
    const node = this.#free();
    if (node === undefined || this.#waiting === 0) return;
    const waiting = this.#appends.slice(-this.#waiting);
    const doubtful = waiting.filter(({ mayBeDone }) => mayBeDone);
    if (doubtful.length > 0) return this.#lookFor(doubtful, node);
    for (const batch of batchesOf(waiting)) this.#send(batch, node);
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
    const isBlocked = this.#isHalted || this.#isLooking || this.#stopPause !== undefined;
    return isBlocked ? undefined : this.#host.nodeFor(this.log);
  }

  #send(batch: Batch, node: RedisNode): void {
    const { askedOf } = batch[0];
    // to one whose line is gone the other one sends us again
    const isAsking = askedOf?.isOpen === true;
    const to = isAsking ? askedOf : node;
    const knownAt = batch.reduce((newest, { message }) => Math.max(newest, message.knownAt), this.#knownAt);
    const { words } = this.#host.commandOf(batch, knownAt);
    for (const append of batch) {
      // what it is given is above all that is known, and no earlier than the engine's clock
      append.doneAbove = Math.max(knownAt, to.earliestPosition);
      append.state = 'sent';
      append.askedOf = undefined;
    }
    this.#waiting -= batch.length;
    this.#sent += 1;
    to.send(words, isAsking).then(
      (reply) => this.#taken(batch, reply),
      (error: unknown) => this.#refused(batch, to, error),
    );
  }

  #taken(batch: Batch, reply: unknown): void {
    this.#sent -= 1;
    this.#takenOrder = Math.max(this.#takenOrder, batch.at(-1)?.order ?? 0);
    try {
      const heads = readHeads(reply, batch.length);
      this.#knownAt = Math.max(this.#knownAt, heads.at(-1)?.at ?? 0);
      for (const [index, head] of heads.entries()) {
        const append = batch[index];
        if (append !== undefined) this.#leave(append, head);
      }
    } catch (error) {
      const unknown = notAccepted(`Redis did not say where the message stands, ${outcomeUnknown}`, error);
      for (const append of batch) this.#leave(append, unknown);
    }
    if (this.#isHalted && this.#sent === 0) this.#regroup();
  }

  #refused(batch: Batch, node: RedisNode, error: unknown): void {
    const refusal = refusalOf(error);
    this.#sent -= 1;
    this.#isHalted = true;
    for (const append of batch) {
      append.error = error;
      append.state = 'refused';
      if (refusal.kind === 'lost') append.mayBeDone = true;
    }
    if (refusal.kind === 'ask') {
      const askedOf = this.#askedOf(refusal, node);
      for (const append of batch) append.askedOf = askedOf;
    } else if (refusal.kind !== 'lost' && !this.#makeGood(error, node)) {
      for (const append of batch) this.#leave(append, refused('the message', error));
    }
    if (this.#sent === 0) this.#regroup();
  }

  /** The server that has the slot for this once; `undefined` as long as there is no line to it: then it is asked for again. */
  #askedOf(to: Redirection, said: RedisNode): RedisNode | undefined {
    const askedOf = this.#host.topology.asked(to, said);
    if (askedOf.isOpen) return askedOf;
    this.#pauseMs = Math.max(this.#pauseMs, redirectMs);
    return undefined;
  }

  /** Does what can be done about an answer that is an error. `false` when that is nothing. */
  #makeGood(error: unknown, node: RedisNode): boolean {
    const pauseMs = mend(error, node, this.#host.topology);
    this.#pauseMs = Math.max(this.#pauseMs, pauseMs ?? 0);
    return pauseMs !== undefined;
  }

  /** All are answered: those that were refused are tried again, unless one behind them was taken. */
  #regroup(): void {
    for (const append of this.#appends) {
      if (append.state !== 'refused') continue;
      append.state = 'waiting';
      this.#waiting += 1;
    }
    this.#giveUpOvertaken();
    this.#isHalted = false;
    this.#goOn();
  }

  /** What was not taken before a later one was would stand behind that now. */
  #giveUpOvertaken(): void {
    for (const append of this.#appends) {
      if (append.order > this.#takenOrder) return;
      if (append.state === 'sent' || append.isSettled || append.mayBeDone) continue;
      const text = 'Redis refused the message, and has taken later ones';
      this.#host.settle(append, notAccepted(text, append.error));
    }
  }

  /** Goes on, after a pause where there is a reason for one. */
  #goOn(): void {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = 0;
    if (pauseMs > 0) {
      this.#stopPause = this.#host.clock.after(pauseMs, () => {
        this.#stopPause = undefined;
        this.pump();
      });
    }
    this.pump();
  }

  /** Finds out which of them were done. Nothing of the line before can come late: it was ended. */
  #lookFor(doubtful: readonly PendingAppend[], node: RedisNode): void {
    const above = Math.min(...doubtful.map(({ doneAbove }) => doneAbove));
    const { words } = this.#host.findCommandOf(this.log, Math.max(0, above), doubtful);
    this.#isLooking = true;
    void this.#find(words, doubtful, node).finally(() => {
      this.#isLooking = false;
      this.#goOn();
    });
  }

  async #find(
    words: readonly string[],
    doubtful: readonly PendingAppend[],
    node: RedisNode,
    isAsking = false,
  ): Promise<void> {
    try {
      this.#judge(doubtful, readFound(await node.send(words, isAsking)));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.kind === 'ask') {
        const askedOf = this.#askedOf(refusal, node);
        return askedOf && this.#find(words, doubtful, askedOf, true);
      }
      if (this.#makeGood(error, node)) return;
      for (const append of doubtful) {
        this.#host.settle(append, notAccepted(`the line to Redis broke, ${outcomeUnknown}`, error));
      }
    }
  }

  #judge(doubtful: readonly PendingAppend[], { epoch, reached, positions }: Found): void {
    for (const append of doubtful) {
      const at = positions.get(this.#host.keyOf(append));
      if (at !== undefined) {
        this.#takenOrder = Math.max(this.#takenOrder, append.order);
        this.#knownAt = Math.max(this.#knownAt, at);
        this.#host.settle(append, { epoch, at });
      } else if (reached <= append.doneAbove) {
        append.mayBeDone = false;
      } else {
        const text = `the line to Redis broke and the log has moved on, ${outcomeUnknown}`;
        this.#host.settle(append, notAccepted(text, append.error));
      }
    }
    this.#giveUpOvertaken();
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

/** What is sent together; what is to go to another server this once goes by itself. */
function batchesOf(appends: readonly PendingAppend[]): Batch[] {
  const batches: [PendingAppend, ...PendingAppend[]][] = [];
  let bytes = 0;
  for (const append of appends) {
    const batch = batches.at(-1);
    const fits = batch !== undefined && batch.length < maxBatch && bytes + append.bytes <= maxBatchBytes;
    if (fits && batch[0].askedOf === append.askedOf) {
      batch.push(append);
      bytes += append.bytes;
    } else {
      batches.push([append]);
      bytes = append.bytes;
    }
  }
  return batches;
}
