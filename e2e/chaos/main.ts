// `npm run proof`: runs what it is told to, and writes what it found.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeClusterLine } from './cluster/cluster-report.js';
import { findClusterMisses, type ClusterResult } from './cluster/cluster-result.js';
import type { ClusterRow } from './cluster/cluster-rows.js';
import { findClusterObstacle, runClusterRow } from './cluster/run-cluster-row.js';
import type { Contender } from './contender.js';
import { wirepact } from './contenders/wirepact.js';
import { isMissed } from './measures/measure.js';
import { writeNetworkLine } from './netns/network-report.js';
import { findNetworkMisses, type NetworkResult } from './netns/network-result.js';
import type { NetworkRow } from './netns/network-rows.js';
import { runNetworkRow } from './netns/run-network-row.js';
import { findNetworkObstacle } from './netns/system.js';
import { readOptions, usage, type ProofOptions } from './proof-options.js';
import { describeRun } from './provenance.js';
import { publish } from './publish.js';
import { writeFigures, writeLine, writeReport } from './report.js';
import { findMisses, type Findings, type Measurement, type Result } from './result.js';
import type { Length, Row } from './lines/rows.js';
import { findObstacle, runRow, type RunOptions } from './lines/run-row.js';

const folder = dirname(fileURLToPath(import.meta.url));

const lines: Play<Row, Result> = { findObstacle, run: runRow, write: writeLine };
const clusters: Play<ClusterRow, ClusterResult> = {
  findObstacle: findClusterObstacle,
  run: runClusterRow,
  write: writeClusterLine,
};
const networks: Play<NetworkRow, NetworkResult> = {
  findObstacle: findNetworkObstacle,
  run: runNetworkRow,
  write: writeNetworkLine,
};

if (process.argv.includes('--help')) console.log(usage);
// Node 20 that ends by itself sometimes waits for ever for sockets that were reset
else process.exit(await run(process.argv.slice(2)));

async function run(args: readonly string[]): Promise<number> {
  try {
    return await prove(
      readOptions(args),
      ['npm run proof', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function prove(options: ProofOptions, command: string): Promise<number> {
  console.log(`seed ${options.seed}`);
  const findings: Findings = {
    results: await playRows(options.rows, lines, { options, command }),
    clusterResults: await playRows(options.clusterRows, clusters, { options, command }),
    networkResults: await playRows(options.networkRows, networks, { options, command }),
    measurements: await measure(options, command),
  };
  writeFileSync(join(folder, 'findings.json'), `${JSON.stringify(findings, null, 2)}\n`);
  if (options.length !== 'check') console.log(`\n${writeReport(findings)}\n\nWritten to ${folder}`);
  if (options.isPublished) publish(findings, options.isAdded);
  const isMissing =
    findings.results.some((one) => one.contender === wirepact.name && findMisses(one).length > 0) ||
    findings.clusterResults.some(
      (one) => one.contender === wirepact.name && findClusterMisses(one).length > 0,
    ) ||
    findings.networkResults.some((one) => findNetworkMisses(one).length > 0) ||
    findings.measurements.some(({ figures }) => figures.some(isMissed));
  return isMissing ? 1 : 0;
}

/** What the rows of all kinds have in common. */
interface AnyRow {
  readonly id: string;
  readonly cycles: { readonly [TLength in Length]?: number };
  readonly others?: { readonly maxCycles: number };
}

/** What is done with the rows of one kind. */
interface Play<TRow, TResult> {
  findObstacle(row: TRow): string | undefined;
  run(row: TRow, contender: Contender, options: RunOptions): Promise<TResult>;
  write(result: TResult): string;
}

/** Plays rows with all who take part; those that this machine cannot play are named and passed over. */
async function playRows<TRow extends AnyRow, TResult>(
  rows: readonly TRow[],
  play: Play<TRow, TResult>,
  { options, command }: { readonly options: ProofOptions; readonly command: string },
): Promise<TResult[]> {
  const { seed, length, clients: maxClients } = options;
  const results: TResult[] = [];
  for (const row of rows) {
    const cycles = row.cycles[length];
    if (cycles === undefined) continue;
    const obstacle = play.findObstacle(row);
    if (obstacle !== undefined) {
      console.log(`| ${row.id} | skipped: ${obstacle} |`);
      continue;
    }
    for (const contender of options.contenders) {
      const maxCycles = findMaxCycles(row, contender);
      if (maxCycles === 0) continue;
      const result = await play.run(row, contender, {
        cycles: options.cycles ?? Math.min(cycles, maxCycles),
        maxClients,
        ...describeRun(contender.package, { command, seed }),
      });
      console.log(play.write(result));
      results.push(result);
    }
  }
  return results;
}

function findMaxCycles({ others }: AnyRow, contender: Contender): number {
  return contender === wirepact ? Infinity : (others?.maxCycles ?? 0);
}

async function measure(
  { measures, length, seed, minutes }: ProofOptions,
  command: string,
): Promise<Measurement[]> {
  const found: Measurement[] = [];
  if (length === 'check') return found;
  for (const { id, title, run } of measures) {
    const figures = await run(length === 'quick', { seed, minutes });
    found.push({ id, title, figures, ...describeRun(wirepact.package, { command, seed }) });
    console.log(writeFigures(found.slice(-1)));
  }
  return found;
}
