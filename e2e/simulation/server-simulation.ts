// The simulation of one server and its clients.
import type { SimulationKind } from './kind.js';
import { makeSchedule, type Schedule } from './schedule.js';
import { World } from './world.js';

export const serverSimulation: SimulationKind<Schedule> = {
  make: makeSchedule,
  world: (schedule, trace) => new World(schedule, trace),
  simpler: [{ delayMs: 0 }, { isTight: false }, { clients: 1 }, { clients: 2 }, { seed: 1 }],
};
