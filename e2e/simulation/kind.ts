// A kind of simulation: how its schedules are made, run, and made simpler. There is one of a single server, and one of several
// nodes.

/** What every schedule has. */
export interface AnySchedule {
  readonly clients: number;
  readonly steps: readonly unknown[];
}

/** What a schedule is played in. */
interface Playable {
  /** What was wrong, as sentences. */
  run(): Promise<readonly string[]>;
}

export interface SimulationKind<TSchedule extends AnySchedule> {
  readonly make: (seed: number) => TSchedule;
  readonly world: (schedule: TSchedule, trace?: (text: string) => void) => Playable;
  /** What may make a schedule easier to read, if it still goes wrong with it. */
  readonly simpler: readonly Partial<TSchedule>[];
}

/** What was wrong in a run, as sentences; nothing for a good one. A schedule goes wrong always or never. */
export async function runSchedule<TSchedule extends AnySchedule>(
  { world }: SimulationKind<TSchedule>,
  schedule: TSchedule,
  trace?: (text: string) => void,
): Promise<readonly string[]> {
  const rejected: string[] = [];
  const note = (error: unknown): unknown => rejected.push(`unhandled: ${String(error)}`);
  process.on('unhandledRejection', note);
  try {
    return [...(await world(schedule, trace).run()), ...rejected];
  } catch (error) {
    return [`the run ended with ${error instanceof Error ? error.stack : String(error)}`];
  } finally {
    process.off('unhandledRejection', note);
  }
}

/** Takes steps away as long as something of the same sort stays wrong. */
export async function shrink<TSchedule extends AnySchedule>(
  kind: SimulationKind<TSchedule>,
  schedule: TSchedule,
): Promise<TSchedule> {
  const sorts = sortsOf(await runSchedule(kind, schedule));
  const isStillWrong = async (candidate: TSchedule): Promise<boolean> =>
    [...sortsOf(await runSchedule(kind, candidate))].some((sort) => sorts.has(sort));
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
  for (const change of kind.simpler) {
    const candidate = { ...best, ...change };
    if (candidate.clients <= best.clients && (await isStillWrong(candidate))) best = candidate;
  }
  return best;
}

/** What sort of thing is wrong: sentences without their names and numbers. */
function sortsOf(wrong: readonly string[]): ReadonlySet<string> {
  return new Set(wrong.map((text) => text.replace(/s_[\w-]+/g, 's').replace(/[\d,]+/g, '0')));
}
