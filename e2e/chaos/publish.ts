// Puts results into docs/reliability.md: rows that were run anew take the place of their older ones, all others stay.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClusterResult } from './cluster/cluster-result.js';
import { clusterRows } from './cluster/cluster-rows.js';
import { contenders } from './contenders/contenders.js';
import { writeReport } from './report.js';
import { measures } from './measures/measures.js';
import { networkRows } from './netns/network-rows.js';
import type { Findings, Result } from './result.js';
import { rows } from './rows.js';

// this file is bundled to e2e/chaos/dist
const inDocs = (path: string): string => fileURLToPath(new URL(`../../../docs/${path}`, import.meta.url));
const [opening, closing] = ['<!-- chaos -->', '<!-- /chaos -->'];

export function publish({ results, clusterResults, networkResults, measurements }: Findings): void {
  const kept = inDocs('reliability/findings.json');
  const before: Findings = {
    ...{ results: [], clusterResults: [], networkResults: [], measurements: [] },
    ...(existsSync(kept) && (JSON.parse(readFileSync(kept, 'utf8')) as Partial<Findings>)),
  };
  const all: Findings = {
    results: rows.flatMap(({ id }) =>
      contenders.flatMap(({ name }) => {
        const isWanted = (one: Result): boolean => one.id === id && one.contender === name;
        return results.find(isWanted) ?? before.results.find(isWanted) ?? [];
      }),
    ),
    clusterResults: clusterRows.flatMap(({ id }) =>
      contenders.flatMap(({ name }) => {
        const isWanted = (one: ClusterResult): boolean => one.id === id && one.contender === name;
        return clusterResults.find(isWanted) ?? before.clusterResults.find(isWanted) ?? [];
      }),
    ),
    networkResults: networkRows.flatMap(
      ({ id }) =>
        networkResults.find((one) => one.id === id) ??
        before.networkResults.find((one) => one.id === id) ??
        [],
    ),
    measurements: measures.flatMap(
      ({ id }) =>
        measurements.find((one) => one.id === id) ?? before.measurements.find((one) => one.id === id) ?? [],
    ),
  };
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, `${JSON.stringify(all, null, 2)}\n`);
  const page = inDocs('reliability.md');
  const text = readFileSync(page, 'utf8');
  const [head, rest] = split(text, opening);
  const [, tail] = split(rest, closing);
  writeFileSync(page, `${head}${opening}\n\n${writeReport(all)}\n\n${closing}${tail}`);
  console.log(
    'Written to docs/reliability.md and docs/reliability/findings.json; `npm run fix` formats them.',
  );
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`docs/reliability.md has no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
