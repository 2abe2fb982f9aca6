// `pnpm simulate`: runs many schedules and prints those that go wrong, cut down to what matters; or one of them, with all that
// goes over the wire.
import { parseArgs } from 'node:util';
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
  },
});
if (values.replay !== undefined) {
  const wrong = await runSchedule(JSON.parse(values.replay) as Schedule, (text) => console.log(text));
  console.log(wrong.length === 0 ? 'nothing went wrong' : `went wrong:\n  ${wrong.join('\n  ')}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} else {
  const report = await simulate({
    schedules: Number(values.schedules),
    seed: Number(values.seed),
    maxFailures: Number(values.failures),
    progress: (text) => console.log(text),
  });
  console.log(report.total);
  process.exitCode = report.failures.length === 0 ? 0 : 1;
}
