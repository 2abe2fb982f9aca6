// Runs the simulation of several nodes: every schedule that once went wrong, and some that are made from seeds. CLUSTER_SCHEDULES
// says how many, CLUSTER_SEED from which on; `npm run simulate -- --nodes` runs more of them, and prints what goes over the wire of one.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runSchedule } from '../kind.js';
import { simulate } from '../simulate.js';
import type { ClusterSchedule } from './cluster-schedule.js';
import { clusterSimulation } from './cluster-simulation.js';

const { env } = process;
const schedules = Number(env['CLUSTER_SCHEDULES'] ?? 200);
const seed = Number(env['CLUSTER_SEED'] ?? 1);
const patienceMs = 600_000;

interface Kept {
  /** The story, for who reads the file. */
  readonly was: string;
  readonly schedule: ClusterSchedule;
}
const keptSchedules = JSON.parse(
  readFileSync(new URL('kept-cluster-schedules.json', import.meta.url), 'utf8'),
) as readonly Kept[];

describe('between nodes nothing is lost in silence, comes twice or out of order', () => {
  test.each(keptSchedules)('when $was', async ({ schedule }) => {
    expect(await runSchedule(clusterSimulation, schedule)).toEqual([]);
  });

  test(
    `in ${schedules} schedules from seed ${seed}`,
    async () => {
      const report = await simulate(clusterSimulation, { seed, schedules });
      expect(report.failures.length, report.failures.join('\n')).toBe(0);
      expect(report.schedules).toBe(schedules);
    },
    patienceMs,
  );
});
