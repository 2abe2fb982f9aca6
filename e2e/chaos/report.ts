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
  '| | | Cycles | Messages | Lost | … silently | Duplicated | Out of order | Run again | Resumed | Takeover, ms | Back, ms |',
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
    '| Command | Seed | Gave | On | Machine |',
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
    `The server, and the clients with a TCP proxy for each, are processes of their own. Messages run both ways all the while, ${perSecond} a second to`,
    'each client (a third each to everyone, to a room, to that client alone) and from each. A fault comes',
    `${calmMs} ms after a client is connected. Where two figures stand, the first is of messages to clients, the second of those from them.`,
    '',
    '- **Lost**: accepted, and it never arrived. **Silently**: and whoever waited for it, or had sent it, was not told.',
    '- **Run again**: handled a second time, by a process that knows nothing of the first.',
    '- **Resumed**: returns in which the session went on.',
    '- **Takeover**: from the first packet of the new connection until the client is connected, p50 / p99. **Back**: from the fault until then.',
    '',
    ...unique(results.map(({ id, fault }) => `- **${id}**: ${fault}.`)),
    '',
  ];
}

function writeSettings(): string[] {
  return [...contenders.map(({ name, settings }) => `- **${name}**: ${settings}.`), ''];
}

/** A table of what was measured. */
export function writeFigures(measurements: readonly Measurement[]): string {
  const lines = measurements.flatMap(({ id, title, figures }) => [
    `| **${id}** | ${title} | | |`,
    ...figures.map((figure) => {
      const { name, value, unit, atMost, atLeast } = figure;
      const bound = atMost !== undefined ? `≤ ${atMost}` : atLeast !== undefined ? `≥ ${atLeast}` : undefined;
      const goal = bound === undefined ? '' : `${bound} ${unit}${isMissed(figure) ? ', **missed**' : ''}`;
      return `| | ${name} | ${value.toLocaleString('en', { maximumFractionDigits: 2 })} ${unit} | ${goal} |`;
    }),
  ]);
  return ['| | | Found | Aimed at |', '|---|---|---:|---|', ...lines].join('\n');
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
    `${count(cycles)} (${clients})`,
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
const quantiles = ({ p50, p99 }: Quantiles): string => `${p50.toFixed(0)} / ${p99.toFixed(0)}`;
