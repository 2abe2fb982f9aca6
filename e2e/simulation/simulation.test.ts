// Runs the simulation: every schedule that once went wrong, and many that are made from seeds. SIMULATION_SCHEDULES says how
// many, SIMULATION_SEED from which on; `npm run simulate` runs more of them, and prints what goes over the wire of one.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runSchedule } from './kind.js';
import { makeSchedule, type Schedule } from './schedule.js';
import { serverSimulation } from './server-simulation.js';
import { simulate } from './simulate.js';

const schedules = Number(process.env['SIMULATION_SCHEDULES'] ?? 5_000);
const seed = Number(process.env['SIMULATION_SEED'] ?? 1);
/** A slow machine needs a minute for the 5,000. */
const patienceMs = 600_000;

interface Kept {
  /** The story, for who reads the file. */
  readonly was: string;
  readonly schedule: Schedule;
}
const keptSchedules = JSON.parse(
  readFileSync(new URL('kept-schedules.json', import.meta.url), 'utf8'),
) as readonly Kept[];

describe('nothing is lost in silence, comes twice or out of order', () => {
  test.each(keptSchedules)('when $was', async ({ schedule }) => {
    expect(await runSchedule(serverSimulation, schedule)).toEqual([]);
  });

  test(
    `in ${schedules} schedules from seed ${seed}`,
    async () => {
      const report = await simulate(serverSimulation, { schedules, seed });
      expect(report.failures.length, report.failures.join('\n')).toBe(0);
      expect(report.schedules).toBe(schedules);
    },
    patienceMs,
  );
});

describe('a simulation', () => {
  test('goes the same way each time', async () => {
    const run = async (): Promise<readonly string[]> => {
      const heard: string[] = [];
      await runSchedule(serverSimulation, makeSchedule(seed), (text) => heard.push(text));
      // what is secret is another each time
      return heard.map((text) => text.replace(/(?<="(session|token|epoch)":|s_|\[)"?[\w-]{8,}/g, '…'));
    };
    expect(await run()).toEqual(await run());
  });
});
