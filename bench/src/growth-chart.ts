// Curves: what a message, or a client, costs as there is more and more of something.
import type { TopLevelSpec } from 'vega-lite';
import type { Case } from './case.js';
import { chartStyle, ourColour } from './chart-style.js';
import { chartTitleOf, metrics } from './figures.js';
import { spreadOf, type Result } from './result.js';

/** One contender at one point of the axis. */
interface Point {
  readonly contender: string;
  readonly at: number;
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

const colours = [ourColour, '#5b6770', '#c77d2e', '#7a5195', '#a05195'];

/** `undefined` where there are not two points to connect. */
export function growthChartOf(result: Result, one: Case): TopLevelSpec | undefined {
  const points = pointsOf(result, one);
  return new Set(points.map(({ at }) => at)).size < 2 ? undefined : chartOf(one, points);
}

function pointsOf({ rows }: Result, { name, headline, variants }: Case): Point[] {
  return variants.flatMap(({ name: variant, at }) => {
    if (at === undefined) return [];
    return rows
      .filter((row) => row.case === name && row.variant === variant)
      .flatMap((row) => {
        const spread = spreadOf(row, headline);
        if (!spread) return [];
        const { quoted: value, least, most } = spread;
        return [{ contender: row.contender, at, value, least, most }];
      });
  });
}

function chartOf({ title, headline, per, axis }: Case, points: readonly Point[]): TopLevelSpec {
  const domain = [...new Set(points.map(({ contender }) => contender))].sort(
    (a, b) => Number(b.startsWith('Wirepact')) - Number(a.startsWith('Wirepact')),
  );
  const costs = points.map(({ value }) => value);
  // what grows tenfold and more would hide all but its end
  const isSteep = Math.max(...costs) > 10 * Math.min(...costs);
  const values = [...new Set(points.map(({ at }) => at))];
  const x = {
    ...({ field: 'at', type: 'quantitative', title: axis ?? null } as const),
    scale: { type: 'log' } as const,
    axis: { values, grid: false, format: '~s' },
  };
  const colour = {
    field: 'contender',
    type: 'nominal',
    title: null,
    scale: { domain, range: colours.slice(0, domain.length) },
  } as const;
  const scale = isSteep ? ({ type: 'log' } as const) : ({ zero: true } as const);
  return {
    title: {
      text: title,
      subtitle: `${chartTitleOf(headline, per)}, ${metrics[headline].unit}; less is better`,
    },
    ...chartStyle,
    width: 480,
    height: 260,
    data: { values: [...points] },
    layer: [
      {
        mark: { type: 'line', point: true },
        encoding: { x, color: colour, y: { field: 'value', type: 'quantitative', title: null, scale } },
      },
      {
        mark: { type: 'rule' },
        encoding: { x, color: colour, y: { field: 'least', type: 'quantitative' }, y2: { field: 'most' } },
      },
    ],
  };
}
