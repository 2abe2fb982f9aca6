// Runs many schedules one after the other, and says which of them went wrong.
import { runSchedule, shrink, type AnySchedule, type SimulationKind } from './kind.js';

interface SimulateOptions {
  /** How many. */
  readonly schedules: number;
  /** The seed of the first; those of the others follow it. */
  readonly seed: number;
  /** After so many that went wrong it ends. @default 1 */
  readonly maxFailures?: number;
  readonly progress?: (text: string) => void;
}

interface SimulationReport {
  readonly schedules: number;
  /** What went wrong, and how, for people; a text for each schedule that did. */
  readonly failures: readonly string[];
  /** How many in what time, as one line. */
  readonly total: string;
}

/** Runs schedules until enough of them went wrong. */
export async function simulate<TSchedule extends AnySchedule>(
  kind: SimulationKind<TSchedule>,
  { schedules, seed, maxFailures = 1, progress }: SimulateOptions,
): Promise<SimulationReport> {
  const startedAt = performance.now();
  const failures: string[] = [];
  let steps = 0;
  let count = 0;
  for (; count < schedules && failures.length < maxFailures; count++) {
    const schedule = kind.make(seed + count);
    steps += schedule.steps.length;
    if ((await runSchedule(kind, schedule)).length > 0) {
      const least = await shrink(kind, schedule);
      const wrong = await runSchedule(kind, least);
      // as it can be read, and put among the kept schedules
      const failure = `seed ${seed + count} went wrong:\n  ${wrong.join('\n  ')}\ncut down to:\n${JSON.stringify(least)}`;
      failures.push(failure);
      progress?.(failure);
    }
    if ((count + 1) % 10_000 === 0) progress?.(`${count + 1} schedules`);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const speed = `${seconds.toFixed(1)} s, ${((seconds * 1_000) / count).toFixed(1)} ms each`;
  const total = `${count} schedules from seed ${seed}, ${steps} steps, ${failures.length} went wrong (${speed})`;
  return { schedules: count, failures, total };
}
