// `pnpm bench`: runs what it is told to, and writes what it found.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baselineOf, findRegressions, type Baseline } from './baseline.js';
import { readOptions, usage, type BenchOptions } from './bench-options.js';
import { drawCharts } from './charts.js';
import { allMetrics, metrics, type Figures } from './figures.js';
import { writeReport } from './report.js';
import { describeRun, type Result } from './result.js';
import { runTurns } from './run-turns.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const results = resolve(root, 'bench/results');
const baselineFile = resolve(root, 'bench/baseline.json');

if (process.argv.includes('--help')) console.log(usage);
else process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  try {
    return await bench(readOptions(args));
  } catch (error) {
    // what was told wrongly, or which contender failed; the processes have printed the rest
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function bench(options: BenchOptions): Promise<number> {
  const { rounds, isQuick, cases, contenders, profileFolder } = options;
  const result: Result = {
    ...describeRun(),
    ...{ rounds, isQuick },
    rows: await runTurns({
      ...{ cases, contenders, rounds, isQuick },
      ...(profileFolder !== undefined && { profileFolder: resolve(root, profileFolder) }),
      progress: (plan, round, figures) =>
        console.log(
          `${plan.case}, ${plan.variant}, round ${round + 1}: ${plan.contender.padEnd(24)} ${say(figures)}`,
        ),
    }),
  };
  rmSync(results, { recursive: true, force: true });
  write('bench/results/result.json', `${JSON.stringify(result, null, 2)}\n`);
  const charts = await drawCharts(result, cases);
  for (const [name, svg] of charts) write(`bench/results/performance/${name}.svg`, svg);
  write('bench/results/report.md', writeReport(result, cases, charts.keys()));
  console.log(`\n${writeReport(result, cases)}\nWritten to bench/results/`);
  if (options.isPublished) publish();
  return options.isCheck ? check(result) : 0;
}

/** What the last run wrote becomes what everybody is shown, and what later runs are compared with. */
function publish(): void {
  const { rows } = JSON.parse(readFileSync(`${results}/result.json`, 'utf8')) as Result;
  cpSync(`${results}/report.md`, resolve(root, 'docs/performance.md'));
  cpSync(`${results}/result.json`, resolve(root, 'docs/performance/result.json'));
  cpSync(`${results}/performance`, resolve(root, 'docs/performance'), { recursive: true });
  writeFileSync(baselineFile, `${JSON.stringify(baselineOf(rows), null, 2)}\n`);
  console.log('Written to docs/performance.md and bench/baseline.json; `npm run fix` formats them.');
}

function write(path: string, text: string): void {
  const file = resolve(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function check({ rows }: Result): number {
  if (!existsSync(baselineFile)) {
    console.error('There is no bench/baseline.json to compare with; `pnpm bench -- --publish` makes one.');
    return 1;
  }
  const regressions = findRegressions(rows, JSON.parse(readFileSync(baselineFile, 'utf8')) as Baseline);
  for (const line of regressions) console.error(`worse than before: ${line}`);
  return regressions.length === 0 ? 0 : 1;
}

function say(figures: Figures): string {
  return allMetrics
    .flatMap((metric) => {
      const value = figures[metric];
      const { title, unit, digits } = metrics[metric];
      return value === undefined ? [] : [`${title} ${value.toFixed(digits)} ${unit}`];
    })
    .join(', ');
}
