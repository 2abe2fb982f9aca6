// Bars: how a case's most important figure compares with bare ws.
import type { TopLevelSpec } from 'vega-lite';
import type { Case } from './case.js';
import { chartStyle, ourColour } from './chart-style.js';
import { yardstick } from './contenders/contenders.js';
import { chartTitleOf, metrics } from './figures.js';
import { findRow, ratioOf, type Result } from './result.js';

/** One bar. */
interface Bar {
  readonly variant: string;
  readonly contender: string;
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
  readonly label: string;
  readonly isOurs: boolean;
}

/** `undefined` where nothing can be compared. */
export function barChartOf(result: Result, one: Case): TopLevelSpec | undefined {
  const bars = barsOf(result, one);
  return bars.length === 0 ? undefined : chartOf(one, bars);
}

/** Points of a curve are drawn as one. */
function barsOf({ rows }: Result, { name, headline, variants }: Case): Bar[] {
  const compared = new Set(variants.filter(({ at }) => at === undefined).map((variant) => variant.name));
  return rows
    .filter((row) => row.case === name && compared.has(row.variant))
    .flatMap((row) => {
      const { variant, contender } = row;
      const to = findRow(rows, { ...row, contender: yardstick });
      const found = to && ratioOf(row, to, headline);
      if (!found) return [];
      const { quoted: ratio, least, most } = found;
      return [
        {
          variant,
          contender,
          ratio,
          least,
          most,
          label: ratio.toFixed(2),
          isOurs: contender.startsWith('Wirepact'),
        },
      ];
    });
}

function chartOf({ title, headline, per }: Case, bars: readonly Bar[]): TopLevelSpec {
  const inOrder = [...new Set(bars.map(({ contender }) => contender))];
  const y = { field: 'contender', type: 'nominal', sort: inOrder, title: null } as const;
  return {
    title: {
      text: title,
      subtitle: `${chartTitleOf(headline, per)}, as a multiple of ${yardstick}; ${metrics[headline].better} is better`,
    },
    ...chartStyle,
    data: { values: [...bars] },
    facet: {
      row: {
        ...{ field: 'variant', title: null, sort: [...new Set(bars.map(({ variant }) => variant))] },
        header: { labelAngle: 0, labelOrient: 'top', labelAnchor: 'start', labelFontWeight: 'bold' },
      },
    },
    spec: {
      width: 480,
      height: { step: 22 },
      layer: [
        {
          mark: { type: 'bar', cornerRadiusEnd: 2 },
          encoding: {
            y,
            x: { field: 'ratio', type: 'quantitative', title: null },
            color: {
              condition: { test: 'datum.isOurs', value: ourColour },
              value: '#b8c4ce',
            },
          },
        },
        {
          mark: { type: 'rule', color: '#333' },
          encoding: { y, x: { field: 'least', type: 'quantitative' }, x2: { field: 'most' } },
        },
        {
          mark: { type: 'text', align: 'left', dx: 6 },
          encoding: { y, x: { field: 'most', type: 'quantitative' }, text: { field: 'label' } },
        },
        {
          mark: { type: 'rule', strokeDash: [4, 4], color: '#333' },
          encoding: { x: { datum: 1, type: 'quantitative' } },
        },
      ],
    },
  };
}
