// What a row of hosts gave, and whether that is what it should.
import type { Verdict } from '../lines/judge.js';
import type { Provenance } from '../provenance.js';
import { findMisses, type Quantiles } from '../result.js';
import { noticedWithinMs } from './network-rows.js';

/** One host and its fault. */
export interface HostResult extends Verdict {
  readonly name: string;
  readonly fault: string;
  readonly cycles: number;
  readonly returns: number;
  readonly resumed: number;
  /** From the end of a fault until the clients hear of everything again. */
  readonly repairedMs: Quantiles;
  /** How long it took at most until each end noticed that the line was dead, where it lasted. */
  readonly noticedMs?: { readonly server: number; readonly client: number };
}

/** One row. */
export interface NetworkResult extends Provenance {
  readonly id: string;
  readonly contender: string;
  readonly cycles: number;
  /** At each host. */
  readonly clients: number;
  readonly hosts: readonly HostResult[];
  /** What went wrong beside the messages; empty where all went well. */
  readonly failures: readonly string[];
}

/** A line for everything in which a result misses its goal. */
export function findNetworkMisses({ hosts, failures }: NetworkResult): string[] {
  const ofHosts = hosts.flatMap((host) => {
    const misses = findMisses({ goal: 'nothing is lost', failures: [], ...host });
    const { noticedMs } = host;
    for (const end of ['server', 'client'] as const) {
      if (noticedMs === undefined || noticedMs[end] <= noticedWithinMs[end]) continue;
      misses.push(
        `the ${end} noticed after ${noticedMs[end].toFixed(0)} ms, and not ${noticedWithinMs[end]}`,
      );
    }
    return misses.map((miss) => `${host.name}: ${miss}`);
  });
  return [...ofHosts, ...failures];
}
