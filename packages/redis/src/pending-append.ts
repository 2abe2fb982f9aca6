// A message on its way into a log, and how far it has got.
import type { Append, LogHead } from '@wirepact/server';
import type { RedisNode } from './redis-node.js';

/** Messages of one log that are sent together, in their order. */
export type Batch = readonly [PendingAppend, ...PendingAppend[]];

/** A message that Redis has not taken yet. */
export interface PendingAppend {
  readonly message: Append;
  readonly bytes: number;
  /** Counts up over all messages of this process. */
  readonly order: number;
  /** In ms, by the clock of the broker. */
  readonly deadline: number;
  readonly resolve: (head: LogHead) => void;
  readonly reject: (error: Error) => void;
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
