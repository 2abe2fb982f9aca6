// What a row of several nodes gave, and whether that is what it should.
import type { Provenance } from '../provenance.js';
import type { Quantiles } from '../result.js';
import type { ClusterVerdict } from './cluster-judge.js';
import type { ClusterGoal } from './cluster-rows.js';
import { findRushMisses, type Rush } from './return-wave.js';

/** One row. */
export interface ClusterResult extends ClusterVerdict, Provenance {
  readonly id: string;
  readonly fault: string;
  readonly contender: string;
  readonly goal: ClusterGoal;
  readonly cycles: number;
  readonly clients: number;
  readonly nodes: number;
  /** Messages to each client, and from each. */
  readonly perSecond: number;
  readonly returns: number;
  readonly resumed: number;
  /** Faults after which nobody was told of a gap; where they come one by one they are not told apart. */
  readonly healed?: number;
  /** How long it took until a message was accepted. */
  readonly publishMs: Quantiles;
  /** From the end of a fault until everybody heard of everything again. */
  readonly repairedMs: Quantiles;
  /** From the end of a fault until every node had a message accepted; where they come one by one they are not told apart. */
  readonly acceptedAgainMs?: Quantiles;
  /** How much longer than the fault lasted it took until a message was accepted. */
  readonly lateByMs?: Quantiles;
  /** Where nodes drain: how their clients came back. */
  readonly rush?: Rush;
  readonly repairedWithinMs?: number;
  readonly acceptsAgainWithinMs?: number;
  readonly acceptsLateByMs?: number;
  readonly healsPercent?: number;
  /** What went wrong beside the messages; empty where all went well. */
  readonly failures: readonly string[];
  /** What the nodes reported as errors, the most frequent first. */
  readonly reported: readonly string[];
}

/** A line for everything in which a result misses its goal. */
export function findClusterMisses(result: ClusterResult): string[] {
  const { goal, down, up, returns, resumed, cycles, healed = cycles, failures } = result;
  const promised: Record<string, number> = {
    'silently lost on the way down': down.silent,
    'silently lost on the way up': up.silent,
    'duplicated on the way down': down.duplicated,
    'handled twice, and no process had died': up.duplicated,
    'out of order on the way down': down.disordered,
    'out of order on the way up': up.disordered,
    'never answered': up.unanswered,
  };
  if (goal !== 'nothing is silent') {
    promised['lost on the way down'] = down.lost;
    promised['lost on the way up'] = up.lost;
    promised['came again'] = down.repeated;
    promised['not accepted'] = down.refused;
    promised['gaps told'] = down.gaps;
    promised['returns without the session'] = returns - resumed;
    const mayRerun = goal === 'nothing is lost' ? 0 : cycles;
    if (up.rerun > mayRerun) promised['handled again, in as many kills'] = up.rerun;
  }
  const misses = Object.entries(promised).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  const { repairedMs, repairedWithinMs = Infinity, healsPercent = 0, rush, examples } = result;
  if (rush !== undefined) misses.push(...findRushMisses(rush));
  if (repairedMs.p99 > repairedWithinMs) {
    misses.push(`repaired after ${repairedMs.p99.toFixed(0)} ms at p99, and not within ${repairedWithinMs}`);
  }
  const { acceptedAgainMs, acceptsAgainWithinMs = Infinity, lateByMs, acceptsLateByMs = Infinity } = result;
  if (acceptedAgainMs !== undefined && acceptedAgainMs.p99 > acceptsAgainWithinMs) {
    const found = acceptedAgainMs.p99.toFixed(0);
    misses.push(`nothing accepted for ${found} ms after a fault at p99, and not ${acceptsAgainWithinMs}`);
  }
  if (lateByMs !== undefined && lateByMs.p99 > acceptsLateByMs) {
    const found = lateByMs.p99.toFixed(0);
    misses.push(`accepted ${found} ms later than the fault was over at p99, and not ${acceptsLateByMs}`);
  }
  if (healed * 100 < healsPercent * cycles) {
    misses.push(`${healed} of ${cycles} faults healed without a gap, and not ${healsPercent} %`);
  }
  return [...misses, ...failures, ...examples];
}
