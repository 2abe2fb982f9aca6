// What one client knows: what it heard, what it was told it missed, and what became of what it sent.
import type { Message, Stream } from './contender.js';

/** A gap, in the order of what was heard. */
interface Missed {
  /** Told because nobody can know whether something is missing. */
  readonly mayBeEmpty: boolean;
  /** When it was told, by `nowMs`. */
  readonly atMs: number;
}

/** A message of the client's. */
interface Sending {
  /** Whether a process that knows nothing of its first run may handle it again. */
  readonly mayRunAgain: boolean;
  /** `unknown`: the client was told that nobody knows. `accepted` is the end of those that nobody answers. */
  state: 'accepted' | 'awaited' | 'answered' | 'unknown';
  /** Which process was the newest when it was answered. */
  answeredIn?: number;
  /** And when, by `nowMs`. */
  answeredAtMs?: number;
}

/** One client's knowledge. */
export interface Account {
  readonly key: string;
  readonly heard: Readonly<Record<Stream, (Message | Missed)[]>>;
  /** Message `n` is at `n - 1`. */
  readonly sent: Sending[];
}

export function openAccount(key: string): Account {
  return { key, heard: { everyone: [], room: [], direct: [] }, sent: [] };
}
