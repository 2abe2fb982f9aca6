// `pnpm bench`: runs what it is told to, and writes what it found.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baselineOf, findRegressions, type Baseline } from './baseline.js';
import { readOptions, usage, type BenchOptions } from './bench-options.js';
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
  const report = writeReport(result, cases);
  mkdirSync(results, { recursive: true });
  writeFileSync(`${results}/result.json`, `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(`${results}/report.md`, report);
  console.log(`\n${report}\nWritten to bench/results/`);
  if (options.isPublished) publish(result, report);
  return options.isCheck ? check(result) : 0;
}

function publish({ rows }: Result, report: string): void {
  writeFileSync(resolve(root, 'docs/performance.md'), report);
  writeFileSync(baselineFile, `${JSON.stringify(baselineOf(rows), null, 2)}\n`);
  console.log('Written to docs/performance.md and bench/baseline.json; `npm run fix` formats them.');
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
