// What one process hears from the engine in memory: from the logs that it follows, and from other processes.
import { SocketError, type Clock } from '@wirepact/core';
import type { BrokerListener } from '../broker.js';
import type { MemoryLink } from './memory-link.fixture.js';

/** What a process needs to be told things. */
export interface SubscriptionOptions {
  readonly clock: Clock;
  /** The line to the engine, and the one from it. */
  readonly up: MemoryLink;
  readonly down: MemoryLink;
  readonly isAway: () => boolean;
  readonly timeoutMs: number;
}

interface Following {
  readonly confirmed: Promise<void>;
  readonly confirm: () => void;
  readonly fail: (error: Error) => void;
  readonly stopTimer: () => void;
}

export class MemorySubscriptions {
  readonly #options: SubscriptionOptions;
  /** What the process wants to hear of, and what the engine knows that it does. */
  readonly #wanted = new Map<string, Following>();
  readonly #subscribed = new Set<string>();
  #listener: BrokerListener | undefined;
  #isOver = false;
  /** The line is broken: what is said meanwhile is missed. */
  #isBroken = false;
  /** Why nothing is heard any more, unless the process was killed. */
  #reason: Error | undefined;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  listen(listener: BrokerListener | undefined): void {
    this.#listener = listener;
  }

  follow(log: string): Promise<void> {
    if (this.#isOver) {
      return new Promise((_, reject) => {
        if (this.#reason !== undefined) reject(this.#reason);
      });
    }
    const known = this.#wanted.get(log);
    if (known !== undefined) return known.confirmed;
    const following = this.#waitFor(log);
    this.#wanted.set(log, following);
    this.#subscribe([log], () => undefined);
    return following.confirmed;
  }

  unfollow(log: string): void {
    this.#wanted.get(log)?.confirm();
    this.#wanted.delete(log);
    this.#options.up.send(() => {
      if (!this.#wanted.has(log)) this.#subscribed.delete(log);
    });
  }

  /** What the engine says to whoever follows `log`; without one, to this process. Whether it goes there. */
  hear(log: string | undefined, say: (listener: BrokerListener) => void): boolean {
    if (this.#isBroken || (log !== undefined && !this.#subscribed.has(log))) return false;
    this.#options.down.send(() => {
      if (this.#listener !== undefined && (log === undefined || this.#wanted.has(log))) say(this.#listener);
    });
    return true;
  }

  /** The line breaks: what is on its way is lost as well. */
  break(): void {
    this.#isBroken = true;
    this.#subscribed.clear();
    this.#options.up.cut();
    this.#options.down.cut();
  }

  /** The line is there again. Calls back when everything that was followed is. */
  restore(done: () => void): void {
    this.#isBroken = false;
    this.#subscribe([...this.#wanted.keys()], done);
  }

  /** Nothing is heard any more; without a reason, nobody is told. */
  end(reason: Error | undefined): void {
    this.break();
    this.#isOver = true;
    this.#reason = reason;
    this.#listener = undefined;
    for (const { fail, stopTimer } of this.#wanted.values()) {
      if (reason === undefined) stopTimer();
      else fail(reason);
    }
    this.#wanted.clear();
  }

  #subscribe(logs: readonly string[], done: () => void): void {
    if (this.#isBroken) return;
    const { up, down, isAway } = this.#options;
    up.send(() => {
      if (isAway()) return;
      for (const log of logs) if (this.#wanted.has(log)) this.#subscribed.add(log);
      down.send(() => {
        for (const log of logs) this.#wanted.get(log)?.confirm();
        done();
      });
    });
  }

  #waitFor(log: string): Following {
    const { clock, timeoutMs } = this.#options;
    let confirm = (): void => undefined;
    let fail = (_error: Error): void => undefined;
    const confirmed = new Promise<void>((resolve, reject) => {
      confirm = resolve;
      fail = reject;
    });
    const stopTimer = clock.after(timeoutMs, () => {
      const text = `[not_accepted] the engine did not confirm in ${timeoutMs} ms that "${log}" is followed`;
      fail(new SocketError('not_accepted', text, { retryable: true }));
      this.unfollow(log);
    });
    confirmed.then(stopTimer, stopTimer);
    return { confirmed, confirm, fail, stopTimer };
  }
}
