// The report of a run, in Markdown.
import type { Case } from './case.js';
import { contenders, yardstick } from './contenders/contenders.js';
import { allMetrics, metrics, type Metric } from './figures.js';
import { judge } from './reached.js';
import { findRow, ratioOf, spreadOf, type Result } from './result.js';
import type { Row } from './run-turns.js';

/** Everything that was found. `charts` names the cases that have a drawing beside the report. */
export function writeReport(result: Result, cases: readonly Case[], charts: Iterable<string> = []): string {
  const drawn = new Set(charts);
  const parts = [
    '# Performance',
    result.isQuick ? '**A quick run: it shows that everything works, and not how fast it is.**' : '',
    introduce(result),
    '## What was aimed at',
    writeAims(result, cases),
    ...cases.map((one) => writeCase(result, one, drawn.has(one.name))),
    '## The contenders',
    writeContenders(result),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function introduce({ date, machine, node, rounds, loadAtStart }: Result): string {
  return [
    `Measured on ${date}: ${machine}, Node ${node}, load ${loadAtStart.toFixed(1)} at the start. Server and load generator`,
    'are processes of their own on one machine; all contenders take turns within every round',
    `(${rounds} of them), and their clients are the same bare sockets. Figures are medians over the rounds, in brackets`,
    `the least and the most. **×** is the ratio to ${yardstick}, taken round by round: it is what carries over to other`,
    'machines. Server CPU is what the operating system counts for the whole process. Latencies are those under full load.',
  ].join('\n');
}

function writeAims({ rows }: Result, cases: readonly Case[]): string {
  const lines = judge(cases, rows).map(
    (aim) =>
      `| ${aim.isReached ? 'reached' : '**missed**'} | ${aim.case}, ${aim.variant} | ${aim.text} | ${aim.found.median.toFixed(2)} (${aim.found.least.toFixed(2)}–${aim.found.most.toFixed(2)}) |`,
  );
  return ['| | Case | Aim | Found |', '|---|---|---|---|', ...lines].join('\n');
}

function writeCase({ rows }: Result, { name, title, per, variants }: Case, isDrawn: boolean): string {
  const parts = [`## ${title}`, `\`pnpm bench -- --only ${name}\`; CPU and throughput are per ${per}.`];
  if (isDrawn) parts.push(`![${title}](performance/${name}.svg)`);
  for (const variant of variants) {
    const found = rows.filter((row) => row.case === name && row.variant === variant.name);
    if (found.length > 0) parts.push(`### ${variant.name}`, writeTable(found));
  }
  return parts.join('\n\n');
}

function writeTable(rows: readonly Row[]): string {
  const shown = allMetrics.filter((metric) => rows.some((row) => spreadOf(row, metric)));
  const [first] = rows;
  const measured = first && findRow(rows, { ...first, contender: yardstick });
  return [
    `| | ${shown.map((metric) => `${metrics[metric].title}, ${metrics[metric].unit} | ×`).join(' | ')} |`,
    `|---|${'---:|---:|'.repeat(shown.length)}`,
    ...rows.map(
      (row) =>
        `| ${row.contender} | ${shown.map((metric) => writeCell(row, measured, metric)).join(' | ')} |`,
    ),
  ].join('\n');
}

function writeCell(row: Row, measured: Row | undefined, metric: Metric): string {
  const spread = spreadOf(row, metric);
  if (!spread) return '– | –';
  const { digits } = metrics[metric];
  const [middle, least, most] = [spread.median, spread.least, spread.most].map((value) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  const ratio = measured && ratioOf(row, measured, metric);
  return `${middle} (${least}–${most}) | ${ratio ? ratio.median.toFixed(2) : '–'}`;
}

function writeContenders({ versions }: Result): string {
  const lines = contenders.map(
    (one) =>
      `| ${one.name} | \`${one.package}\` ${versions[one.package]} | ${one.validates ? 'both ways' : 'no'} | ${one.settings} |`,
  );
  return ['| | Package | Validates | Settings |', '|---|---|---|---|', ...lines].join('\n');
}
