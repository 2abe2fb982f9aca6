// What a row gave, and whether that is what it should.
import type { ClusterResult } from './cluster/cluster-result.js';
import type { Verdict } from './lines/judge.js';
import type { Figure } from './measures/measure.js';
import type { NetworkResult } from './netns/network-result.js';
import type { Provenance } from './provenance.js';
import type { Goal } from './lines/rows.js';

/** One row with one contender. */
export interface Result extends Verdict, Provenance {
  readonly id: string;
  readonly fault: string;
  readonly contender: string;
  readonly goal: Goal;
  readonly cycles: number;
  readonly clients: number;
  readonly returns: number;
  readonly resumed: number;
  readonly takeoverMs: Quantiles;
  readonly backMs: Quantiles;
  /** What went wrong beside the messages; empty where all went well. */
  readonly failures: readonly string[];
}

/** What was measured. */
export interface Measurement extends Provenance {
  readonly id: string;
  readonly title: string;
  readonly figures: readonly Figure[];
}

/** All that a run found. */
export interface Findings {
  readonly results: readonly Result[];
  /** Of several nodes. */
  readonly clusterResults: readonly ClusterResult[];
  /** Of clients on hosts of their own. */
  readonly networkResults: readonly NetworkResult[];
  readonly measurements: readonly Measurement[];
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

type Judged = Verdict & Pick<Result, 'goal' | 'returns' | 'resumed' | 'failures'>;

/** A line for everything in which a result misses its goal. */
export function findMisses({ goal, down, up, returns, resumed, failures, others }: Judged): string[] {
  const promised: Record<string, number> = {
    'silently lost on the way down': down.silent,
    'silently lost on the way up': up.silent,
    'duplicated on the way down': down.duplicated,
    'handled twice by one process': up.duplicated,
    'out of order on the way down': down.disordered,
    'out of order on the way up': up.disordered,
    'never answered': up.unanswered,
  };
  if (goal !== 'nothing is silent') {
    promised['lost on the way down'] = down.lost;
    promised['lost on the way up'] = up.lost;
    promised['handled again by another process'] = up.rerun;
  }
  if (goal === 'nothing is lost') promised['returns without the session'] = returns - resumed;
  const misses = Object.entries(promised).filter(([, count]) => count > 0);
  return [...misses.map(([what, count]) => `${count} ${what}`), ...failures, ...others.slice(0, 5)];
}

export function quantilesOf(figures: readonly number[]): Quantiles {
  const sorted = [...figures].sort((one, other) => one - other);
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
