// The results of rows of several nodes as Markdown.
import type { Quantiles } from '../result.js';
import { findClusterMisses, type ClusterResult } from './cluster-result.js';
import { afterWindowMs, mostRushed, type Rush } from './return-wave.js';

const columns = [
  '| | | Cycles | Messages | Lost | … silently | Twice | … after a gap | Out of order | Not accepted | Gaps | Healed | Resumed | Run again | Accepted in, ms | … again, ms | Repaired, ms |',
  '|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
];

export function writeClusterResults(results: readonly ClusterResult[]): string[] {
  if (results.length === 0) return [];
  return [
    ...columns,
    ...results.map(writeRow),
    '',
    'Several nodes share a Redis, and clients are spread over them. Every node sends its part of the messages to everyone, to a room',
    'that all are in, and to each user by name: so many a second to each client as the row says below, and as many from each. Where',
    'two figures stand, the first is of messages to clients, the second of those from them.',
    '',
    '- **Lost**: accepted, and it never arrived. **Silently**: and whoever waited for it, or had sent it, was not told.',
    '- **Twice**: came again, or was handled again while the process that had handled it lived. **After a gap**: came again after its reader was told of a gap.',
    '- **Not accepted**: its sender was told so. **Gaps**: how often a client was told of one, in one of its three streams.',
    '- **Healed**: faults of which no client was told, where nothing was lost in silence. **Resumed**: returns in which the session went on.',
    '- **Run again**: handled again after the process that had handled it was killed.',
    '- **Accepted in**: until `publish` resolved, p50 / p99. **Again**: from the end of the fault until every node had a message accepted. **Repaired**: from the end of the fault until every client hears of every node again; where lines break or nodes drain, from the fault until the client is back.',
    '',
    ...unique(
      results.map(
        ({ id, fault, nodes, perSecond }) => `- **${id}**: ${fault}. ${nodes} nodes, ${perSecond} a second.`,
      ),
    ),
    '',
    ...writeRushes(results),
  ];
}

/** How clients of nodes that drained came back. */
function writeRushes(results: readonly ClusterResult[]): string[] {
  const rows = results.flatMap(({ id, rush }) => (rush === undefined ? [] : [writeRush(id, rush)]));
  if (rows.length === 0) return [];
  return [
    '| | Nodes drained | Clients of each | Told to return within, ms | All back after, ms | Busiest second |',
    '|---|---:|---:|---:|---:|---:|',
    ...rows,
    '',
    `- **All back after**: from SIGTERM until the last client was, p50 / p99; at most ${afterWindowMs / 1_000} s more than they were told.`,
    `- **Busiest second**: the most connections in any second, of the node where that was worst, against clients spread evenly over the time that they were told; at most ${mostRushed} ×.`,
    '',
  ];
}

function writeRush(id: string, { waves, clients, windowMs, allBackMs, busiest }: Rush): string {
  const cells = [
    id,
    count(waves),
    clients.map(count).join(' to '),
    count(windowMs),
    quantiles(allBackMs),
    `${busiest.toFixed(2)} ×`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** One result, for a terminal. */
export function writeClusterLine(result: ClusterResult): string {
  const details = [...findClusterMisses(result), ...result.reported.map((text) => `reported ${text}`)];
  return [writeRow(result), ...details].join('\n    ');
}

function writeRow(result: ClusterResult): string {
  const { id, contender, cycles, clients, down, up, returns, resumed, healed } = result;
  const { publishMs, acceptedAgainMs, repairedMs } = result;
  const both = (key: 'accepted' | 'silent' | 'disordered' | 'duplicated'): string =>
    `${count(down[key])} / ${count(up[key])}`;
  const cells = [
    id,
    contender,
    `${count(cycles)} (${clients})`,
    both('accepted'),
    `${share(down.lost, down.accepted)} / ${share(up.lost, up.accepted)}`,
    both('silent'),
    both('duplicated'),
    count(down.repeated),
    both('disordered'),
    count(down.refused),
    count(down.gaps),
    healed === undefined || down.silent > 0 ? '–' : share(healed, cycles),
    share(resumed, returns),
    count(up.rerun),
    quantiles(publishMs),
    acceptedAgainMs === undefined ? '–' : quantiles(acceptedAgainMs),
    quantiles(repairedMs),
  ];
  return `| ${cells.join(' | ')} |`;
}

const unique = (lines: readonly string[]): string[] => [...new Set(lines)];
const count = (value: number): string => value.toLocaleString('en');
const quantiles = ({ p50, p99 }: Quantiles): string => `${p50.toFixed(0)} / ${p99.toFixed(0)}`;
const share = (part: number, all: number): string =>
  all === 0 ? '–' : `${((part / all) * 100).toFixed(part === 0 || part === all ? 0 : 2)} %`;
