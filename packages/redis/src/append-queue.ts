// The messages on their way into logs: bounded in number and bytes, in the order of the calls for each log, each rejected when
// its time is over. A message that was under way when the connection broke is sent again without being appended twice.
import type { Append, LogHead } from '@wirepact/server';
import type { Clock } from '@wirepact/core/internal';
import { AppendLane } from './append-lane.js';
import type { Batch, PendingAppend } from './pending-append.js';
import type { RedisNode } from './redis-node.js';
import type { Command } from './redis-script.js';
import { counted, explainDelay, messageGivenUp, notAccepted } from './refusal.js';
import type { Topology } from './topology.js';
import type { WaitingBytes } from './waiting-bytes.js';

/** What the queue needs of the broker. */
export interface AppendQueueHost {
  readonly clock: Clock;
  readonly publishTimeoutMs: number;
  readonly maxMessages: number;
  readonly waiting: WaitingBytes;
  readonly topology: Topology;
  /** The key that says which server a log is on. */
  channelOf(log: string): string;
  /**
   * What is sent for messages of one log, which are to stand above the position `knownAt`. With `above`, some may stand above
   * that position already, and are not appended again.
   */
  commandOf(appends: Batch, knownAt: number, above?: number): Command;
}

/** Messages on their way into logs. */
export class AppendQueue {
  readonly #host: AppendQueueHost;
  readonly #lanes = new Map<string, AppendLane>();
  /** In the order of the calls, and so of their deadlines. */
  readonly #pending = new Set<PendingAppend>();
  /** Servers that were away: first it is found out what they have lost. */
  readonly #held = new WeakSet<RedisNode>();
  #lastOrder = 0;
  #stopTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(host: AppendQueueHost) {
    this.#host = host;
  }

  /** @throws SocketError `not_accepted` when too much waits, when Redis refuses it, or when its time is over */
  append(message: Append): Promise<LogHead> {
    const { clock, maxMessages, waiting, publishTimeoutMs } = this.#host;
    const bytes = Buffer.byteLength(message.body);
    if (this.#isClosed) return Promise.reject(notAccepted('the broker is closed'));
    if (this.#pending.size >= maxMessages || !waiting.take(bytes)) {
      const others = `${counted(this.#pending.size, 'message')}, and ${counted(waiting.bytes, 'byte')} in all`;
      const why = `the queue is full: ${others}; this one has ${counted(bytes, 'byte')}`;
      return Promise.reject(messageGivenUp(why, false));
    }
    return new Promise((resolve, reject) => {
      // one literal: put together of several it took 5 % of what a process does while it publishes
      const append: PendingAppend = {
        message,
        bytes,
        resolve,
        reject,
        order: (this.#lastOrder += 1),
        deadline: clock.now() + publishTimeoutMs,
        state: 'waiting',
        isSettled: false,
        mayBeDone: false,
        doneAbove: 0,
        askedOf: undefined,
        error: undefined,
      };
      this.#pending.add(append);
      this.#stopTimer ??= clock.after(publishTimeoutMs, () => this.#expire());
      this.#laneOf(message.log).add(append);
    });
  }

  /** What waits for the end of the turn goes now: something is about to be said behind it. */
  flush(log: string): void {
    this.#lanes.get(log)?.pump();
  }

  /** A server is back: what is for it waits until it is released. What may have come late is not sent again. */
  hold(node: RedisNode, isFenced: boolean): void {
    this.#held.add(node);
    if (isFenced) return;
    for (const lane of this.#lanes.values()) {
      if (this.#nodeOf(lane.log) === node) lane.giveUpDoubtful();
    }
  }

  release(node: RedisNode): void {
    this.#held.delete(node);
    this.pump();
  }

  /** Something may go that could not. */
  pump(): void {
    for (const lane of [...this.#lanes.values()]) lane.pump();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer?.();
    for (const append of this.#pending) {
      const isDoubtful = append.state === 'sent' || append.mayBeDone;
      this.#settle(append, messageGivenUp('the broker is closed', isDoubtful));
    }
    for (const lane of this.#lanes.values()) lane.close();
    this.#lanes.clear();
  }

  #laneOf(log: string): AppendLane {
    let lane = this.#lanes.get(log);
    if (lane === undefined) {
      const { clock, topology } = this.#host;
      lane = new AppendLane(log, {
        clock,
        topology,
        commandOf: (appends, knownAt, above) => this.#host.commandOf(appends, knownAt, above),
        nodeFor: (of) => this.#openNodeOf(of),
        settle: (append, result) => this.#settle(append, result),
        emptied: (of) => this.#lanes.delete(of),
      });
      this.#lanes.set(log, lane);
    }
    return lane;
  }

  #nodeOf(log: string): RedisNode | undefined {
    return this.#host.topology.nodeOf(this.#host.channelOf(log));
  }

  #openNodeOf(log: string): RedisNode | undefined {
    const node = this.#nodeOf(log);
    return node?.isOpen === true && !this.#held.has(node) ? node : undefined;
  }

  #settle(append: PendingAppend, result: LogHead | Error): void {
    if (!this.#pending.delete(append)) return;
    append.isSettled = true;
    this.#host.waiting.give(append.bytes);
    if (result instanceof Error) append.reject(result);
    else append.resolve(result);
  }

  #expire(): void {
    const { clock, publishTimeoutMs } = this.#host;
    const now = clock.now();
    const lanes = new Set<AppendLane>();
    this.#stopTimer = undefined;
    for (const append of this.#pending) {
      if (append.deadline > now) {
        this.#stopTimer = clock.after(append.deadline - now, () => this.#expire());
        break;
      }
      const isDoubtful = append.state === 'sent' || append.mayBeDone;
      const why = explainDelay(publishTimeoutMs, append.error);
      this.#settle(append, messageGivenUp(why, isDoubtful, append.error));
      const lane = this.#lanes.get(append.message.log);
      if (lane !== undefined) lanes.add(lane);
    }
    // each looks through all that it has: once, however much of that is late
    for (const lane of lanes) lane.pump();
  }
}
