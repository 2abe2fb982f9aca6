// What a run found, as it is written to JSON, and what is derived from it: medians, spread, ratios.
import { cpus, loadavg, totalmem, type } from 'node:os';
import { createRequire } from 'node:module';
import { contenders } from './contenders/contenders.js';
import { median, worst, type Metric } from './figures.js';
import type { Row } from './run-turns.js';

/** What was found. */
export interface Result {
  readonly date: string;
  readonly machine: string;
  /** How much else the machine did at the beginning: processes that wanted a core. */
  readonly loadAtStart: number;
  readonly minutes: number;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly runs: number;
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly rows: readonly Row[];
}

export type Surroundings = Pick<Result, 'date' | 'machine' | 'loadAtStart' | 'node' | 'versions'>;

export function describeSurroundings(): Surroundings {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const packages = new Set([...contenders.map((one) => one.package), 'graphql', 'zod']);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${all[0]?.model.trim() ?? 'unknown CPU'}, ${all.length} cores, ${memory} GiB, ${type()}`,
    loadAtStart: loadavg()[0] ?? 0,
    node: process.version,
    versions: Object.fromEntries([...packages].map(versionOf)),
  };
}

/** Whether rows of both may stand in one report: what both know of is the same. */
export function isComparable(one: Surroundings, other: Surroundings): boolean {
  const isSame = one.machine === other.machine && one.node === other.node;
  return (
    isSame &&
    Object.entries(one.versions).every(([name, version]) => (other.versions[name] ?? version) === version)
  );
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

/** How many turns failed. */
export function countFailed(rows: readonly Row[]): number {
  return rows.flatMap(({ runs }) => runs.flat()).filter((figures) => Object.keys(figures).length === 0)
    .length;
}

/** What is quoted, the median of a run or of several the worst, and the ends of what all rounds gave. */
export interface Spread {
  readonly quoted: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf({ runs }: Row, metric: Metric): Spread | undefined {
  return toSpread(
    runs.map((rounds) => rounds.map((figures) => figures[metric])),
    metric,
  );
}

/** Round by round, since what disturbed one contender in a round disturbed the others in it too. */
export function ratioOf(row: Row, to: Row, metric: Metric): Spread | undefined {
  return toSpread(
    row.runs.map((rounds, run) =>
      rounds.map((figures, round) => {
        const own = figures[metric];
        const other = to.runs[run]?.[round]?.[metric];
        return own === undefined || other === undefined || other <= 0 ? undefined : own / other;
      }),
    ),
    metric,
  );
}

function toSpread(runs: readonly (readonly (number | undefined)[])[], metric: Metric): Spread | undefined {
  const known = runs
    .map((rounds) => rounds.filter((value) => value !== undefined))
    .filter((rounds) => rounds.length > 0);
  const all = known.flat();
  if (all.length === 0) return undefined;
  return { quoted: worst(known.map(median), metric), least: Math.min(...all), most: Math.max(...all) };
}
