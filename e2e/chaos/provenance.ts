// Where a figure comes from: what was run, of which version, when, on what.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, totalmem, type } from 'node:os';
import { join } from 'node:path';

/** What stands beside every result. */
export interface Provenance {
  readonly version: string;
  readonly command: string;
  readonly seed: number;
  readonly date: string;
  readonly machine: string;
}

/** Processes that wanted to run when this one began: figures of time are worth little on a busy machine. */
const load = loadavg()[0] ?? 0;

/** That of a result which is about to be found with a version of an npm package. */
export function describeRun(packageName: string, run: Pick<Provenance, 'command' | 'seed'>): Provenance {
  return {
    version: versionOf(packageName),
    ...run,
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
  };
}

function describeMachine(): string {
  const all = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${all[0]?.model.trim() ?? 'unknown CPU'}, ${all.length} cores, ${memory} GiB, ${type()}, Node ${process.version}, load ${load.toFixed(1)} at the start`;
}

function versionOf(name: string): string {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as Provenance;
      return manifest.version;
    } catch {
      // not in this folder
    }
  }
  return 'unknown';
}
