// What went wrong is cut down to what made it go wrong; what is thrown, and what is rejected on the side, is wrong as well.
import { expect, it } from 'vitest';
import { runSchedule, shrink, type SimulationKind } from './kind.js';
import { simulate } from './simulate.js';

interface Schedule {
  readonly clients: number;
  readonly steps: readonly number[];
}

function kindOf(run: (schedule: Schedule) => Promise<readonly string[]>): SimulationKind<Schedule> {
  const make = (seed: number): Schedule => ({
    clients: 3,
    steps: Array.from({ length: 20 }, (_, n) => n * seed),
  });
  return {
    make,
    world: (schedule) => ({ run: () => run(schedule) }),
    simpler: [{ clients: 1 }, { clients: 5 }],
  };
}

const needsBoth = kindOf(async ({ steps }) =>
  steps.includes(3) && steps.includes(14) ? [`message ${steps.length} of s_x was lost`] : [],
);

it('takes away every step that does not matter, and makes the rest simpler', async () => {
  expect(await shrink(needsBoth, needsBoth.make(1))).toEqual({ clients: 1, steps: [3, 14] });
});

it('stops when enough went wrong, and prints what it came down to', async () => {
  const report = await simulate(needsBoth, { schedules: 5, seed: 1 });
  expect([report.schedules, report.failures]).toEqual([
    1,
    ['seed 1 went wrong:\n  message 2 of s_x was lost\ncut down to:\n{"clients":1,"steps":[3,14]}'],
  ]);
  expect((await simulate(needsBoth, { schedules: 3, seed: 2 })).failures).toEqual([]);
});

it('finds wrong what is thrown', async () => {
  const throws = kindOf(() => Promise.reject(new Error('no world')));
  expect(await runSchedule(throws, throws.make(1))).toEqual([expect.stringContaining('no world')]);
});
