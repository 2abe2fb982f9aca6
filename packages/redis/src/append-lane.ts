// The messages for one log that Redis has not accepted yet, in order. Those of one turn of the event loop are sent as one
// batch, and batches follow each other without waiting. If one is refused, the ones behind it are awaited before any is sent
// again, so that none overtakes another. What a lost connection may have carried is appended only where it does not stand yet.
import type { LogHead } from '@wirepact/server';
import type { Clock } from '@wirepact/core/internal';
import { mend, redirectMs } from './mend.js';
import type { Batch, PendingAppend } from './pending-append.js';
import type { RedisNode } from './redis-node.js';
import type { Command } from './redis-script.js';
import { messageGivenUp, refusalOf, refused } from './refusal.js';
import { readAppended, type Appended } from './scripts/append.js';
import type { Redirection, Topology } from './topology.js';

/** What a lane needs of the queue. */
export interface AppendLaneHost {
  readonly clock: Clock;
  readonly topology: Topology;
  /** The server that a message for this log can be sent to now. */
  nodeFor(log: string): RedisNode | undefined;
  /** With `above`, some of these may stand in the log already, above that position. */
  commandOf(appends: Batch, knownAt: number, above: number | undefined): Command;
  settle(append: PendingAppend, result: LogHead | Error): void;
  /** Nothing is left in it. */
  emptied(log: string): void;
}

/** How much is sent in one batch at most, because Redis does nothing else meanwhile. */
const maxBatch = 64;
const maxBatchBytes = 65_536;

type Phase =
  | { readonly kind: 'open' }
  /** What waits is sent at the end of this turn. */
  | { readonly kind: 'scheduled' }
  /** One was refused: nothing is sent before all are answered. */
  | { readonly kind: 'halted' }
  /** Nothing is sent for a moment. */
  | { readonly kind: 'paused'; readonly stop: () => void };

/** Why it is not known what became of a message. */
const brokeOff = 'the connection to Redis broke';

/** The messages for one log. */
export class AppendLane {
  readonly log: string;
  readonly #host: AppendLaneHost;
  /** Those that were sent, and behind them those that wait. */
  #appends: PendingAppend[] = [];
  #waiting = 0;
  /** Batches that are not answered. */
  #sent = 0;
  #phase: Phase = { kind: 'open' };
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
    if (this.#phase.kind !== 'open' || this.#waiting > 1 || this.#free() === undefined) return;
    this.#phase = { kind: 'scheduled' };
    queueMicrotask(() => {
      if (this.#phase.kind === 'scheduled') this.#phase = { kind: 'open' };
      this.pump();
    });
  }

  /** Sends what waits, if it may go. */
  pump(): void {
    this.#dropSettled();
    const node = this.#free();
    if (node === undefined || this.#waiting === 0) return;
    const waiting = this.#appends.slice(-this.#waiting);
    // what goes before one that may have been taken may be too late
    const doubted = waiting.map(({ mayBeDone }) => mayBeDone).lastIndexOf(true) + 1;
    this.#sendAgain(waiting.slice(0, doubted), node);
    for (const batch of batchesOf(waiting.slice(doubted))) this.#send(batch, node);
  }

  /** What may have been done may still come late: it cannot be sent again. */
  giveUpDoubtful(): void {
    for (const append of this.#appends) {
      if (!append.mayBeDone || append.state === 'sent') continue;
      this.#host.settle(append, messageGivenUp(brokeOff, true, append.error));
    }
    this.#dropSettled();
  }

  close(): void {
    this.#endPause();
  }

  #free(): RedisNode | undefined {
    const { kind } = this.#phase;
    return kind === 'open' || kind === 'scheduled' ? this.#host.nodeFor(this.log) : undefined;
  }

  /** Some may have been done, and are not done again. Nothing of the line before can come late: it was ended. */
  #sendAgain(appends: readonly PendingAppend[], node: RedisNode): void {
    const above = Math.max(0, Math.min(...appends.map(({ doneAbove }) => doneAbove)));
    for (const batch of batchesOf(appends)) this.#send(batch, node, above);
  }

  #send(batch: Batch, node: RedisNode, above?: number): void {
    const { askedOf } = batch[0];
    // to one whose line is gone the other one sends us again
    const isAsking = askedOf?.isOpen === true;
    const to = isAsking ? askedOf : node;
    const knownAt = batch.reduce((newest, { message }) => Math.max(newest, message.knownAt), this.#knownAt);
    const { words } = this.#host.commandOf(batch, knownAt, above);
    for (const append of batch) {
      // what it is given is above all that is known, and no earlier than the engine's clock
      if (!append.mayBeDone) append.doneAbove = Math.max(knownAt, to.earliestPosition);
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
    try {
      const appended = readAppended(reply, batch.length);
      for (const [index, append] of batch.entries()) this.#judge(append, appended[index]);
    } catch (error) {
      this.#takenOrder = Math.max(this.#takenOrder, batch.at(-1)?.order ?? 0);
      const unknown = messageGivenUp('the answer of Redis could not be read', true, error);
      for (const append of batch) this.#leave(append, unknown);
    }
    if (this.#phase.kind === 'halted' && this.#sent === 0) this.#regroup();
  }

  #judge(append: PendingAppend, appended: Appended = 'unknown'): void {
    if (appended === 'overtaken') return this.#leave(append, overtaken(append));
    if (appended === 'unknown') {
      const why = `${brokeOff}, and others have written to the log since`;
      return this.#leave(append, messageGivenUp(why, true, append.error));
    }
    this.#takenOrder = Math.max(this.#takenOrder, append.order);
    this.#knownAt = Math.max(this.#knownAt, appended.at);
    this.#leave(append, appended);
  }

  #refused(batch: Batch, node: RedisNode, error: unknown): void {
    const refusal = refusalOf(error);
    this.#sent -= 1;
    this.#phase = { kind: 'halted' };
    for (const append of batch) {
      append.error = error;
      append.state = 'refused';
      if (refusal.kind === 'lost') append.mayBeDone = true;
    }
    if (refusal.kind === 'ask') {
      const askedOf = this.#askedOf(refusal, node);
      for (const append of batch) append.askedOf = askedOf;
    } else if (refusal.kind !== 'lost' && !this.#makeGood(error, node)) {
      for (const append of batch) this.#leave(append, givenUp(append, error));
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
    this.#goOn();
  }

  /** What was not taken before a later one was would stand behind that now. */
  #giveUpOvertaken(): void {
    for (const append of this.#appends) {
      if (append.order > this.#takenOrder) return;
      if (append.state === 'sent' || append.isSettled || append.mayBeDone) continue;
      this.#host.settle(append, overtaken(append));
    }
  }

  /** Goes on, after a pause where there is a reason for one. */
  #goOn(): void {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = 0;
    this.#phase = { kind: 'open' };
    if (pauseMs > 0) this.#pause(pauseMs);
    this.pump();
  }

  #pause(pauseMs: number): void {
    const stop = this.#host.clock.after(pauseMs, () => {
      this.#phase = { kind: 'open' };
      this.pump();
    });
    this.#phase = { kind: 'paused', stop };
  }

  #endPause(): void {
    if (this.#phase.kind !== 'paused') return;
    this.#phase.stop();
    this.#phase = { kind: 'open' };
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
    this.#endPause();
    this.#host.emptied(this.log);
  }
}

function overtaken({ error }: PendingAppend): Error {
  return messageGivenUp('Redis refused it, and has accepted later ones since', false, error);
}

/** What was in doubt before it was refused for good stays in doubt. */
function givenUp({ mayBeDone }: PendingAppend, error: unknown): Error {
  if (!mayBeDone) return refused('the message was not accepted', error);
  return messageGivenUp(brokeOff, true, error);
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
