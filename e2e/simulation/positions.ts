// Which message stands where in the logs, so that a gap can be held against exactly what it claims to cover.
import type { Gap } from '@wirepact/client';

interface Entry {
  readonly epoch: string;
  readonly at: number;
  readonly message: number;
}

/** The first and the last message of a gap, where they are known. */
interface Run {
  readonly first?: number;
  readonly last?: number;
}

/** The positions of all messages, by log. */
export class Positions {
  readonly #logs = new Map<string, Entry[]>();
  readonly #names = new Map<string, string>();

  add(log: string, entry: Entry): void {
    const entries = this.#logs.get(log);
    if (entries === undefined) this.#logs.set(log, [entry]);
    else entries.push(entry);
  }

  /** What the harness calls an epoch of which it was not told when a message was sent. */
  name(epoch: string, name: string): void {
    this.#names.set(epoch, name);
  }

  runOf(log: string, { from, to }: Pick<Gap, 'from' | 'to'>): Run {
    if (to === undefined) return {};
    const entries = this.#logs.get(log) ?? [];
    const [epoch, at] = this.#named(to);
    const [before, lastAt] = this.#named(from);
    const next = entries.findIndex((entry) => entry.epoch === epoch && entry.at > at);
    const last = next < 0 ? undefined : entries[next - 1]?.message;
    const first = entries.find((entry) => entry.epoch === before && entry.at > lastAt)?.message;
    return { ...(first !== undefined && { first }), ...(last !== undefined && { last }) };
  }

  #named([epoch, at]: Gap['from']): Gap['from'] {
    return [this.#names.get(epoch) ?? epoch, at];
  }
}
