// Lets code that awaits an answer continue before the messages right after the answer are handled. Otherwise a listener
// that this code registers would miss them when several messages arrive in one turn.

/**
 * How many promise steps to wait: more than lie between an answer and the code that awaits it, however it is wrapped.
 */
const enoughSteps = 100;

export interface Patience {
  /** Runs the task now, or when its turn comes. */
  take(task: () => void): void;
  /** From now on tasks wait, and run after `first`. */
  pause(first: readonly (() => void)[]): Promise<void>;
}

export function createPatience(report: (thrown: unknown) => void): Patience {
  const waiting: (() => void)[] = [];
  let isPausing = false;
  let steps = 0;
  return {
    take(task) {
      if (isPausing) waiting.push(task);
      else task();
    },
    async pause(first) {
      waiting.unshift(...first);
      steps = enoughSteps;
      if (isPausing) return;
      isPausing = true;
      do {
        // not by the clock, because that of a test may stand still
        for (; steps > 0; steps--) await Promise.resolve();
        try {
          waiting.shift()?.();
        } catch (thrown) {
          report(thrown);
        }
      } while (steps > 0 || waiting.length > 0);
      isPausing = false;
    },
  };
}
