// Puts results into docs/reliability.md: rows that were run anew take the place of their older ones or join them, all others stay.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clusterRows } from './cluster/cluster-rows.js';
import { contenders } from './contenders/contenders.js';
import { writeReport } from './report.js';
import { measures } from './measures/measures.js';
import { networkRows } from './netns/network-rows.js';
import type { Findings } from './result.js';
import { rows } from './lines/rows.js';

// this file is bundled to e2e/chaos/dist
const inDocs = (path: string): string => fileURLToPath(new URL(`../../../docs/${path}`, import.meta.url));
const [opening, closing] = ['<!-- chaos -->', '<!-- /chaos -->'];

/** `isAdded`: older results of the same rows stay beside these. */
export function publish(found: Findings, isAdded: boolean): void {
  const kept = inDocs('reliability/findings.json');
  const before: Findings = {
    ...{ results: [], clusterResults: [], networkResults: [], measurements: [] },
    ...(existsSync(kept) && (JSON.parse(readFileSync(kept, 'utf8')) as Partial<Findings>)),
  };
  const all: Findings = {
    results: merge(rows, before.results, found.results, isAdded),
    clusterResults: merge(clusterRows, before.clusterResults, found.clusterResults, isAdded),
    networkResults: merge(networkRows, before.networkResults, found.networkResults, isAdded),
    measurements: merge(measures, before.measurements, found.measurements, false),
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

interface Named {
  readonly id: string;
  readonly contender?: string;
}

/** In the order of the rows, and in each of the contenders; what is of no row any more goes. */
function merge<TResult extends Named>(
  ofRows: readonly { readonly id: string }[],
  before: readonly TResult[],
  found: readonly TResult[],
  isAdded: boolean,
): TResult[] {
  const isFoundAnew = ({ id, contender }: Named): boolean =>
    found.some((one) => one.id === id && one.contender === contender);
  const kept = isAdded ? before : before.filter((one) => !isFoundAnew(one));
  const placeOf = ({ contender }: Named): number => contenders.findIndex(({ name }) => name === contender);
  return ofRows.flatMap(({ id }) =>
    [...kept, ...found].filter((one) => one.id === id).sort((one, other) => placeOf(one) - placeOf(other)),
  );
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`docs/reliability.md has no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
