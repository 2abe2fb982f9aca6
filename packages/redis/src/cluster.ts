// A Redis Cluster: which server has which slot, learnt from the cluster and its redirections, and again when a server is lost.
import { slotOf } from './key-slot.js';
import type {
  RedisAddress,
  RedisClusterOptions,
  RedisConnectionOptions,
  ResolvedOptions,
} from './options.js';
import { RedisNode, type NodeHost } from './redis-node.js';
import { readUrl } from './redis-url.js';
import { askRootNode, readRootNode, type RootNode } from './root-node.js';
import { explain } from './refusal.js';
import { readSlots, type SlotRange } from './slot-ranges.js';
import type { Redirection, Topology } from './topology.js';

/** What a cluster needs of the engine. */
export interface ClusterHost {
  readonly node: NodeHost;
  /** Some slots are at other servers from now on. */
  rerouted(): void;
}

/** How often the cluster is asked for its slots while a server is away, or after a redirection. */
const askEveryMs = 300;
/** How often it is asked in any case: a slot with nothing but subscriptions may move without a redirection. */
const askAnywayEveryMs = 10_000;

/** Everything is spread over the servers of a cluster. */
export class Cluster implements Topology {
  readonly #options: ResolvedOptions;
  readonly #cluster: Required<RedisClusterOptions>;
  readonly #host: ClusterHost;
  readonly #nodes = new Map<string, RedisNode>();
  readonly #slots: (RedisNode | undefined)[] = [];
  /** Where a node is, as it calls itself: redirections that name no host mean this one. */
  readonly #addresses = new Map<RedisNode, RedisAddress>();
  #asked = 0;
  #learntAt = 0;
  #isKnown = false;
  #isStale = true;
  #stopTimer: () => void = () => undefined;
  #lastFailure = '';
  #isClosed = false;

  constructor(options: ResolvedOptions, cluster: Required<RedisClusterOptions>, host: ClusterHost) {
    this.#options = options;
    this.#cluster = cluster;
    this.#host = host;
    void this.#keepAsking();
  }

  get isReady(): boolean {
    return this.#isKnown && [...this.#owners()].every(({ isReady }) => isReady);
  }

  nodeOf(key: string): RedisNode | undefined {
    return this.#slots[slotOf(key)];
  }

  slotOf(key: string): number {
    return slotOf(key);
  }

  moved({ slot, address }: Redirection, said: RedisNode): boolean {
    const node = this.#nodeAt(this.#addressOf(address, said));
    this.#isStale = true;
    if (this.#slots[slot] !== node) {
      this.#slots[slot] = node;
      this.#host.rerouted();
    }
    return true;
  }

  asked({ address }: Redirection, said: RedisNode): RedisNode {
    return this.#nodeAt(this.#addressOf(address, said));
  }

  lost(node: RedisNode): void {
    this.#isStale = true;
    node.reopen('this server takes no writes any more');
  }

  doubted(): void {
    this.#isStale = true;
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    for (const node of this.#nodes.values()) node.close();
  }

  /** Asks who has what when that may be another one than it was. */
  async #keepAsking(): Promise<void> {
    if (this.#isClosed) return;
    const { clock } = this.#options;
    if (this.#isStale || !this.isReady || clock.now() - this.#learntAt >= askAnywayEveryMs) {
      try {
        this.#isStale = false;
        this.#learn(await this.#ask());
        this.#learntAt = clock.now();
        this.#lastFailure = '';
      } catch (error) {
        this.#isStale = true;
        this.#failed(error);
      }
    }
    if (this.#isClosed) return;
    this.#stopTimer = clock.after(askEveryMs, () => void this.#keepAsking());
  }

  /** Any of the servers knows, unless it is cut off from the others: another one each time, then those that were named. */
  async #ask(): Promise<readonly SlotRange[]> {
    const nodes = [...this.#nodes.values()];
    this.#asked += 1;
    const first = this.#asked % Math.max(1, nodes.length);
    for (const node of [...nodes.slice(first), ...nodes.slice(0, first)]) {
      const address = this.#addresses.get(node);
      if (!node.isOpen || address === undefined) continue;
      try {
        return readSlots(await node.send(['CLUSTER', 'SLOTS']), address);
      } catch {
        // another one may know
      }
    }
    const failures: string[] = [];
    for (const root of this.#cluster.rootNodes) {
      if (this.#isClosed) break;
      try {
        return await this.#askRoot(root);
      } catch (error) {
        failures.push(explain(error));
      }
    }
    throw new Error(`no node of the cluster says which of them has which slots: ${failures.join('; ')}`);
  }

  async #askRoot(root: RootNode): Promise<readonly SlotRange[]> {
    const place = readRootNode('cluster.rootNodes', root);
    const { connection } = this.#options;
    return readSlots(await askRootNode(place, connection, this.#options, ['CLUSTER', 'SLOTS']), place);
  }

  #learn(ranges: readonly SlotRange[]): void {
    if (this.#isClosed) return;
    let isChanged = false;
    for (const { first, last, address } of ranges) {
      const node = this.#nodeAt(address);
      for (let slot = first; slot <= last; slot += 1) {
        if (this.#slots[slot] === node) continue;
        this.#slots[slot] = node;
        isChanged = true;
      }
    }
    this.#isKnown = ranges.length > 0;
    this.#closeUnused();
    if (isChanged) this.#host.rerouted();
  }

  #nodeAt(address: RedisAddress): RedisNode {
    const name = `${address.host}:${address.port}`;
    let node = this.#nodes.get(name);
    if (node === undefined) {
      const { connection } = this.#options;
      // asked for each line, in which what goes wrong with it is told like whatever else keeps a line from being opened
      node = new RedisNode(`Redis at ${name}`, this.#host.node, {
        locate: async () => ({
          ...credentialsOf(this.#cluster),
          ...connection,
          ...this.#cluster.mapAddress(address),
        }),
        doubt: () => undefined,
      });
      this.#nodes.set(name, node);
      this.#addresses.set(node, address);
    }
    return node;
  }

  #addressOf({ host, port }: RedisAddress, said: RedisNode): RedisAddress {
    return { host: host === '' ? (this.#addresses.get(said)?.host ?? 'localhost') : host, port };
  }

  #owners(): ReadonlySet<RedisNode> {
    return new Set(this.#slots.filter((node) => node !== undefined));
  }

  #closeUnused(): void {
    const owners = this.#owners();
    for (const [name, node] of this.#nodes) {
      if (owners.has(node)) continue;
      this.#nodes.delete(name);
      this.#addresses.delete(node);
      node.close();
    }
  }

  #failed(error: unknown): void {
    const text = explain(error);
    if (this.#isClosed || text === this.#lastFailure) return;
    this.#lastFailure = text;
    this.#host.node.failed(error);
  }
}

/** What the URL of a node says of users and TLS holds for all of them. */
function credentialsOf({ rootNodes }: RedisClusterOptions): RedisConnectionOptions {
  const url = rootNodes.find((root) => typeof root === 'string');
  return url === undefined ? {} : readUrl('cluster.rootNodes', url);
}
