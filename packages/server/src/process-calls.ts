// Calls on other processes until they hear. That one hears nothing is found out once, and known to all who call on it after that.
import type { Broker } from './broker.js';
import type { Clock } from '@wirepact/core/internal';

/** So often a process is called on that does not hear it, and so long after each other: it may be on its way back. */
const maxCalls = 3;
const callAgainMs = 100;
/** One that has heard nobody for so long is called on once. */
const knownDeafMs = 1_000;
/** And like any other again after that: it may have been a line that was at fault. */
const forgottenMs = 60_000;

/** What the calls need of the process. */
export interface ProcessCallsHost {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly pause: (delayMs: number) => Promise<void>;
}

/** Calls on other processes. */
export class ProcessCalls {
  readonly #host: ProcessCallsHost;
  /** Since when each has heard nobody. */
  readonly #deafSince = new Map<string, number>();

  constructor(host: ProcessCallsHost) {
    this.#host = host;
  }

  /** Says something to a process. Whether it has heard it; `isOver` is whether it need not any more. Never rejects. */
  async call(processId: string, text: string, isOver: () => boolean): Promise<boolean> {
    const { broker, pause } = this.#host;
    for (let calls = 1; calls <= maxCalls && !isOver(); calls += 1) {
      const isHeard = await broker.tell(processId, text);
      if (isHeard === true) {
        this.#deafSince.delete(processId);
        return true;
      }
      if (this.#isKnownDeaf(processId)) return false;
      // an engine that is away says nothing of others
      if (isHeard === false) this.#note(processId);
      await pause(callAgainMs);
    }
    return false;
  }

  /** Whether a process has taken its leave, or is dead: it does not answer what it may still hear. Never rejects. */
  async isGone(processId: string): Promise<boolean> {
    if (this.#isKnownDeaf(processId)) return false;
    return !(await this.#host.broker.isAlive(processId).catch(() => false));
  }

  /** The engine was away, and others may take a while longer to come back than this process. */
  noteReturn(): void {
    this.#deafSince.clear();
  }

  #note(processId: string): void {
    const now = this.#host.clock.now();
    for (const [id, since] of this.#deafSince) if (now - since >= forgottenMs) this.#deafSince.delete(id);
    if (!this.#deafSince.has(processId)) this.#deafSince.set(processId, now);
  }

  #isKnownDeaf(processId: string): boolean {
    const deafForMs = this.#host.clock.now() - (this.#deafSince.get(processId) ?? Infinity);
    return deafForMs >= knownDeafMs && deafForMs < forgottenMs;
  }
}
