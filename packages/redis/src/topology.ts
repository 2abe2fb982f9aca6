// Which server has which key: one server, whichever server the sentinels name, or the servers of a cluster.
import type { RedisAddress } from './options.js';
import type { RedisNode } from './redis-node.js';

/** A redirection: a slot is at another server. An empty host is that of the server that says so. */
export interface Redirection {
  readonly slot: number;
  readonly address: RedisAddress;
}

/** Which server has which key. */
export interface Topology {
  /** All of them are ready now. */
  readonly isReady: boolean;
  /** The server of a key; `undefined` as long as that is not known. */
  nodeOf(key: string): RedisNode | undefined;
  /** The slot of a key, where keys lie in slots. */
  slotOf(key: string): number | undefined;
  /** A server said that another one has a slot from now on. `false` where there are no slots. */
  moved(to: Redirection, said: RedisNode): boolean;
  /** The server that has a slot for this once. */
  asked(to: Redirection, said: RedisNode): RedisNode;
  /** A server is not what it was. */
  lost(node: RedisNode): void;
  /** A server misses the others: it is found out whether another one is in its place. */
  doubted(node: RedisNode): void;
  close(): void;
}
