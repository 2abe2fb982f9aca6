// Runs many schedules one after the other, and says which of them went wrong.
import { runSchedule, shrink } from './run-schedule.js';
import { makeSchedule, type Schedule } from './schedule.js';

interface SimulateOptions {
  /** How many. */
  readonly schedules: number;
  /** The seed of the first; those of the others follow it. */
  readonly seed: number;
  /** After so many that went wrong it ends. @default 1 */
  readonly maxFailures?: number;
  readonly progress?: (text: string) => void;
}

interface Failure {
  readonly schedule: Schedule;
  readonly wrong: readonly string[];
}

interface SimulationReport {
  readonly schedules: number;
  readonly steps: number;
  readonly failures: readonly Failure[];
  /** What went wrong, and how, for people. */
  readonly text: string;
  /** How many in what time, as one line. */
  readonly total: string;
}

/** Runs schedules until enough of them went wrong. */
export async function simulate({
  schedules,
  seed,
  maxFailures = 1,
  progress,
}: SimulateOptions): Promise<SimulationReport> {
  const startedAt = performance.now();
  const failures: Failure[] = [];
  const told: string[] = [];
  let steps = 0;
  let count = 0;
  for (; count < schedules && failures.length < maxFailures; count++) {
    const schedule = makeSchedule(seed + count);
    steps += schedule.steps.length;
    if ((await runSchedule(schedule)).length > 0) {
      const least = await shrink(schedule);
      const failure = { schedule: least, wrong: await runSchedule(least) };
      failures.push(failure);
      told.push(describe(seed + count, failure));
      progress?.(told.at(-1) ?? '');
    }
    if ((count + 1) % 10_000 === 0) progress?.(`${count + 1} schedules`);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const speed = `${seconds.toFixed(1)} s, ${((seconds * 1_000) / count).toFixed(1)} ms each`;
  const total = `${count} schedules from seed ${seed}, ${steps} steps, ${failures.length} went wrong (${speed})`;
  return { schedules: count, steps, failures, text: told.join('\n'), total };
}

/** A failure as it can be read, and put among the kept schedules. */
function describe(seed: number, { schedule, wrong }: Failure): string {
  return `seed ${seed} went wrong:\n  ${wrong.join('\n  ')}\ncut down to:\n${JSON.stringify(schedule)}`;
}
