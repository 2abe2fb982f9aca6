// What the harness and a server process say to each other.

/** What the nodes of one server have in common. */
export interface ClusterSetup {
  readonly redisUrl: string;
  /** Whom each of them sends to by name. */
  readonly users: readonly string[];
  /** Within which clients of one that drains are told to return. */
  readonly spreadMs?: number;
}

/** What a server process is started with. */
export interface ServerSetup {
  readonly contender: string;
  /** Which process in the row of its processes this is, from 1. */
  readonly run: number;
  readonly perSecond: number;
  /** The file for what it accepts and handles. */
  readonly journal: string;
  /** Whether it sends from the start, or once it is told to. */
  readonly talks: boolean;
  /** Where it listens, if not at the loopback. */
  readonly address?: string;
  /** What it has in common with others, where it is one of several. */
  readonly cluster?: ClusterSetup;
}

export type Command = 'talk' | 'fall silent';

/** What the server process says of itself; what it accepts and handles, its journal says. */
export type Report =
  | { readonly listens: number }
  | { readonly failed: string }
  /** Nothing is on its way any more. */
  | { readonly silent: true };
