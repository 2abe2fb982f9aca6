// The drawings of a run, as SVG.
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { barChartOf } from './bar-chart.js';
import type { Case } from './case.js';
import { growthChartOf } from './growth-chart.js';
import type { Result } from './result.js';

/** Draws the cases that have something to compare; gives SVG by the case's name, that of curves with `-growth`. */
export async function drawCharts(result: Result, cases: readonly Case[]): Promise<Map<string, string>> {
  const charts = new Map<string, string>();
  for (const one of cases) {
    const bars = barChartOf(result, one);
    if (bars) charts.set(one.name, await drawChart(bars));
    const curves = growthChartOf(result, one);
    if (curves) charts.set(`${one.name}-growth`, await drawChart(curves));
  }
  return charts;
}

/** Draws one as SVG. */
export async function drawChart(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}
