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

function introduce(result: Result): string {
  const { date, machine, node, minutes, loadAtStart, rows } = result;
  const failed = countFailed(rows);
  const measured = `Measured on ${date}: ${machine}, Node ${node}, load ${loadAtStart.toFixed(1)} at the start; it took ${minutes} min.`;
  const method = [
    'Server and load generator are processes of their own on one machine. All contenders take turns within every round,',
    `and their clients are the same bare sockets. ${sayWhatIsQuoted(result)} **×** is the ratio to ${yardstick}, taken`,
    'round by round: it is what carries over to other machines. Server CPU is what the operating system counts for the',
    'whole process. Latencies are those under full load, which is as many messages as the contender takes.',
  ];
  const notes = [
    'Wirepact does all of its work in every case: it parses both ways, numbers and keeps what is reliable, watches its',
    'clients and what they cost. What is written here is written by `npm run bench -- --publish`, missed aims included.',
    'The weight of the client and the cost of type checking are not in here, since every `npm test` holds them; what',
    'becomes of messages when lines break is in `docs/reliability.md`.',
  ];
  const parts = [measured, method.join(' '), notes.join(' ')];
  if (failed > 0) parts.push(`**${failed} turns failed, and are missing below.**`);
  return parts.join('\n\n');
}

function sayWhatIsQuoted({ runs, rounds }: Result): string {
  if (runs === 1)
    return `Figures are medians over the rounds, of which there were at most ${rounds}, in brackets the least and the most.`;
  return [
    `There were ${runs} full runs of ${rounds} rounds at most. A figure is the median of its rounds in **the worst of the`,
    'runs**, of each contender by itself; in brackets stand the least and the most of all rounds.',
  ].join(' ');
}

function writeAims(aims: readonly Aim[]): string {
  const missed = aims.filter(({ isReached }) => !isReached);
  const lines = aims.map(
    ({ isReached, case: name, variant, text, found }) =>
      `| ${isReached ? 'reached' : '**missed**'} | ${name}, ${variant} | ${text} | ${withEnds(found, 2)} |`,
  );
  return [
    `${aims.length - missed.length} of ${aims.length} reached. What stands in the way of the others is in \`docs/performance-limits.md\`.`,
    '',
    '| | Case | Aim | Found |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function writeCase(result: Result, one: Case, drawn: ReadonlySet<string>): string {
  const { name, title, per, variants } = one;
  const { rows } = result;
  const when = sayWhenMeasured(result, name);
  const parts = [
    `## ${title}`,
    `\`npm run bench -- --only ${name}\`; CPU and throughput are per ${per}.${when}`,
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

/** Said where a case was not measured with the others. */
function sayWhenMeasured({ rows, date, runs }: Result, name: string): string {
  const row = rows.find((one) => one.case === name);
  if (!row || (row.date === date && row.runs.length === runs)) return '';
  return ` Measured on ${row.date}, in ${row.runs.length === 1 ? 'one run' : `${row.runs.length} runs`}.`;
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
