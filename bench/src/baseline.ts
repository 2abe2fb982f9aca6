// The ratios that were reached before, against which `--check` holds those of today. Ratios alone: they outlive machines.
import { allMetrics, metrics, type Metric } from './figures.js';
import { yardstick } from './contenders/contenders.js';
import { findRow, ratioOf, type Spread } from './result.js';
import type { Row } from './run-turns.js';

/** Wirepact's ratio to bare ws, by `contender / case / variant / metric`. */
export type Baseline = Readonly<Record<string, number>>;

/** How much worse a ratio may be: what quiet machines differ by. The other figures differ by more, or are no ratios. */
const slack: Partial<Record<Metric, number>> = {
  cpuMicros: 0.15,
  perSecond: 0.2,
  heapKbEach: 0.1,
  rssMb: 0.25,
  p99Ms: 0.5,
};

export function baselineOf(rows: readonly Row[]): Baseline {
  return Object.fromEntries(ratiosOf(rows).map(({ key, ratio }) => [key, Number(ratio.quoted.toFixed(3))]));
}

/** Whether any of these was measured before. */
export function hasComparable(rows: readonly Row[], before: Baseline): boolean {
  return ratiosOf(rows).some(({ key }) => Object.hasOwn(before, key));
}

/**
 * A line for every ratio that has become worse by more than the slack, and whose best round is worse than what it was: one
 * round that was disturbed is no regression.
 */
export function findRegressions(rows: readonly Row[], before: Baseline): string[] {
  return ratiosOf(rows).flatMap(({ key, metric, ratio }) => {
    const old = before[key];
    if (old === undefined) return [];
    const allowed = 1 + (slack[metric] ?? 0);
    const isWorse =
      metrics[metric].better === 'less'
        ? ratio.quoted > old * allowed && ratio.least > old
        : ratio.quoted < old / allowed && ratio.most < old;
    return isWorse ? [`${key}: ${ratio.quoted.toFixed(3)} × ${yardstick}, was ${old}`] : [];
  });
}

function ratiosOf(rows: readonly Row[]): { key: string; metric: Metric; ratio: Spread }[] {
  return rows.flatMap((row) => {
    const { case: name, variant, contender } = row;
    const other = findRow(rows, { ...row, contender: yardstick });
    if (!contender.startsWith('Wirepact') || !other) return [];
    return allMetrics.flatMap((metric) => {
      const ratio = slack[metric] === undefined ? undefined : ratioOf(row, other, metric);
      return ratio ? [{ key: `${contender} / ${name} / ${variant} / ${metric}`, metric, ratio }] : [];
    });
  });
}
