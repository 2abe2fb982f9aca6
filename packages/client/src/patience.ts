// Lets who awaits an answer go on before what came right behind it is taken. Otherwise a listener that is registered then would
// miss it, where several messages arrive in one turn.

/** So many steps of promises lie between an answer and who awaits it, however often that is wrapped. */
const enoughSteps = 100;

export interface Patience {
  /** Does it now, or when its turn comes. */
  take(task: () => void): void;
  /** What comes from now on waits, and goes after `first`. */
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
        // not by the clock, since that of a test may stand still
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
