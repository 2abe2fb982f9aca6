// The results of rows of hosts as Markdown.
import { findNetworkMisses, type HostResult, type NetworkResult } from './network-result.js';
import { noticedWithinMs } from './network-rows.js';
import { hostPerSecond } from './network-stage.js';

const columns = [
  '| Row | Host | Cycles (clients) | Messages | Lost | … silently | Duplicated | Out of order | Resumed | Noticed, s | Repaired, ms |',
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
    [
      'Each host is a network namespace, connected to the others by a switch. A fault affects one host, with all its clients. The',
      `server is one process. Each client is sent ${hostPerSecond} messages per second, and sends as many. In the columns from`,
      '*Messages* to *Out of order*, the first of two figures is for messages to clients, the second for messages from clients.',
    ].join(' '),
    '',
    `- **Noticed**: the longest time until the server / a client noticed that a connection was dead. The aims are ${within('server')} and ${within('client')} s.`,
    '- **Repaired**: from the end of the fault until every client of the host receives everything again, p50 / p99.',
    '',
    'The faults, host by host:',
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
    `${count(cycles)} (${count(clients)})`,
    both('accepted'),
    `${share(down.lost, down.accepted)} / ${share(up.lost, up.accepted)}`,
    both('silent'),
    both('duplicated'),
    both('disordered'),
    share(resumed, returns),
    noticedMs === undefined ? '–' : `${seconds(noticedMs.server)} / ${seconds(noticedMs.client)}`,
    `${count(Math.round(repairedMs.p50))} / ${count(Math.round(repairedMs.p99))}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

const count = (value: number): string => value.toLocaleString('en');
const share = (part: number, all: number): string =>
  all === 0 ? '–' : `${((part / all) * 100).toFixed(part === 0 || part === all ? 0 : 2)} %`;
