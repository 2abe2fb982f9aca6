// An engine in memory that joins several servers of one process for tests. Everything happens in microtasks, or when a clock
// says so, and a test can cause whatever can go wrong with an engine.
import type { Clock } from '@wirepact/core';
import { createSeededRandom } from '@wirepact/core/testing';
import type { Broker } from '../broker.js';
import { MemoryBroker, type EngineSide } from './memory-broker.fixture.js';
import { MemoryLink, type NextDelay } from './memory-link.fixture.js';
import { MemoryStore } from './memory-store.fixture.js';

/** What an engine in memory is made with. */
export interface MemoryEngineOptions {
  readonly clock: Clock;
  /**
   * How long everything is on its way, in ms of the clock. What one process asks is done in its order, and what it is told
   * comes in its order; between the two there is none.
   *
   * @default everything arrives in microtasks
   */
  readonly delayMs?: readonly [leastMs: number, mostMs: number];
  /** What chance begins with: the same seed gives the same delays. @default 1 */
  readonly seed?: number;
  /** How long whatever a broker is asked for may take, in ms. @default 5000 */
  readonly publishTimeoutMs?: number;
}

/** A process: its broker, or its id. */
export type Which = Broker | string;

export class MemoryEngine implements EngineSide {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly store: MemoryStore;
  readonly #nextDelay: NextDelay;
  readonly #brokers = new Set<MemoryBroker>();
  #turnedMs = 0;
  #isAway = false;

  constructor({ clock, delayMs, seed = 1, publishTimeoutMs = 5_000 }: MemoryEngineOptions) {
    this.clock = clock;
    this.timeoutMs = publishTimeoutMs;
    const random = createSeededRandom(seed);
    if (delayMs !== undefined) {
      const [leastMs, mostMs] = delayMs;
      this.#nextDelay = () => leastMs + Math.round(random() * (mostMs - leastMs));
    }
    this.store = new MemoryStore(
      () => clock.now() + this.#turnedMs,
      (log, say) => {
        for (const broker of this.#brokers) broker.hear(log, say);
      },
    );
  }

  /** Makes the broker of one more process. */
  broker(): MemoryBroker {
    const broker = new MemoryBroker(this);
    this.#brokers.add(broker);
    return broker;
  }

  /** Those of the processes that were not killed, in the order in which they were made. */
  get brokers(): readonly MemoryBroker[] {
    return [...this.#brokers];
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  /** Every connection breaks, and nobody can connect: what was done is kept, and what was not is not. */
  goAway(): void {
    if (this.#isAway) return;
    this.#isAway = true;
    for (const broker of this.#brokers) broker.lose();
  }

  comeBack(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    for (const broker of this.#brokers) broker.regain();
  }

  /** Everything stands still, and nothing is lost. */
  freeze(isFrozen: boolean): void {
    for (const broker of this.#brokers) broker.hold('everything', isFrozen);
  }

  /** Forgets everything. */
  flush(): void {
    this.store.clear();
  }

  /** Loses the newest entries of a log, as an engine does that was killed before it had written them down. */
  loseTail(log: string, count: number): void {
    this.store.loseTail(log, count);
  }

  /** Sets the engine's clock: so much before (-) or after the other one, in ms. */
  turnClock(ms: number): void {
    this.#turnedMs = ms;
  }

  /** The line on which messages come to a process breaks: it misses them. */
  dropMessages(process: Which): void {
    this.#find(process)?.goDeaf(true);
  }

  restoreMessages(process: Which): void {
    this.#find(process)?.goDeaf(false);
  }

  /** Every connection of one process breaks, and it cannot connect: the others go on. */
  cutOff(process: Which): void {
    this.#find(process)?.cutOff(true);
  }

  reconnect(process: Which): void {
    this.#find(process)?.cutOff(false);
  }

  /** What comes to a process waits, in its order, until it is let go. */
  delayMessages(process: Which): void {
    this.#find(process)?.hold('messages', true);
  }

  releaseMessages(process: Which): void {
    this.#find(process)?.hold('messages', false);
  }

  /** The process is gone from one instant to the next: nothing it was about to say is said, and it hears nothing. */
  kill(process: Which): void {
    const broker = this.#find(process);
    if (broker === undefined) return;
    broker.kill();
    this.#brokers.delete(broker);
  }

  createLink(): MemoryLink {
    return new MemoryLink(this.clock, this.#nextDelay);
  }

  tell(processId: string, text: string): boolean {
    return this.#find(processId)?.hear(undefined, (listener) => listener.told(text)) === true;
  }

  #find(process: Which): MemoryBroker | undefined {
    for (const broker of this.#brokers) {
      if (broker === process || broker.id === process) return broker;
    }
    return undefined;
  }
}

/** Makes an engine in memory. */
export function createMemoryEngine(options: MemoryEngineOptions): MemoryEngine {
  return new MemoryEngine(options);
}
