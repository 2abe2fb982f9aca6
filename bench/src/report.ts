// The report of a run, in Markdown.
import type { Case } from './case.js';
import { contenders, yardstick } from './contenders/contenders.js';
import { allMetrics, metrics, type Metric } from './figures.js';
import { judge, type Aim } from './reached.js';
import { countFailed, findRow, ratioOf, spreadOf, type Result, type Spread } from './result.js';
import type { Row } from './run-turns.js';

/** Everything that was found. `charts` names the drawings beside the report. */
export function writeReport(result: Result, cases: readonly Case[], charts: Iterable<string> = []): string {
  const drawn = new Set(charts);
  const found = cases.filter((one) => result.rows.some((row) => row.case === one.name));
  const aims = judge(found, result.rows);
  const parts = [
    '# Performance',
    result.isQuick ? '**A quick run: it shows that everything works, and not how fast it is.**' : '',
    introduce(result),
    '## What was aimed at',
    writeAims(aims),
    ...found.map((one) => writeCase(result, one, drawn)),
    '## The contenders',
    writeContenders(result),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function introduce({ date, machine, node, runs, rounds, minutes, loadAtStart, rows }: Result): string {
  const quoted =
    runs === 1
      ? `Figures are medians over the rounds (${rounds} at most), in brackets the least and the most.`
      : `There were ${runs} full runs of ${rounds} rounds at most. A figure is the median of its rounds in **the worst of the runs**, the worst for each contender by itself; in brackets the least and the most of all rounds.`;
  const failed = countFailed(rows);
  return [
    `Measured on ${date}: ${machine}, Node ${node}, load ${loadAtStart.toFixed(1)} at the start, ${minutes} minutes.`,
    'Server and load generator are processes of their own on one machine; all contenders take turns within every round, and',
    `their clients are the same bare sockets. ${quoted} **×** is the ratio to ${yardstick}, taken round by round: it is what`,
    'carries over to other machines. Server CPU is what the operating system counts for the whole process. Latencies are',
    'those under full load: as many messages as the contender takes. Wirepact does all of its work in every case: it parses',
    'both ways, numbers and keeps what is reliable, watches its clients and what they cost.',
    ...(failed > 0 ? [`${failed} turns failed, and are missing below.`] : []),
  ].join('\n');
}

function writeAims(aims: readonly Aim[]): string {
  const missed = aims.filter(({ isReached }) => !isReached);
  const lines = aims.map(
    ({ isReached, case: name, variant, text, found }) =>
      `| ${isReached ? 'reached' : '**missed**'} | ${name}, ${variant} | ${text} | ${withEnds(found, 2)} |`,
  );
  return [
    `${aims.length - missed.length} of ${aims.length} reached.`,
    '',
    '| | Case | Aim | Found |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function writeCase({ rows, date }: Result, one: Case, drawn: ReadonlySet<string>): string {
  const { name, title, per, variants } = one;
  const measured = rows.find((row) => row.case === name)?.date ?? date;
  const when = measured === date ? '' : ` Measured on ${measured}.`;
  const parts = [
    `## ${title}`,
    `\`pnpm bench -- --only ${name}\`; CPU and throughput are per ${per}.${when}`,
  ];
  for (const chart of [name, `${name}-growth`]) {
    if (drawn.has(chart)) parts.push(`![${title}](performance/${chart}.svg)`);
  }
  for (const variant of variants) {
    const found = rows.filter((row) => row.case === name && row.variant === variant.name);
    if (found.length > 0) parts.push(`### ${variant.name}`, writeTable(found));
  }
  return parts.join('\n\n');
}

/** Ratios stand where there is something to take them to. */
function writeTable(rows: readonly Row[]): string {
  const shown = allMetrics.filter((metric) => rows.some((row) => spreadOf(row, metric)));
  const [first] = rows;
  const measured = first && findRow(rows, { ...first, contender: yardstick });
  const columns = measured ? 2 : 1;
  const titles = shown.map((metric) => {
    const { title, unit } = metrics[metric];
    return measured ? `${title}, ${unit} | ×` : `${title}, ${unit}`;
  });
  return [
    `| | ${titles.join(' | ')} |`,
    `|---|${'---:|'.repeat(columns * shown.length)}`,
    ...rows.map(
      (row) =>
        `| ${row.contender} | ${shown.map((metric) => writeCell(row, measured, metric)).join(' | ')} |`,
    ),
  ].join('\n');
}

function writeCell(row: Row, measured: Row | undefined, metric: Metric): string {
  const spread = spreadOf(row, metric);
  const figure = spread ? withEnds(spread, metrics[metric].digits) : '–';
  if (!measured) return figure;
  const ratio = ratioOf(row, measured, metric);
  return `${figure} | ${ratio ? ratio.quoted.toFixed(2) : '–'}`;
}

function withEnds({ quoted, least, most }: Spread, digits: number): string {
  const [figure, from, to] = [quoted, least, most].map((value) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  return from === to ? `${figure}` : `${figure} (${from}–${to})`;
}

function writeContenders({ versions }: Result): string {
  const lines = contenders.map(
    (one) =>
      `| ${one.name} | \`${one.package}\` ${versions[one.package]} | ${one.validates ? 'both ways' : 'no'} | ${one.settings} |`,
  );
  return [
    '| | Package | Validates | Settings |',
    '|---|---|---|---|',
    ...lines,
    '',
    `zod ${versions['zod']}, graphql ${versions['graphql']}. A case has those in it that can do what it needs; curves have three.`,
  ].join('\n');
}
