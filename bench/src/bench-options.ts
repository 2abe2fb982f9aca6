// What `pnpm bench` can be told.
import { parseArgs } from 'node:util';
import type { Case } from './case.js';
import { cases } from './cases/cases.js';
import type { Contender } from './contender.js';
import { contenders } from './contenders/contenders.js';

export interface BenchOptions {
  readonly cases: readonly Case[];
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly isCheck: boolean;
  readonly isPublished: boolean;
  readonly profileFolder: string | undefined;
}

export const usage = `pnpm bench [-- options]

  --only a,b         some cases: ${cases.map(({ name }) => name).join(', ')}
  --contenders a,b   some contenders: ${contenders.map(({ name }) => `"${name}"`).join(', ')}
  --rounds n         how often each takes its turn; 3, or 1 with --quick
  --quick            small loads: shows that it works, not how fast it is
  --profile folder   writes a CPU profile of every server into it; profiling costs time itself
  --check            fails where a ratio is worse than in bench/baseline.json
  --publish          writes docs/performance.md and bench/baseline.json; everything, on a machine that does nothing else`;

/** @throws RangeError for what is not known, or does not go together */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    // pnpm hands its own `--` on
    args: args.filter((arg) => arg !== '--'),
    options: {
      only: { type: 'string' },
      contenders: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
      check: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
    },
  });
  const isPartial = values.only !== undefined || values.contenders !== undefined;
  if (values.publish && (values.quick || isPartial || values.profile !== undefined)) {
    throw new RangeError('--publish is for full runs; leave the other options out');
  }
  if (values.check && values.quick)
    throw new RangeError('the baseline is one of full runs; leave --quick out');
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new RangeError('--rounds takes a number from 1');
  return {
    cases: pick('--only', cases, values.only),
    contenders: pick('--contenders', contenders, values.contenders),
    rounds,
    isQuick: values.quick,
    isCheck: values.check,
    isPublished: values.publish,
    profileFolder: values.profile,
  };
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
