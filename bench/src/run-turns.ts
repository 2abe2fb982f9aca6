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
  /** One per round, in order; those of the other contenders at the same place ran next to it. */
  readonly rounds: readonly Figures[];
}

export interface RunOptions {
  readonly cases: readonly Case[];
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  readonly isQuick: boolean;
  /** Where the servers' CPU profiles go. */
  readonly profileFolder?: string;
  /** Told of every turn that is over. */
  readonly progress: (plan: TurnPlan, round: number, figures: Figures) => void;
}

/** A B C A B C, case by case. */
export async function runTurns(options: RunOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, variants } of options.cases) {
    const participants = options.contenders.filter((contender) => takesPart(contender, name));
    for (const variant of variants) {
      const figures = participants.map((): Figures[] => []);
      for (let round = 0; round < options.rounds; round += 1) {
        for (const [index, contender] of participants.entries()) {
          const { isQuick, profileFolder } = options;
          const plan: TurnPlan = {
            ...{ case: name, variant: variant.name, contender: contender.name, isQuick },
            ...(profileFolder !== undefined && { profileFolder }),
          };
          const measured = await runTurn(plan);
          figures[index]?.push(measured);
          options.progress(plan, round, measured);
        }
      }
      for (const [index, contender] of participants.entries()) {
        rows.push({
          case: name,
          variant: variant.name,
          contender: contender.name,
          rounds: figures[index] ?? [],
        });
      }
    }
  }
  return rows;
}

function runTurn(plan: TurnPlan): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(program, [JSON.stringify(plan)], { execArgv: ['--enable-source-maps'] });
    let figures: Figures | undefined;
    child.on('message', (message: Figures) => (figures = message));
    child.on('exit', (code) => {
      if (figures !== undefined) resolve(figures);
      else reject(new Error(`${plan.contender} failed in ${plan.case}, ${plan.variant} (exit code ${code})`));
    });
  });
}
