// Runs one schedule, and finds the shortest part of it that goes wrong in the same way.
import type { Schedule } from './schedule.js';
import { World } from './world.js';

/** What was wrong in a run, as sentences; nothing for a good one. A schedule goes wrong always or never. */
export async function runSchedule(
  schedule: Schedule,
  trace?: (text: string) => void,
): Promise<readonly string[]> {
  const rejected: string[] = [];
  const note = (error: unknown): unknown => rejected.push(`unhandled: ${String(error)}`);
  process.on('unhandledRejection', note);
  try {
    return [...(await new World(schedule, trace).run()), ...rejected];
  } catch (error) {
    return [`the run ended with ${error instanceof Error ? error.stack : String(error)}`];
  } finally {
    process.off('unhandledRejection', note);
  }
}

/** What kind of thing is wrong: sentences without their names and numbers. */
function kindsOf(wrong: readonly string[]): ReadonlySet<string> {
  return new Set(wrong.map((text) => text.replace(/s_[\w-]+/g, 's').replace(/\d+/g, '0')));
}

/** Takes steps away as long as something of the same kind stays wrong. */
export async function shrink(schedule: Schedule): Promise<Schedule> {
  const kinds = kindsOf(await runSchedule(schedule));
  const isStillWrong = async (candidate: Schedule): Promise<boolean> =>
    [...kindsOf(await runSchedule(candidate))].some((kind) => kinds.has(kind));
  let best = schedule;
  for (let size = best.steps.length; size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let hasShrunk = true; hasShrunk; hasShrunk &&= size === 1) {
      hasShrunk = false;
      for (let from = 0; from < best.steps.length;) {
        const steps = [...best.steps.slice(0, from), ...best.steps.slice(from + size)];
        if (await isStillWrong({ ...best, steps })) {
          best = { ...best, steps };
          hasShrunk = true;
        } else from += size;
      }
    }
  }
  const simpler = [{ delayMs: 0 }, { isTight: false }, { clients: 1 }, { clients: 2 }, { seed: 1 }];
  for (const change of simpler) {
    const candidate = { ...best, ...change };
    if (candidate.clients <= best.clients && (await isStillWrong(candidate))) best = candidate;
  }
  return best;
}
