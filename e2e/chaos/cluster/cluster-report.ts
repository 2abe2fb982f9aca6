// The results of rows of several nodes as Markdown.
import type { Quantiles } from '../result.js';
import { findClusterMisses, type ClusterResult } from './cluster-result.js';
import { afterWindowMs, mostRushed, type Rush } from './return-wave.js';

const columns = [
  '| Row | Contender | Cycles (clients) | Messages | Lost | … silently | Duplicated | … after a gap | Out of order | Not accepted | Gaps | Healed | Resumed | Handled again | Accepted in, ms | Accepted again, ms | Repaired, ms |',
  '|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
];

export function writeClusterResults(results: readonly ClusterResult[]): string[] {
  if (results.length === 0) return [];
  return [
    ...columns,
    ...results.map(writeRow),
    '',
    [
      'Several processes share one Redis, and the clients are spread over them. Each process sends its share of the messages to everyone,',
      'to a room that all clients are in, and to each user by name. The list of faults below says how many messages per second each',
      'client is sent in all; it sends as many. In the columns from *Messages* to *Out of order*, the first of two figures is for messages',
      'to clients, the second for messages from clients.',
    ].join(' '),
    '',
    '- **Lost**: accepted, but never arrived. **… silently**: and nobody was told of the loss.',
    '- **Duplicated**: arrived again, or was handled again although the process that had handled it was alive. **… after a gap**: arrived again after its recipient was told of a gap.',
    '- **Not accepted**: the sender was told that the message was not accepted. **Gaps**: how often a client was told of a gap in one of its three logs (everyone, the room, its inbox).',
    '- **Healed**: the share of faults after which no client was told of a gap; shown only if nothing was lost silently. **Resumed**: the share of returns in which the session continued.',
    '- **Handled again**: handled again after the process that had handled it was killed.',
    '- **Accepted in**: the time until `publish` resolved. **Accepted again**: from the end of the fault until every process has had a message accepted. **Repaired**: from the end of the fault until every client receives messages from every process again; if only connections break or processes drain, from the fault until the client is connected again. All three are given as p50 / p99.',
    '',
    'The faults, row by row:',
    '',
    ...unique(
      results.map(
        ({ id, fault, nodes, perSecond }) =>
          `- **${id}**: ${fault}. ${nodes} processes, ${perSecond} messages per second.`,
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
    '| Row | Processes drained | Clients of each | Told to return within, ms | All back after, ms | Busiest second |',
    '|---|---:|---:|---:|---:|---:|',
    ...rows,
    '',
    `- **All back after**: from SIGTERM until the last client was back, p50 / p99. The aim is at most ${afterWindowMs / 1_000} s after the time within which they were told to return.`,
    `- **Busiest second**: the most connections that arrived in any one second, relative to an even spread over that time; the worst drain is shown. The aim is at most ${mostRushed} ×.`,
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
    `${count(cycles)} (${count(clients)})`,
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
const quantiles = ({ p50, p99 }: Quantiles): string =>
  `${count(Math.round(p50))} / ${count(Math.round(p99))}`;
const share = (part: number, all: number): string =>
  all === 0 ? '–' : `${((part / all) * 100).toFixed(part === 0 || part === all ? 0 : 2)} %`;
