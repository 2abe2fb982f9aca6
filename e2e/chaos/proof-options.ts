// What `npm run proof` can be told.
import { parseArgs } from 'node:util';
import { readCount } from '../read-count.js';
import { clusterRows, type ClusterRow } from './cluster/cluster-rows.js';
import type { Contender } from './contender.js';
import { contenders } from './contenders/contenders.js';
import type { Measure } from './measures/measure.js';
import { measures } from './measures/measures.js';
import { networkRows, type NetworkRow } from './netns/network-rows.js';
import { rows, type Length, type Row } from './lines/rows.js';

export interface ProofOptions {
  readonly rows: readonly Row[];
  readonly clusterRows: readonly ClusterRow[];
  readonly networkRows: readonly NetworkRow[];
  readonly measures: readonly Measure[];
  readonly contenders: readonly Contender[];
  readonly length: Length;
  /** Instead of as many as the length has. */
  readonly cycles: number | undefined;
  readonly clients: number;
  readonly seed: number;
  /** How long what can take any time takes. */
  readonly minutes: number | undefined;
  readonly isPublished: boolean;
  /** Older results of the same rows stay, and are summed up with these. */
  readonly isAdded: boolean;
}

export const usage = `npm run proof -- [options]

  --only C1,C2       only these rows or measures: ${[...rows, ...clusterRows, ...networkRows, ...measures].map(({ id }) => id).join(', ')}
  --contenders a,b   only these contenders: ${contenders.map(({ name }) => `"${name}"`).join(', ')}
  --quick            fewer cycles
  --check            the short form in npm test: fewer still, and only Wirepact
  --cycles n         the number of cycles of every row
  --clients n        the highest number of clients at a time
  --seed n           the seed of everything random; by default chosen at random. It is printed
  --minutes n        how long each fuzzing measure runs; by default "fuzz" runs for 30, or 1 with --quick
  --publish          writes the results to docs/reliability.md, in place of older ones of the same rows and measures
  --add              with --publish: adds the results of rows to those of earlier runs; measures are still replaced`;

/** @throws RangeError for what is not known */
export function readOptions(args: readonly string[]): ProofOptions {
  const { values } = parseArgs({
    // pnpm hands its own `--` on
    args: args.filter((arg) => arg !== '--'),
    options: {
      only: { type: 'string' },
      contenders: { type: 'string' },
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      cycles: { type: 'string' },
      clients: { type: 'string' },
      seed: { type: 'string' },
      minutes: { type: 'string' },
      publish: { type: 'boolean', default: false },
      add: { type: 'boolean', default: false },
    },
  });
  if (values.add && !values.publish) throw new RangeError('--add works only together with --publish');
  const wanted = pick<Row | ClusterRow | NetworkRow | Measure>(
    '--only',
    [...rows, ...clusterRows, ...networkRows, ...measures],
    ({ id }) => id,
    values.only,
  );
  return {
    rows: rows.filter((row) => wanted.includes(row)),
    clusterRows: clusterRows.filter((row) => wanted.includes(row)),
    networkRows: networkRows.filter((row) => wanted.includes(row)),
    measures: measures.filter((measure) => wanted.includes(measure)),
    contenders: pick(
      '--contenders',
      contenders,
      ({ name }) => name,
      values.contenders ?? (values.check ? 'Wirepact' : undefined),
    ),
    length: values.check ? 'check' : values.quick ? 'quick' : 'long',
    cycles: readCount('--cycles', values.cycles),
    clients: readCount('--clients', values.clients) ?? Infinity,
    seed: readCount('--seed', values.seed) ?? Math.floor(Math.random() * 2 ** 32),
    minutes: readCount('--minutes', values.minutes),
    isPublished: values.publish,
    isAdded: values.add,
  };
}

function pick<TItem>(
  option: string,
  all: readonly TItem[],
  nameOf: (item: TItem) => string,
  wanted: string | undefined,
): readonly TItem[] {
  if (wanted === undefined) return all;
  const names = wanted.split(',');
  const unknown = names.find((name) => !all.some((item) => nameOf(item) === name));
  if (unknown !== undefined) throw new RangeError(`${option} knows no "${unknown}"`);
  return all.filter((item) => names.includes(nameOf(item)));
}
