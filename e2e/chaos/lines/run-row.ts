// Plays one row with one contender.
import { setTimeout as delay } from 'node:timers/promises';
import { createSeededRandom } from '@wirepact/core/testing';
import { findProgram } from '../../find-program.js';
import type { Contender } from '../contender.js';
import { breakOneByOne, calmMs, clientsFor } from '../one-by-one.js';
import type { Provenance } from '../provenance.js';
import { quantilesOf, type Result } from '../result.js';
import type { Row } from './rows.js';
import { Stage } from './stage.js';

/** What a row is run with, and what its result should say of the run. */
export interface RunOptions extends Provenance {
  readonly cycles: number;
  /** No more than the row has. */
  readonly maxClients: number;
}

/** Why a row cannot be played on this machine. */
export function findObstacle({ through }: Pick<Row, 'through'>): string | undefined {
  if (!through || findProgram(through.program) !== undefined) return undefined;
  return `there is no ${through.program} here`;
}

export async function runRow(row: Row, contender: Contender, options: RunOptions): Promise<Result> {
  const { maxClients, ...said } = options;
  const useful = 'each' in row.breaks ? clientsFor(said.cycles) : Infinity;
  const clients = Math.min(row.clients, maxClients, useful);
  const stage = new Stage(row, contender, createSeededRandom(said.seed));
  const failures = stage.failures;
  try {
    await stage.open(clients);
    await bringAbout(row, stage, said.cycles).catch((error: unknown) => failures.push(String(error)));
    const verdict = await stage.settle();
    const leftOpen = stage.lines.reduce((sum, line) => sum + line.leftOpen, 0);
    if (leftOpen > 0) failures.push(`${leftOpen} old connections were not closed as taken over`);
    const returns = stage.lines.flatMap((line) => line.returns);
    return {
      ...{ id: row.id, fault: row.fault, goal: row.goal, contender: contender.name },
      ...{ clients, ...verdict },
      returns: returns.length,
      resumed: returns.filter(({ isResumed }) => isResumed).length,
      takeoverMs: quantilesOf(returns.map(({ takeoverMs }) => takeoverMs)),
      backMs: quantilesOf(returns.map(({ backMs }) => backMs)),
      failures: [...new Set(failures)],
      ...said,
    };
  } finally {
    await stage.close();
  }
}

/** Resolves once so many faults have come, and everybody is back. */
async function bringAbout({ breaks }: Row, stage: Stage, cycles: number): Promise<void> {
  if ('all' in breaks) {
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      await delay(calmMs);
      const done = breaks.all(stage);
      await Promise.all(stage.lines.map((line) => line.breakBy(() => done)));
    }
    return delay(calmMs);
  }
  const { lines, chance } = stage;
  await breakOneByOne(lines, { cycles, chance }, (line) => breaks.each(line, chance));
  await delay(calmMs);
}
