// `npm run simulate`: runs many schedules and prints those that go wrong, cut down to what matters; or one of them, with all that
// goes over the wire. `--nodes` takes those of several nodes.
import { parseArgs } from 'node:util';
import { readCount } from '../read-count.js';
import { clusterSimulation } from './cluster/cluster-simulation.js';
import { runSchedule, type SimulationKind } from './kind.js';
import type { Schedule } from './schedule.js';
import { serverSimulation } from './server-simulation.js';
import { simulate } from './simulate.js';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    schedules: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    failures: { type: 'string', default: '5' },
    replay: { type: 'string' },
    nodes: { type: 'boolean', default: false },
  },
});
const print = (text: string): void => console.log(text);
// what is read from the command line is a schedule of the kind that was asked for
const kind = values.nodes ? (clusterSimulation as unknown as SimulationKind<Schedule>) : serverSimulation;
if (values.replay !== undefined) {
  const wrong = await runSchedule(kind, JSON.parse(values.replay) as Schedule, print);
  print(wrong.length === 0 ? 'nothing went wrong' : `went wrong:\n  ${wrong.join('\n  ')}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} else {
  try {
    const report = await simulate(kind, {
      schedules: readCount('--schedules', values.schedules),
      seed: readCount('--seed', values.seed),
      maxFailures: readCount('--failures', values.failures),
      progress: print,
    });
    print(report.total);
    process.exitCode = report.failures.length === 0 ? 0 : 1;
  } catch (error) {
    // what was told wrongly
    console.error(error instanceof RangeError ? error.message : error);
    process.exitCode = 1;
  }
}
