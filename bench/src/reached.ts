// Whether Wirepact reached what it should, row by row of the table of cases.
import type { Case, Reach } from './case.js';
import { metrics } from './figures.js';
import { findRow, ratioOf, spreadOf, type Spread } from './result.js';
import type { Row } from './run-turns.js';

/** One aim, and how it was met. */
export interface Aim {
  readonly case: string;
  readonly variant: string;
  /** `server CPU ≤ 0.9 × bare ws` */
  readonly text: string;
  readonly found: Spread;
  readonly isReached: boolean;
}

/** Every aim that the rows say something about. */
export function judge(cases: readonly Case[], rows: readonly Row[]): Aim[] {
  return cases.flatMap((one) =>
    one.reach.flatMap((reach) =>
      one.variants
        .filter(({ name }) => (reach.variant ?? name) === name)
        .flatMap(({ name }) => judgeOne(one.name, name, reach, rows)),
    ),
  );
}

function judgeOne(name: string, variant: string, reach: Reach, rows: readonly Row[]): Aim[] {
  const { metric, contender = 'Wirepact', to, atMost = Infinity, atLeast = -Infinity } = reach;
  const row = findRow(rows, { case: name, variant, contender });
  const other = to && findRow(rows, { case: name, variant, contender, ...to });
  if (!row || (to && !other)) return [];
  const found = other ? ratioOf(row, other, metric) : spreadOf(row, metric);
  if (!found) return [];
  const { title, unit } = metrics[metric];
  const bound =
    reach.atMost === undefined ? `≥ ${atLeast.toLocaleString('en')}` : `≤ ${atMost.toLocaleString('en')}`;
  const measure = to ? `× ${Object.values(to).join('')}` : unit;
  const who = reach.contender === undefined ? '' : `${reach.contender}: `;
  return [
    {
      ...{ case: name, variant, found },
      text: `${who}${title} ${bound} ${measure}`,
      isReached: found.quoted <= atMost && found.quoted >= atLeast,
    },
  ];
}
