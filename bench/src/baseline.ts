// The ratios that were reached before, against which `--check` holds those of today. Ratios alone: they outlive machines.
import { allMetrics, metrics, type Metric } from './figures.js';
import { yardstick } from './contenders/contenders.js';
import { findRow, ratioOf } from './result.js';
import type { Row } from './run-turns.js';

/** Wirepact's ratio to bare ws, by `case / variant / metric`. */
export type Baseline = Readonly<Record<string, number>>;

/** How much worse a ratio may be: what quiet machines differ by. Latencies and whole processes' memory differ by more. */
const slack: Partial<Record<Metric, number>> = {
  cpuMicros: 0.15,
  perSecond: 0.2,
  heapKbEach: 0.1,
  p99Ms: 0.5,
};

export function baselineOf(rows: readonly Row[]): Baseline {
  const ratios: Record<string, number> = {};
  for (const row of rows) {
    const other = findRow(rows, { ...row, contender: yardstick });
    if (!row.contender.startsWith('Wirepact') || !other) continue;
    for (const metric of allMetrics) {
      const ratio = slack[metric] === undefined ? undefined : ratioOf(row, other, metric);
      if (ratio) ratios[keyOf(row, metric)] = Number(ratio.median.toFixed(3));
    }
  }
  return ratios;
}

/** A line for every ratio that has become worse by more than the slack. */
export function findRegressions(rows: readonly Row[], before: Baseline): string[] {
  return Object.entries(baselineOf(rows)).flatMap(([key, ratio]) => {
    const metric = allMetrics.find((name) => key.endsWith(` / ${name}`));
    const old = before[key];
    if (metric === undefined || old === undefined) return [];
    const allowed = 1 + (slack[metric] ?? 0);
    const isWorse = metrics[metric].better === 'less' ? ratio > old * allowed : ratio < old / allowed;
    return isWorse ? [`${key}: ${ratio} × ${yardstick}, was ${old}`] : [];
  });
}

function keyOf({ case: name, variant, contender }: Row, metric: Metric): string {
  return `${contender} / ${name} / ${variant} / ${metric}`;
}
