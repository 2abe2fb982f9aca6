// What the harness and a process of clients say to each other.
import type { Message, Stream } from '../contender.js';

/** What a process of clients is started with. */
export interface ClientsSetup {
  readonly contender: string;
  readonly url: string;
  readonly keys: readonly string[];
  /** From each of them. */
  readonly perSecond: number;
}

export type ClientCommand = 'talk' | 'fall silent';

/** What one client has come to know. Times are by `nowMs`. */
export type News =
  | { readonly heard: Message }
  | { readonly missed: Stream; readonly mayBeEmpty: boolean; readonly atMs: number }
  /** It has sent its next message. */
  | { readonly sent: { readonly isAwaited: boolean; readonly mayRunAgain: boolean } }
  | { readonly doubted: number }
  | { readonly answered: number; readonly atMs: number }
  | { readonly returned: boolean }
  | { readonly partedAtMs: number };

/** What a process of clients says. */
export type ClientReport =
  | { readonly key: string; readonly news: News }
  /** All are connected. */
  | { readonly ready: true }
  | { readonly failed: string };
