// The results of rows of hosts as Markdown.
import { findNetworkMisses, type HostResult, type NetworkResult } from './network-result.js';
import { noticedWithinMs } from './network-rows.js';
import { hostPerSecond } from './network-stage.js';

const columns = [
  '| | | Cycles | Messages | Lost | … silently | Duplicated | Out of order | Resumed | Noticed, s | Repaired, ms |',
  '|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
];

export function writeNetworkResults(results: readonly NetworkResult[]): string[] {
  if (results.length === 0) return [];
  const hosts = new Map(results.flatMap((result) => result.hosts.map(({ name, fault }) => [name, fault])));
  const within = (end: keyof typeof noticedWithinMs): number => noticedWithinMs[end] / 1_000;
  return [
    ...columns,
    ...results.flatMap(writeRows),
    '',
    'Clients on hosts of their own, which are network namespaces at one switch; a fault is that of a host and all its clients.',
    `The server is one process. Messages run both ways, ${hostPerSecond} a second to each client and from each.`,
    '',
    `- **Noticed**: until the server and the client knew that the line was dead, at most; they aim at ${within('server')} and ${within('client')} s.`,
    '- **Repaired**: from the end of the fault until every client of the host hears of everything again, p50 / p99.',
    '',
    ...Array.from(hosts, ([name, fault]) => `- **${name}**: ${fault}.`),
    '',
  ];
}

/** One result, for a terminal. */
export function writeNetworkLine(result: NetworkResult): string {
  return [writeRows(result).join('\n'), ...findNetworkMisses(result)].join('\n    ');
}

function writeRows(result: NetworkResult): string[] {
  return result.hosts.map((host) => writeRow(result, host));
}

function writeRow({ id, clients }: NetworkResult, host: HostResult): string {
  const { name, cycles, down, up, returns, resumed, noticedMs, repairedMs } = host;
  const both = (key: 'accepted' | 'silent' | 'disordered' | 'duplicated'): string =>
    `${count(down[key])} / ${count(up[key])}`;
  const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
  const cells = [
    id,
    name,
    `${count(cycles)} (${clients})`,
    both('accepted'),
    `${share(down.lost, down.accepted)} / ${share(up.lost, up.accepted)}`,
    both('silent'),
    both('duplicated'),
    both('disordered'),
    share(resumed, returns),
    noticedMs === undefined ? '–' : `${seconds(noticedMs.server)} / ${seconds(noticedMs.client)}`,
    `${repairedMs.p50.toFixed(0)} / ${repairedMs.p99.toFixed(0)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

const count = (value: number): string => value.toLocaleString('en');
const share = (part: number, all: number): string =>
  all === 0 ? '–' : `${((part / all) * 100).toFixed(part === 0 || part === all ? 0 : 2)} %`;
