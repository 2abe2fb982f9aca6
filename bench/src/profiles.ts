// What a server spent its time on, from its CPU profile: functions and packages, as Markdown.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TurnPlan } from './case.js';
import { places } from './places.js';

const folder = `${places.results}/profiles`;
/** Functions that are shown of each profile. */
const shownFunctions = 25;
/** Of those, by what they call, that are ours. */
const shownCallers = 20;

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Time in µs. What a function calls counts into its total, and once where it calls itself. */
interface Spent {
  self: number;
  total: number;
}

/** One file per case, setting and contender; of several rounds the last one stays. */
export function profileFileOf(plan: TurnPlan): string {
  const name = `${plan.case} ${plan.variant} ${plan.contender}`.replace(/[^\w]+/g, '-').toLowerCase();
  return `${folder}/${name}.cpuprofile`;
}

/** A section for each profile. The files beside it open as flame charts in Chromium's developer tools and in speedscope. */
export function describeProfiles(): string {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.cpuprofile')) : [];
  const sections = files.map((file) => {
    const profile = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Profile;
    return describe(basename(file, '.cpuprofile'), profile);
  });
  return `# Profiles\n\n${sections.join('\n\n')}\n`;
}

function describe(title: string, profile: Profile): string {
  const functions = new Map<string, Spent>();
  const packages = new Map<string, Spent>();
  const all = spend(profile, (frame) => {
    const where = locate(frame);
    return [spentOn(functions, `${nameOf(frame)} | ${where}`), spentOn(packages, packageOf(where))];
  });
  const percent = (time: number): string => ((time / all) * 100).toFixed(1);
  const byPackage = [...packages].sort(([, a], [, b]) => b.self - a.self);
  const bySelf = [...functions].sort(([, a], [, b]) => b.self - a.self);
  const byTotal = [...functions].sort(([, a], [, b]) => b.total - a.total);
  const ours = byTotal.filter(([key]) => key.includes('| packages/'));
  const toTable = (rows: readonly (readonly [string, Spent])[]): string =>
    [
      '| self, % | total, % | function | where |',
      '|---:|---:|---|---|',
      ...rows.map(([key, { self, total }]) => `| ${percent(self)} | ${percent(total)} | ${key} |`),
    ].join('\n');
  const parts = [
    `## ${title}`,
    `${(all / 1e6).toFixed(2)} s, idle time left out: ${byPackage.map(([name, { self }]) => `${name} ${percent(self)} %`).join(', ')}.`,
    toTable(bySelf.slice(0, shownFunctions)),
  ];
  if (ours.length > 0) parts.push('Ours, with what they call:', toTable(ours.slice(0, shownCallers)));
  return parts.join('\n\n');
}

/** Adds each sample to what it was taken in, and to all that called that; returns the time of all of them. */
function spend(profile: Profile, entriesOf: (frame: CallFrame) => readonly Spent[]): number {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node.id);
  const entries = new Map(profile.nodes.map((node) => [node.id, entriesOf(node.callFrame)]));
  let all = 0;
  profile.samples.forEach((id, index) => {
    const time = profile.timeDeltas[index] ?? 0;
    if (nodes.get(id)?.callFrame.functionName === '(idle)') return;
    all += time;
    const seen = new Set<Spent>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      for (const spent of entries.get(at) ?? []) {
        if (at === id) spent.self += time;
        if (!seen.has(spent)) spent.total += time;
        seen.add(spent);
      }
    }
  });
  return all;
}

function spentOn(all: Map<string, Spent>, key: string): Spent {
  const spent = all.get(key) ?? { self: 0, total: 0 };
  all.set(key, spent);
  return spent;
}

function nameOf({ functionName }: CallFrame): string {
  return functionName === '' ? '(anonymous)' : functionName;
}

const maps = new Map<string, SourceMap | undefined>();

/** The source behind what was bundled: `packages/server/src/publish.ts:44`. */
function locate({ url, lineNumber, columnNumber }: CallFrame): string {
  if (!url.startsWith('file:')) return url === '' ? '(v8)' : url;
  const file = fileURLToPath(url);
  const [, installed] = /^.*\/node_modules\/(.*)$/.exec(file) ?? [];
  if (installed !== undefined) return `${installed}:${lineNumber + 1}`;
  if (!maps.has(file)) maps.set(file, readMap(`${file}.map`));
  const entry = maps.get(file)?.findEntry(lineNumber, columnNumber);
  if (!entry || !('originalSource' in entry)) return `${file}:${lineNumber + 1}`;
  return `${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}`;
}

function readMap(file: string): SourceMap | undefined {
  return existsSync(file)
    ? new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload)
    : undefined;
}

/** `packages/server`, `ws`, `node`. */
function packageOf(where: string): string {
  if (where.startsWith('node:')) return 'node';
  const parts = where.split('/');
  const isScoped = where.startsWith('@') || where.startsWith('packages/');
  return parts.slice(0, isScoped ? 2 : 1).join('/');
}
