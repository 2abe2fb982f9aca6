// The keys of new entries that were heard, or read. If Redis loses such an entry, another process may give it back, and knows only
// its text: without its key, a process that does not know whether Redis accepted the entry would send it again.

/** How many keys are remembered: those of the last seconds, in which an append may still be tried again. */
const size = 16_384;

interface Heard {
  readonly channel: string;
  readonly at: number;
  readonly key: string;
}

/** The keys of entries that were heard of lately. */
export class RecentKeys {
  readonly #heard: Heard[] = [];
  #next = 0;

  note(channel: string, at: number, key: string): void {
    this.#heard[this.#next] = { channel, at, key };
    this.#next = (this.#next + 1) % size;
  }

  /** What is known of one log, by position. */
  of(channel: string): ReadonlyMap<number, string> {
    return new Map(this.#heard.filter((heard) => heard.channel === channel).map(({ at, key }) => [at, key]));
  }
}
