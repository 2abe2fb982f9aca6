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
    result.isQuick ? '**A quick run: it shows that everything works, not how fast it is.**' : '',
    introduce(result),
    '## Aims',
    writeAims(aims),
    ...found.map((one) => writeCase(result, one, drawn)),
    '## Contenders',
    writeContenders(result),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function introduce(result: Result): string {
  const { date, machine, node, minutes, loadAtStart, rows } = result;
  const failed = countFailed(rows);
  const measured = `Measured on ${date} on ${machine}, with Node ${node}. The first measurement for this page began at a load average of ${loadAtStart.toFixed(1)} and took ${minutes} min.`;
  const method = [
    'The server and the load generator are separate processes on one machine. In every round, all contenders take turns.',
    'Their clients are the same bare sockets, except in cases where clients reconnect by themselves.',
    `${sayWhatIsQuoted(result)} **×** is the ratio to ${yardstick}, calculated round by round; unlike the figures themselves,`,
    'it can be compared between machines. Server CPU is the CPU time of the server process, or of all server processes',
    'together, as counted by the operating system. Latencies are measured under full load, that is, with as many messages as the contender can take.',
  ];
  const notes = [
    'Wirepact does all of its usual work in every case: it parses messages in both directions, numbers and stores reliable',
    'ones, and keeps track of its clients and of what they use. This page, including the missed aims, is written by',
    '`npm run bench -- --publish`. It does not cover the size of the client and the cost of type checking, which every',
    '`npm test` checks. [Reliability](reliability.md) shows what happens to messages when connections break.',
  ];
  const parts = [measured, method.join(' '), notes.join(' ')];
  if (failed > 0) parts.push(`**${failed} turns failed and are missing below.**`);
  return parts.join('\n\n');
}

function sayWhatIsQuoted({ rounds, rows }: Result): string {
  const mostRuns = Math.max(1, ...rows.map(({ runs }) => runs.length));
  if (mostRuns === 1)
    return `Each figure is the median of at most ${rounds} rounds, followed by their lowest and highest in brackets.`;
  return [
    `There were up to ${mostRuns} runs of at most ${rounds} rounds each. Each figure is the median of the rounds of **the worst run**, chosen`,
    'for each contender and figure separately, followed by the lowest and highest of all rounds in brackets.',
  ].join(' ');
}

function writeAims(aims: readonly Aim[]): string {
  const missed = aims.filter(({ isReached }) => !isReached);
  const lines = aims.map(
    ({ isReached, case: name, variant, text, found }) =>
      `| ${isReached ? 'reached' : '**missed**'} | ${name}, ${variant} | ${text} | ${withEnds(found, 2)} |`,
  );
  return [
    `${aims.length - missed.length} of ${aims.length} aims are reached. [Performance limits](performance-limits.md) explains what prevents the others.`,
    '',
    '| | Case | Aim | Measured |',
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
    `With zod ${versions['zod']} and graphql ${versions['graphql']}. A case includes the contenders that have the features it needs, or fewer if running all of them would take too long.`,
  ].join('\n');
}
