// Puts together everything that talks to Redis: the servers, the subscriptions, the commands, and the messages waiting to be
// appended.
import type { BrokerListener } from '@wirepact/server';
import { AppendQueue, type AppendQueueHost } from './append-queue.js';
import { Asks } from './asks.js';
import { Attempts } from './attempts.js';
import { Cluster } from './cluster.js';
import { LastLines } from './line-identity.js';
import type { ResolvedOptions } from './options.js';
import type { NodeHost, RedisNode } from './redis-node.js';
import type { Command, RedisScript } from './redis-script.js';
import { Returns } from './returns.js';
import { openSingleServer } from './single-server.js';
import { Subscriptions } from './subscriptions.js';
import type { Topology } from './topology.js';
import { WaitingBytes } from './waiting-bytes.js';

/** The least that may wait of what may be dropped, however small the queue is: processes talk to each other that way. */
const leastDroppableBytes = 65_536;

/** What an engine is made for. */
export interface EngineHost {
  readonly options: ResolvedOptions;
  readonly scripts: readonly RedisScript[];
  readonly listener: BrokerListener;
  readonly appends: Pick<AppendQueueHost, 'channelOf' | 'commandOf'>;
  /** Something was said on a channel. */
  hear(channel: string, text: string): void;
}

/** The way to Redis. */
export class Engine implements NodeHost {
  readonly options: ResolvedOptions;
  readonly scripts: readonly RedisScript[];
  readonly asks: Asks;
  readonly queue: AppendQueue;
  readonly subscriptions: Subscriptions;
  readonly lastLines: LastLines = new LastLines();
  readonly #host: EngineHost;
  readonly #attempts: Attempts;
  readonly #topology: Topology;
  readonly #returns: Returns;
  #isClosed = false;

  constructor(host: EngineHost) {
    const { options, listener, appends } = host;
    const { clock, publishTimeoutMs, queue } = options;
    this.#host = host;
    this.options = options;
    this.scripts = host.scripts;
    const failed = (error: unknown): void => this.failed(error);
    this.#returns = new Returns({
      clock,
      timeoutMs: publishTimeoutMs,
      isReady: () => this.#topology.isReady,
      tell: (mayHaveLost) => listener.returned(mayHaveLost),
      release: (node) => this.queue.release(node),
      failed,
    });
    this.#topology =
      options.cluster === undefined
        ? openSingleServer(options, this)
        : new Cluster(options, options.cluster, { node: this, rerouted: () => this.#rerouted() });
    const topology = this.#topology;
    this.subscriptions = new Subscriptions({
      clock,
      publishTimeoutMs,
      topology,
      missed: () => this.#returns.missed(),
      failed,
    });
    const { maxMessages, maxBytes } = queue;
    const waiting = new WaitingBytes(maxBytes);
    this.asks = new Asks({ clock, publishTimeoutMs, topology, maxWaiting: maxMessages, waiting });
    // beside what may not be dropped, which it leaves its room
    const droppable = new WaitingBytes(Math.max(maxBytes / 2, leastDroppableBytes));
    this.#attempts = new Attempts({ clock, topology, waiting: droppable, failed });
    this.queue = new AppendQueue({ clock, publishTimeoutMs, maxMessages, waiting, topology, ...appends });
  }

  /** Resolves when Redis is there for the first time, or the engine is closed. */
  get begun(): Promise<void> {
    return this.#returns.begun;
  }

  /** Whether all of it can be asked now. */
  get isReady(): boolean {
    return this.#topology.isReady;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Asks for something whose answer nobody waits for. When that cannot be done now, it is dropped. */
  say(command: Command): void {
    void this.#attempts.make(command);
  }

  /** The same; resolves with the answer, `undefined` when there is none. */
  attempt(command: Command): Promise<unknown> {
    return this.#attempts.make(command);
  }

  close(): void {
    this.#isClosed = true;
    this.queue.close();
    this.asks.close();
    this.subscriptions.close();
    this.#topology.close();
    this.#attempts.close();
    this.#returns.close();
  }

  heard(channel: string, text: string): void {
    try {
      // what is not followed any more may still be on its way
      if (this.subscriptions.has(channel)) this.#host.hear(channel, text);
    } catch (error) {
      this.failed(error);
    }
  }

  listen(node: RedisNode): Promise<void> {
    return this.subscriptions.listen(node);
  }

  deafened(node: RedisNode): void {
    this.subscriptions.deafened(node);
  }

  opened(node: RedisNode, isFenced: boolean): void {
    this.queue.hold(node, isFenced);
    this.asks.resume();
  }

  ready(node: RedisNode, mayHaveLost: boolean): void {
    this.#returns.ready(node, mayHaveLost);
  }

  failed(error: unknown): void {
    if (!this.#isClosed) this.#host.listener.failed(error);
  }

  #rerouted(): void {
    this.asks.resume();
    this.queue.pump();
    // all servers that are wanted now may have been there before
    void this.subscriptions.reroute().then(() => this.#returns.rerouted());
  }
}
