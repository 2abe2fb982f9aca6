// `npm run bench`: runs what it is told to, and writes what it found.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { baselineOf, findRegressions, hasComparable, type Baseline } from './baseline.js';
import { readOptions, usage, type BenchOptions } from './bench-options.js';
import type { TurnPlan } from './case.js';
import { cases as allCases } from './cases/cases.js';
import { drawCharts } from './charts.js';
import { allMetrics, metrics, type Figures } from './figures.js';
import { places, write } from './places.js';
import { aimedProfiles, describeProfiles, drawProfiles, profileFileOf, readProfiles } from './profiles.js';
import { writeReport } from './report.js';
import { countFailed, describeSurroundings, isComparable, type Result } from './result.js';
import { joinRuns, runTurns, type Row } from './run-turns.js';

if (process.argv.includes('--help')) console.log(usage);
else process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  try {
    return await bench(readOptions(args));
  } catch (error) {
    // what was told wrongly; the processes have printed the rest
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function bench(options: BenchOptions): Promise<number> {
  rmSync(places.results, { recursive: true, force: true });
  const result = await measure(options);
  if (options.isProfiled) await writeProfiles(options.isPublished);
  const report = await writeAll(result, places.results, 'report.md', 'performance');
  console.log(`\n${report}\nWritten to bench/results/`);
  if (options.isPublished && !options.isProfiled) await publish(result);
  const failed = countFailed(result.rows);
  if (failed > 0) console.error(`${failed} turns failed; they are missing in what was written.`);
  return (options.isCheck ? check(result) : 0) || (failed > 0 ? 1 : 0);
}

/** What the servers spent their time on, as tables and as flame charts. */
async function writeProfiles(isPublished: boolean): Promise<void> {
  const profiles = readProfiles();
  write(`${places.results}/profiles/profiles.md`, describeProfiles(profiles));
  const aimed = aimedProfiles(allCases);
  for (const [name, svg] of await drawProfiles(profiles)) {
    write(`${places.results}/profiles/${name}.svg`, svg);
    if (isPublished && aimed.has(name)) write(`${places.docs}/performance/flames/${name}.svg`, svg);
  }
}

async function measure(options: BenchOptions): Promise<Result> {
  const { runs, rounds, isQuick, cases, contenders, isProfiled } = options;
  const startedAt = performance.now();
  const surroundings = describeSurroundings();
  const found: Row[][] = [];
  let result: Result | undefined;
  for (let run = 0; run < runs; run += 1) {
    const rows = await runTurns({
      ...{ cases, contenders, rounds, isQuick, date: surroundings.date },
      ...(isProfiled && { profileFileOf }),
      progress: (plan, round, figures) =>
        console.log(`${name(plan)}, run ${run + 1}, round ${round + 1}: ${say(figures)}`),
    });
    found.push(rows);
    const minutes = Math.ceil((performance.now() - startedAt) / 60_000);
    result = { ...surroundings, minutes, runs: run + 1, rounds, isQuick, rows: joinRuns(found) };
    // what was measured by now is not lost with what is still to come
    write(`${places.results}/result.json`, `${JSON.stringify(result, null, 2)}\n`);
  }
  if (!result) throw new RangeError('nothing was run');
  return result;
}

/** The report, its charts and its figures; returns the report without pictures. */
async function writeAll(result: Result, folder: string, report: string, beside: string): Promise<string> {
  const charts = await drawCharts(result, allCases);
  for (const [chart, svg] of charts) write(`${folder}/${beside}/${chart}.svg`, svg);
  write(`${folder}/${report}`, writeReport(result, allCases, charts.keys()));
  return writeReport(result, allCases);
}

/** What was found becomes what everybody is shown, and what later runs are compared with. */
async function publish(result: Result): Promise<void> {
  const before = existsSync(places.published)
    ? (JSON.parse(readFileSync(places.published, 'utf8')) as Result)
    : undefined;
  const names = new Set(result.rows.map((row) => row.case));
  const kept = before?.rows.filter((row) => !names.has(row.case)) ?? [];
  const isAddition = before !== undefined && kept.length > 0;
  if (isAddition && !isComparable(before, result)) {
    throw new RangeError(
      'docs/performance.md has figures of another machine or of other versions; run all cases to replace them',
    );
  }
  const rows = [...result.rows, ...kept];
  const ordered = allCases.flatMap((one) => rows.filter((row) => row.case === one.name));
  const versions = { ...before?.versions, ...result.versions };
  const merged: Result = { ...(isAddition ? { ...before, versions } : result), rows: ordered };
  write(places.published, `${JSON.stringify(merged, null, 2)}\n`);
  write(places.baseline, `${JSON.stringify(baselineOf(ordered), null, 2)}\n`);
  await writeAll(merged, places.docs, 'performance.md', 'performance');
  console.log('Written to docs/performance.md and bench/baseline.json; `npm run fix` formats them.');
}

function check({ rows }: Result): number {
  if (!existsSync(places.baseline)) {
    console.error('There is no bench/baseline.json to compare with; `npm run bench -- --publish` makes one.');
    return 1;
  }
  const before = JSON.parse(readFileSync(places.baseline, 'utf8')) as Baseline;
  if (!hasComparable(rows, before)) {
    console.error(
      'Nothing of this is in bench/baseline.json: `--check` compares Wirepact with bare ws, so run both, in cases that have both.',
    );
    return 1;
  }
  const regressions = findRegressions(rows, before);
  for (const line of regressions) console.error(`worse than before: ${line}`);
  return regressions.length === 0 ? 0 : 1;
}

function name({ case: load, variant, contender }: TurnPlan): string {
  return `${load}, ${variant}, ${contender}`;
}

function say(figures: Figures | undefined): string {
  if (!figures) return 'FAILED';
  return allMetrics
    .flatMap((metric) => {
      const value = figures[metric];
      const { title, unit, digits } = metrics[metric];
      return value === undefined ? [] : [`${title} ${value.toFixed(digits)} ${unit}`];
    })
    .join(', ');
}
