// The simulation of several nodes and their clients.
import type { SimulationKind } from '../kind.js';
import { makeClusterSchedule, type ClusterSchedule } from './cluster-schedule.js';
import { ClusterWorld } from './cluster-world.js';

export const clusterSimulation: SimulationKind<ClusterSchedule> = {
  make: makeClusterSchedule,
  world: (schedule, trace) => new ClusterWorld(schedule, trace),
  simpler: [{ delayMs: 0 }, { isTight: false }, { clients: 1 }, { nodes: 2 }],
};
