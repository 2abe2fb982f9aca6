// The results as Markdown.
import { writeClusterResults } from './cluster/cluster-report.js';
import { contenders } from './contenders/contenders.js';
import { wirepact } from './contenders/wirepact.js';
import { isMissed } from './measures/measure.js';
import { writeNetworkResults } from './netns/network-report.js';
import { calmMs } from './one-by-one.js';
import type { Provenance } from './provenance.js';
import { findMisses, type Findings, type Measurement, type Quantiles, type Result } from './result.js';
import { perSecond } from './lines/stage.js';
import { sumClusterResults, sumNetworkResults, sumResults } from './sum-runs.js';

const columns = [
  '| Row | Contender | Cycles (clients) | Messages | Lost | … silently | Duplicated | Out of order | Handled again | Resumed | Takeover, ms | Back, ms |',
  '|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
];

/** What was found, what it means, and how it came about. */
export function writeReport({ results, clusterResults, networkResults, measurements }: Findings): string {
  return [
    ...(results.length > 0 ? writeResults(sumResults(results)) : []),
    ...writeClusterResults(sumClusterResults(clusterResults)),
    ...writeNetworkResults(sumNetworkResults(networkResults)),
    ...(results.length + clusterResults.length + networkResults.length > 0 ? writeSettings() : []),
    ...(measurements.length > 0 ? [writeFigures(measurements), ''] : []),
    '| Command | Seed | Results | Date | Machine |',
    '|---|---:|---|---|---|',
    ...writeSources([
      ...results,
      ...clusterResults,
      ...networkResults,
      ...measurements.map((one) => ({ ...one, contender: wirepact.name })),
    ]),
  ].join('\n');
}

function writeResults(results: readonly Result[]): string[] {
  return [
    ...columns,
    ...results.map(writeRow),
    '',
    [
      'The server runs in one process, the clients in another, each behind a TCP proxy of its own. Throughout, each client is sent',
      `${perSecond} messages per second (a third each to everyone, to a room, and to this client alone), and sends as many. A fault`,
      `occurs ${calmMs} ms after a client is connected. In the columns from *Messages* to *Out of order*, the first of two figures is for`,
      'messages to clients, the second for messages from clients.',
    ].join(' '),
    '',
    '- **Lost**: accepted, but never arrived. **… silently**: and nobody was told of the loss.',
    '- **Handled again**: handled a second time, by a process that does not know of the first time.',
    '- **Resumed**: the share of returns in which the session continued.',
    '- **Takeover**: from the first packet of the new connection until the client is connected. **Back**: from the fault until then. Both are given as p50 / p99.',
    '',
    'The faults, row by row:',
    '',
    ...unique(results.map(({ id, fault }) => `- **${id}**: ${fault}.`)),
    '',
  ];
}

function writeSettings(): string[] {
  return [
    'Settings that differ from the defaults:',
    '',
    ...contenders.map(({ name, settings }) => `- **${name}**: ${settings}.`),
    '',
  ];
}

/** A table of what was measured. */
export function writeFigures(measurements: readonly Measurement[]): string {
  const lines = measurements.flatMap(({ id, title, figures }) => [
    `| **${id}** | ${title} | | |`,
    ...figures.map((figure) => {
      const { name, value, unit, atMost, atLeast } = figure;
      const aim = atMost ?? atLeast;
      const bound = aim === undefined ? '' : `${atMost === undefined ? '≥' : '≤'} ${count(aim)} ${unit}`;
      const goal = isMissed(figure) ? `${bound}, **missed**` : bound;
      return `| | ${name} | ${value.toLocaleString('en', { maximumFractionDigits: 2 })} ${unit} | ${goal} |`;
    }),
  ]);
  return ['| | | Measured | Aim |', '|---|---|---:|---|', ...lines].join('\n');
}

/** One result, for a terminal. */
export function writeLine(result: Result): string {
  const misses = findMisses(result);
  return `${writeRow(result)}${misses.length > 0 ? `\n    ${misses.join('\n    ')}` : ''}`;
}

function writeRow(result: Result): string {
  const { id, contender, cycles, clients, down, up, returns, resumed, takeoverMs, backMs } = result;
  const both = (key: keyof typeof down): string => `${count(down[key])} / ${count(up[key])}`;
  const share = (part: number, all: number): string =>
    all === 0 ? '–' : `${((part / all) * 100).toFixed(part === 0 || part === all ? 0 : 2)} %`;
  const cells = [
    id,
    contender,
    `${count(cycles)} (${count(clients)})`,
    both('accepted'),
    `${share(down.lost, down.accepted)} / ${share(up.lost, up.accepted)}`,
    both('silent'),
    both('duplicated'),
    both('disordered'),
    count(up.rerun),
    share(resumed, returns),
    quantiles(takeoverMs),
    quantiles(backMs),
  ];
  return `| ${cells.join(' | ')} |`;
}

interface Source extends Provenance {
  readonly id: string;
  readonly contender: string;
}

/** A line for every run that results come from. */
function writeSources(results: readonly Source[]): string[] {
  const runOf = ({ command, seed }: Source): string => `| \`${command}\` | ${seed} |`;
  const placeOf = ({ date, machine }: Source): string => `${date} | ${machine} |`;
  return unique(
    results.map((result) => {
      const same = results.filter((one) => runOf(one) === runOf(result) && placeOf(one) === placeOf(result));
      const gave = contenders.flatMap(({ name }) => {
        const own = same.filter(({ contender }) => contender === name);
        const version = own[0]?.version;
        return version === undefined ? [] : [`${own.map(({ id }) => id).join(', ')} with ${name} ${version}`];
      });
      return `${runOf(result)} ${gave.join('; ')} | ${placeOf(result)}`;
    }),
  );
}

const unique = (lines: readonly string[]): string[] => [...new Set(lines)];
const count = (value: number): string => value.toLocaleString('en');
const quantiles = ({ p50, p99 }: Quantiles): string =>
  `${count(Math.round(p50))} / ${count(Math.round(p99))}`;
