// `npm run simulate`: runs many schedules and prints those that go wrong, cut down to what matters; or one of them, with all that
// goes over the wire. `--nodes` takes those of several nodes.
import { parseArgs } from 'node:util';
import type { ClusterSchedule } from './cluster/cluster-schedule.js';
import { runClusterSchedule, simulateCluster } from './cluster/cluster-simulation.js';
import { runSchedule } from './run-schedule.js';
import type { Schedule } from './schedule.js';
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
if (values.replay !== undefined) {
  const schedule: unknown = JSON.parse(values.replay);
  const wrong = values.nodes
    ? await runClusterSchedule(schedule as ClusterSchedule, print)
    : await runSchedule(schedule as Schedule, print);
  console.log(wrong.length === 0 ? 'nothing went wrong' : `went wrong:\n  ${wrong.join('\n  ')}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} else if (values.nodes) {
  const [schedules, seed] = [Number(values.schedules), Number(values.seed)];
  const failures = await simulateCluster({ schedules, seed, maxFailures: Number(values.failures) });
  print(
    [...failures, `${failures.length} of ${schedules} schedules from seed ${seed} went wrong`].join('\n'),
  );
  process.exitCode = failures.length === 0 ? 0 : 1;
} else {
  const report = await simulate({
    schedules: Number(values.schedules),
    seed: Number(values.seed),
    maxFailures: Number(values.failures),
    progress: print,
  });
  console.log(report.total);
  process.exitCode = report.failures.length === 0 ? 0 : 1;
}
