// Asks Redis Sentinel which server is the master.
import type { RedisConnectionOptions, RedisSentinelOptions, ResolvedOptions } from './options.js';
import { LineLost } from './redis-line.js';
import { askRootNode, readRootNode, type RootNode } from './root-node.js';

/** The sentinels of one master. */
export class Sentinels {
  /** What they call the servers. */
  readonly name: string;
  readonly #options: ResolvedOptions;
  readonly #sentinel: Required<RedisSentinelOptions>;
  /** In the order in which they are asked. */
  #nodes: readonly RootNode[];
  /** The one that named the master last, unless it was doubted since. */
  #trusted: RootNode | undefined;
  #isClosed = false;

  constructor(options: ResolvedOptions, sentinel: Required<RedisSentinelOptions>) {
    this.name = sentinel.name;
    this.#options = options;
    this.#sentinel = sentinel;
    this.#nodes = sentinel.rootNodes;
  }

  /** Asks one after the other, first the one that knew it last time. @throws LineLost when none knows it */
  async locate(): Promise<RedisConnectionOptions> {
    const failures: unknown[] = [];
    for (const node of this.#nodes) {
      if (this.#isClosed) throw new LineLost('the broker was closed');
      try {
        const found = await this.#ask(node);
        this.#trusted = node;
        this.#nodes = [node, ...this.#nodes.filter((other) => other !== node)];
        return found;
      } catch (error) {
        failures.push(error);
      }
    }
    const texts = failures.map((error) => (error instanceof Error ? error.message : String(error)));
    throw new LineLost(`no sentinel knows the master of "${this.name}": ${texts.join('; ')}`);
  }

  /** What was named is no master: whoever named it may be cut off as well, and is asked last from now on. */
  doubt(): void {
    const doubted = this.#trusted;
    this.#trusted = undefined;
    if (doubted === undefined) return;
    this.#nodes = [...this.#nodes.filter((other) => other !== doubted), doubted];
  }

  /** Asks no others from now on. */
  close(): void {
    this.#isClosed = true;
  }

  async #ask(node: RootNode): Promise<RedisConnectionOptions> {
    const { name, mapAddress, connection: ownConnection } = this.#sentinel;
    const place = readRootNode('sentinel.rootNodes', node);
    const command = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name];
    const reply = await askRootNode(place, ownConnection, this.#options, command);
    const [host, port] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
    if (typeof host !== 'string') throw new LineLost(`it knows no "${name}"`);
    return { ...this.#options.connection, ...mapAddress({ host, port: Number(port) }) };
  }
}
