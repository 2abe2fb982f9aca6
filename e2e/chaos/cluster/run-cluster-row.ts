// Plays one row of several nodes.
import { setTimeout as delay } from 'node:timers/promises';
import { createSeededRandom } from '@wirepact/core/testing';
import { findProgram } from '../../find-program.js';
import type { Contender } from '../contender.js';
import { findNetworkObstacle } from '../netns/system.js';
import { nowMs } from '../now-ms.js';
import { breakOneByOne, calmMs, clientsFor } from '../one-by-one.js';
import { quantilesOf } from '../result.js';
import { findObstacle, type RunOptions } from '../lines/run-row.js';
import type { ClusterResult } from './cluster-result.js';
import type { ClusterRow } from './cluster-rows.js';
import { ClusterStage } from './cluster-stage.js';
import { describeRush } from './return-wave.js';

/** What became of one fault. */
interface Cycle {
  readonly repairedMs: number;
  readonly acceptedAgainMs: number;
  /** By how much longer than the fault itself lasted each message took until it was accepted. */
  readonly lateByMs: readonly number[];
  readonly isHealed: boolean;
}

/** Why a row cannot be played on this machine. */
export function findClusterObstacle(row: ClusterRow): string | undefined {
  const program = process.env['REDIS_SERVER'] ?? 'redis-server';
  if (!program.includes('/') && findProgram(program) === undefined) return `there is no ${program} here`;
  return findObstacle(row) ?? (row.areNodesApart ? findNetworkObstacle() : undefined);
}

export async function runClusterRow(
  row: ClusterRow,
  contender: Contender,
  options: RunOptions,
): Promise<ClusterResult> {
  const { maxClients, ...said } = options;
  const useful = 'each' in row.breaks ? clientsFor(said.cycles) : Infinity;
  const clients = Math.min(row.clients, maxClients, useful);
  const stage = new ClusterStage(row, contender, createSeededRandom(said.seed));
  const cycles: Cycle[] = [];
  const { failures } = stage;
  try {
    await stage.open(clients);
    await bringAbout(row, stage, said.cycles, cycles).catch((error: unknown) => failures.push(String(error)));
    const verdict = await stage.settle();
    const leftOpen = stage.lines.reduce((sum, line) => sum + line.leftOpen, 0);
    if (leftOpen > 0) failures.push(`${leftOpen} old connections were not closed as taken over`);
    const { answersWithinMs = Infinity } = row;
    const slowestMs = stage.records.slowestAnswerMs;
    if (slowestMs > answersWithinMs)
      failures.push(`a message was neither accepted nor refused for ${slowestMs.toFixed(0)} ms`);
    const returns = stage.lines.flatMap((line) => line.returns);
    const { id, fault, goal, nodes, spreadMs, through, repairedWithinMs, healsPercent } = row;
    const { acceptsAgainWithinMs, acceptsLateByMs } = row;
    const { perSecond } = stage;
    return {
      ...{ id, fault, goal, contender: contender.name, clients, nodes, perSecond, ...verdict },
      returns: returns.length,
      resumed: returns.filter(({ isResumed }) => isResumed).length,
      ...('all' in row.breaks && { healed: cycles.filter(({ isHealed }) => isHealed).length }),
      publishMs: quantilesOf(stage.records.publishMs),
      repairedMs: quantilesOf(
        'each' in row.breaks || spreadMs !== undefined || through !== undefined
          ? returns.map(({ backMs }) => backMs)
          : cycles.map(({ repairedMs }) => repairedMs),
      ),
      ...(spreadMs !== undefined && stage.waves.length > 0 && { rush: describeRush(stage.waves, spreadMs) }),
      ...('all' in row.breaks && {
        acceptedAgainMs: quantilesOf(cycles.map(({ acceptedAgainMs }) => acceptedAgainMs)),
        lateByMs: quantilesOf(cycles.flatMap(({ lateByMs }) => lateByMs)),
      }),
      ...(repairedWithinMs !== undefined && { repairedWithinMs }),
      ...(acceptsAgainWithinMs !== undefined && { acceptsAgainWithinMs }),
      ...(acceptsLateByMs !== undefined && { acceptsLateByMs }),
      ...(healsPercent !== undefined && { healsPercent }),
      failures: [...new Set(failures)],
      reported: [...stage.records.reported]
        .sort(([, one], [, other]) => other - one)
        .slice(0, 10)
        .map(([text, count]) => `${count} × ${text}`),
      ...said,
    };
  } finally {
    await stage.close();
  }
}

/** What one process finds lost, and what nobody could be sent meanwhile, may each be a gap of its own. */
const mostTold = 3;

/** Resolves once so many faults have come, and everybody hears of everything again. */
async function bringAbout(
  { breaks }: ClusterRow,
  stage: ClusterStage,
  count: number,
  cycles: Cycle[],
): Promise<void> {
  await stage.repaired();
  if ('all' in breaks) {
    for (let cycle = 0; cycle < count; cycle += 1) {
      await delay(calmMs);
      const before = stage.records.gaps;
      const startedAt = nowMs();
      const lastedMs = await breaks.all(stage);
      const overAt = nowMs();
      await stage.repaired();
      const repairedMs = nowMs() - overAt;
      stage.records.read();
      const acceptedAgainMs = stage.records.acceptedAgainMs(stage.runs, overAt);
      const lateByMs = stage.records.publishMsSince(startedAt).map((tookMs) => tookMs - lastedMs);
      const told = stage.records.gaps.map((gaps, index) => gaps - (before[index] ?? 0));
      cycles.push({ repairedMs, acceptedAgainMs, lateByMs, isHealed: told.every((gaps) => gaps === 0) });
      const most = Math.max(...told);
      if (most > mostTold) {
        stage.failures.push(`a client was told ${most} times of one fault in one stream`);
      }
    }
    return delay(calmMs);
  }
  const { lines, chance } = stage;
  await breakOneByOne(lines, { cycles: count, chance }, (line) => breaks.each(line, stage));
  await stage.repaired();
}
