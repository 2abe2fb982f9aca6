// What a run found, as it is written to JSON, and what is derived from it: medians, spread, ratios.
import { cpus, loadavg, totalmem, type } from 'node:os';
import { createRequire } from 'node:module';
import { contenders } from './contenders/contenders.js';
import { median, type Metric } from './figures.js';
import type { Row } from './run-turns.js';

/** What a run found. */
export interface Result {
  readonly date: string;
  readonly machine: string;
  /** How much else the machine did at the beginning: processes that wanted a core. */
  readonly loadAtStart: number;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly rows: readonly Row[];
}

export function describeRun(): Pick<Result, 'date' | 'machine' | 'loadAtStart' | 'node' | 'versions'> {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${all[0]?.model.trim() ?? 'unknown CPU'}, ${all.length} cores, ${memory} GiB, ${type()}`,
    loadAtStart: loadavg()[0] ?? 0,
    node: process.version,
    versions: Object.fromEntries([...new Set(contenders.map((one) => one.package)), 'zod'].map(versionOf)),
  };
}

function versionOf(name: string): [string, string] {
  const manifest = createRequire(import.meta.url)
    .resolve.paths(name)
    ?.map((folder) => `${folder}/${name}/package.json`);
  for (const path of manifest ?? []) {
    try {
      return [name, (createRequire(import.meta.url)(path) as { version: string }).version];
    } catch {
      // not in this folder
    }
  }
  return [name, 'unknown'];
}

/** The row of a contender in a case at a setting. */
export function findRow(
  rows: readonly Row[],
  wanted: Pick<Row, 'case' | 'variant' | 'contender'>,
): Row | undefined {
  return rows.find(
    (row) => row.case === wanted.case && row.variant === wanted.variant && row.contender === wanted.contender,
  );
}

/** The middle and the ends of what the rounds gave. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf({ rounds }: Row, metric: Metric): Spread | undefined {
  return toSpread(rounds.map((figures) => figures[metric]));
}

/** Round by round, since what disturbed one contender in a round disturbed the others in it too. */
export function ratioOf(row: Row, to: Row, metric: Metric): Spread | undefined {
  return toSpread(
    row.rounds.map((figures, round) => {
      const own = figures[metric];
      const other = to.rounds[round]?.[metric];
      return own === undefined || other === undefined || other <= 0 ? undefined : own / other;
    }),
  );
}

function toSpread(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return { median: median(known), least: Math.min(...known), most: Math.max(...known) };
}
