// How often a process reads from each log through its broker. That it only asks where one stands does not count.
import type { Broker } from '@wirepact/server';

const spanMs = 100;

/** Counts what is read through a broker. */
export class ReadCounts {
  readonly #times = new Map<string, number[]>();

  constructor(broker: Broker) {
    const read = broker.read.bind(broker);
    broker.read = (log, range) => {
      if (range.after < Number.MAX_SAFE_INTEGER) this.#note(log);
      return read(log, range);
    };
  }

  clear(): void {
    this.#times.clear();
  }

  /** How many there were, and how many of one log within 100 ms at most. */
  read(): { readonly reads: number; readonly mostReads: number } {
    let [reads, mostReads] = [0, 0];
    for (const times of this.#times.values()) {
      reads += times.length;
      times.forEach((time, index) => {
        const within = times.slice(index).filter((other) => other < time + spanMs);
        mostReads = Math.max(mostReads, within.length);
      });
    }
    return { reads, mostReads };
  }

  #note(log: string): void {
    const times = this.#times.get(log);
    if (times === undefined) this.#times.set(log, [performance.now()]);
    else times.push(performance.now());
  }
}
