// Runs the turns of all contenders, taking turns within every round so that what else the machine does meets all alike.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { takesPart, type Case, type TurnPlan } from './case.js';
import type { Contender } from './contender.js';
import type { Figures } from './figures.js';

const program = fileURLToPath(new URL('turn-process.js', import.meta.url));

/** What one contender did in one case at one setting. */
export interface Row {
  readonly case: string;
  readonly variant: string;
  readonly contender: string;
  /** The day it was measured. */
  readonly date: string;
  /**
   * Runs, and in each its rounds, in order; those of the other contenders at the same place ran next to it. A round that
   * failed is empty.
   */
  readonly runs: readonly (readonly Figures[])[];
}

export interface RunOptions {
  readonly cases: readonly Case[];
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly date: string;
  /** Where the server's CPU profile of a turn goes. */
  readonly profileFileOf?: (plan: TurnPlan) => string;
  /** Told of every turn that is over; without figures, of one that has failed. */
  readonly progress: (plan: TurnPlan, round: number, figures: Figures | undefined) => void;
}

/** One run: case by case, in each all variants and contenders once a round. */
export async function runTurns(options: RunOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const one of options.cases) rows.push(...(await runCase(one, options)));
  return rows;
}

async function runCase(one: Case, options: RunOptions): Promise<Row[]> {
  const places = one.variants.flatMap((variant) =>
    options.contenders
      .filter((contender) => takesPart(contender, one, variant))
      .map((contender) => ({ variant: variant.name, contender: contender.name, rounds: [] as Figures[] })),
  );
  const rounds = Math.min(options.rounds, one.mostRounds ?? Infinity);
  for (let round = 0; round < rounds; round += 1) {
    for (const { variant, contender, rounds: found } of places) {
      const plan: TurnPlan = { case: one.name, variant, contender, isQuick: options.isQuick };
      const profileFile = options.profileFileOf?.(plan);
      const figures = await tryTwice({ ...plan, ...(profileFile !== undefined && { profileFile }) }, one);
      found.push(figures ?? {});
      options.progress(plan, round, figures);
    }
  }
  return places.map(({ variant, contender, rounds: found }) => ({
    ...{ case: one.name, variant, contender, date: options.date, runs: [found] },
  }));
}

/** An hour of measuring should not be lost to one handshake that was. */
async function tryTwice(plan: TurnPlan, { timeoutSeconds = 180 }: Case): Promise<Figures | undefined> {
  return (await runTurn(plan, timeoutSeconds)) ?? (await runTurn(plan, timeoutSeconds));
}

function runTurn(plan: TurnPlan, timeoutSeconds: number): Promise<Figures | undefined> {
  return new Promise((resolve) => {
    const child = fork(program, [JSON.stringify(plan)], { execArgv: ['--enable-source-maps'] });
    const timer = setTimeout(() => child.kill(), timeoutSeconds * 1_000);
    let figures: Figures | undefined;
    child.on('message', (message: Figures) => (figures = message));
    child.on('exit', () => {
      clearTimeout(timer);
      resolve(figures);
    });
  });
}

/** The same rows, measured in several runs. */
export function joinRuns(runs: readonly (readonly Row[])[]): Row[] {
  const [first = [], ...others] = runs;
  return first.map((row, index) => ({
    ...row,
    runs: [...row.runs, ...others.flatMap((rows) => rows[index]?.runs ?? [])],
  }));
}
