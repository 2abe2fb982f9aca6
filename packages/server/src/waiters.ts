// Callers that wait for the same event, and continue together.

/** Promises that resolve together. */
export class Waiters {
  #waiting: (() => void)[] = [];

  /** Resolves when {@link wakeAll} is called next. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
