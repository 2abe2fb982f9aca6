// `pnpm proof`: runs the rows it is told to, and writes what it found.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wirepact } from './contenders/wirepact.js';
import { readOptions, usage, type ProofOptions } from './proof-options.js';
import { writeLine, writeReport } from './report.js';
import { publish } from './publish.js';
import { findMisses, type Result } from './result.js';
import { findObstacle, runRow } from './run-row.js';

const folder = dirname(fileURLToPath(import.meta.url));

if (process.argv.includes('--help')) console.log(usage);
// Node 20 that ends by itself sometimes waits for ever for sockets that were reset
else process.exit(await run(process.argv.slice(2)));

async function run(args: readonly string[]): Promise<number> {
  try {
    return await prove(readOptions(args), `pnpm proof ${args.join(' ')}`.trim());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function prove(options: ProofOptions, command: string): Promise<number> {
  const { seed, length, clients } = options;
  console.log(`seed ${seed}`);
  const results: Result[] = [];
  for (const row of options.rows) {
    const cycles = row.cycles[length];
    if (cycles === undefined) continue;
    const obstacle = findObstacle(row);
    if (obstacle !== undefined) {
      console.log(`| ${row.id} | skipped: ${obstacle} |`);
      continue;
    }
    for (const contender of options.contenders) {
      if (!row.forAll && contender !== wirepact) continue;
      const result = await runRow(row, contender, {
        cycles: options.cycles ?? cycles,
        maxClients: clients,
        ...{ seed, command, version: versionOf(contender.package) },
        ...{ date: new Date().toISOString().slice(0, 10), machine: describeMachine() },
      });
      console.log(writeLine(result));
      results.push(result);
    }
  }
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  if (length !== 'check') console.log(`\n${writeReport(results)}\n\nWritten to ${folder}/results.json`);
  if (options.isPublished) publish(results);
  const missed = results.filter(
    (result) => result.contender === wirepact.name && findMisses(result).length > 0,
  );
  return missed.length === 0 ? 0 : 1;
}

function describeMachine(): string {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all[0]?.model.trim() ?? 'unknown CPU'}, ${all.length} cores, ${memory} GiB, ${type()}, Node ${process.version}`;
}

function versionOf(name: string): string {
  for (const base of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(join(base, name, 'package.json'), 'utf8')) as { version: string })
        .version;
    } catch {
      // not in this folder
    }
  }
  return 'unknown';
}
