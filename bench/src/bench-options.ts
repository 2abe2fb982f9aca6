// What `npm run bench` can be told.
import { parseArgs } from 'node:util';
import type { Case } from './case.js';
import { cases } from './cases/cases.js';
import type { Contender } from './contender.js';
import { contenders } from './contenders/contenders.js';

export interface BenchOptions {
  readonly cases: readonly Case[];
  readonly contenders: readonly Contender[];
  readonly runs: number;
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly isCheck: boolean;
  readonly isPublished: boolean;
  readonly isProfiled: boolean;
}

const extras = cases.filter(({ isExtra }) => isExtra).map(({ name }) => name);

export const usage = `npm run bench -- [options]

  --only a,b         only these cases: ${cases.map(({ name }) => name).join(', ')};
                     by default all except ${extras.join(' and ')}
  --contenders a,b   only these contenders: ${contenders.map(({ name }) => `"${name}"`).join(', ')}
  --rounds n         the highest number of rounds; by default 3, or 1 with --quick
  --runs n           the number of full runs, of which the worst is quoted; by default 1
  --quick            small loads: shows that it works, not how fast it is
  --profile          writes a CPU profile of every server, tables of its busiest functions and a flame chart to
                     bench/results/profiles/; profiling itself takes time
  --check            fails if a ratio is worse than in bench/baseline.json
  --publish          writes docs/performance.md and bench/baseline.json; the machine must do nothing else, and
                     cases that were not run keep their figures. With --profile it writes
                     docs/performance/flames/ instead: Wirepact's charts for cases that have an aim`;

/** @throws RangeError for what is not known, or does not go together */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    // pnpm hands its own `--` on
    args: args.filter((arg) => arg !== '--'),
    options: {
      only: { type: 'string' },
      contenders: { type: 'string' },
      rounds: { type: 'string' },
      runs: { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
    },
  });
  if (values.publish && (values.quick || (values.contenders !== undefined && !values.profile))) {
    throw new RangeError('--publish needs full loads of all contenders; leave out --quick and --contenders');
  }
  if (values.check && values.quick)
    throw new RangeError('the baseline comes from full runs; leave out --quick');
  return {
    cases:
      values.only === undefined
        ? cases.filter(({ isExtra }) => !isExtra)
        : pick('--only', cases, values.only),
    contenders: pick('--contenders', contenders, values.contenders),
    runs: toCount('--runs', values.runs),
    rounds: toCount('--rounds', values.rounds ?? (values.quick ? '1' : '3')),
    isQuick: values.quick,
    isCheck: values.check,
    isPublished: values.publish,
    isProfiled: values.profile,
  };
}

function toCount(option: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`${option} takes a number from 1`);
  return count;
}

function pick<TItem extends { readonly name: string }>(
  option: string,
  all: readonly TItem[],
  wanted: string | undefined,
): readonly TItem[] {
  if (wanted === undefined) return all;
  const names = wanted.split(',');
  const unknown = names.find((name) => !all.some((item) => item.name === name));
  if (unknown !== undefined) throw new RangeError(`${option} knows no "${unknown}"`);
  return all.filter(({ name }) => names.includes(name));
}
