// Callers that wait for the same event, and continue together.

/** Promises that resolve together. */
export class Waiters {
  #waiting: (() => void)[] = [];

  /** Resolves when {@link wakeAll} is called next. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Whether anybody waited. */
  wakeAll(): boolean {
    const woken = this.#waiting.splice(0);
    for (const wake of woken) wake();
    return woken.length > 0;
  }
}
