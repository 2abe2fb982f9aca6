// Runs schedules over several nodes, and finds the shortest part of one that goes wrong in the same way.
import { makeClusterSchedule, type ClusterSchedule } from './cluster-schedule.js';
import { ClusterWorld } from './cluster-world.js';

/** What was wrong in a run, as sentences; nothing for a good one. A schedule goes wrong always or never. */
export async function runClusterSchedule(
  schedule: ClusterSchedule,
  trace?: (text: string) => void,
): Promise<readonly string[]> {
  const rejected: string[] = [];
  const note = (error: unknown): unknown => rejected.push(`unhandled: ${String(error)}`);
  process.on('unhandledRejection', note);
  try {
    return [...(await new ClusterWorld(schedule, trace).run()), ...rejected];
  } catch (error) {
    return [`the run ended with ${error instanceof Error ? error.stack : String(error)}`];
  } finally {
    process.off('unhandledRejection', note);
  }
}

/** What kind of thing is wrong: sentences without their names and numbers. */
function kindsOf(wrong: readonly string[]): ReadonlySet<string> {
  return new Set(wrong.map((text) => text.replace(/s_[\w-]+/g, 's').replace(/[\d,]+/g, '0')));
}

/** Takes steps away as long as something of the same kind stays wrong. */
async function shrink(schedule: ClusterSchedule): Promise<ClusterSchedule> {
  const kinds = kindsOf(await runClusterSchedule(schedule));
  const isStillWrong = async (candidate: ClusterSchedule): Promise<boolean> =>
    [...kindsOf(await runClusterSchedule(candidate))].some((kind) => kinds.has(kind));
  let best = schedule;
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let from = 0; from < best.steps.length;) {
      const candidate = { ...best, steps: [...best.steps.slice(0, from), ...best.steps.slice(from + size)] };
      if (await isStillWrong(candidate)) best = candidate;
      else from += size;
    }
  }
  for (const change of [{ delayMs: 0 }, { isTight: false }, { clients: 1 }, { nodes: 2 }]) {
    const candidate = { ...best, ...change };
    if (await isStillWrong(candidate)) best = candidate;
  }
  return best;
}

/** Runs the schedules of seeds until enough of them went wrong, and says what did. */
export async function simulateCluster({
  seed,
  schedules,
  maxFailures = 1,
}: {
  readonly seed: number;
  readonly schedules: number;
  /** After so many that went wrong it ends. @default 1 */
  readonly maxFailures?: number;
}): Promise<readonly string[]> {
  const failures: string[] = [];
  for (let index = seed; index < seed + schedules && failures.length < maxFailures; index += 1) {
    const schedule = makeClusterSchedule(index);
    if ((await runClusterSchedule(schedule)).length === 0) continue;
    const least = await shrink(schedule);
    const wrong = await runClusterSchedule(least);
    failures.push(
      `seed ${index} went wrong:\n  ${wrong.join('\n  ')}\ncut down to:\n${JSON.stringify(least)}`,
    );
  }
  return failures;
}
