// Pauses that can be cancelled, so that nothing continues after a broker has closed.
import type { Clock } from '@wirepact/core/internal';

/** Pauses that end together at the latest. */
export class Pauses {
  readonly #clock: Clock;
  readonly #goOn = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after so long, or when all are ended. */
  pass(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const goOn = (): void => {
        stop();
        this.#goOn.delete(goOn);
        resolve();
      };
      const stop = this.#clock.after(delayMs, goOn);
      this.#goOn.add(goOn);
    });
  }

  /** Ends those that are under way. */
  end(): void {
    for (const goOn of this.#goOn) goOn();
  }
}
