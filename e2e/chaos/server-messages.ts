// What the harness and a server process say to each other.
import type { Message } from './contender.js';

/** What a server process is started with. */
export interface ServerSetup {
  readonly contender: string;
  /** Which process in the row of its processes this is, from 1. */
  readonly run: number;
  readonly perSecond: number;
  /** Whether it sends from the start, or once it is told to. */
  readonly talks: boolean;
}

export type Command = 'talk' | 'fall silent';

/** What the server process reports. What it reported, its death cannot undo. */
export type Report =
  | { readonly listens: number }
  | { readonly published: Message }
  | { readonly handled: { readonly key: string; readonly n: number } }
  | { readonly failed: string }
  /** Nothing is on its way any more. */
  | { readonly silent: true };
