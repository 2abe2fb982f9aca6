// What a server spent its time on, from its CPU profile: functions and packages, as Markdown.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Case, TurnPlan } from './case.js';
import { drawChart } from './charts.js';
import { eachSample, locate, nameOf, packageOf, type CallFrame, type Profile } from './cpu-profile.js';
import { flameChartOf } from './flame-chart.js';
import { places } from './places.js';

const folder = `${places.results}/profiles`;
/** Functions that are shown of each profile. */
const shownFunctions = 25;
/** Of those, by what they call, that are ours. */
const shownCallers = 20;

export type Profiles = readonly (readonly [name: string, profile: Profile])[];

/** Time in µs. What a function calls counts into its total, and once where it calls itself. */
interface Spent {
  self: number;
  total: number;
}

/** One file per case, setting and contender; of several rounds the last one stays. */
export function profileFileOf(plan: TurnPlan): string {
  return `${folder}/${profileNameOf(plan)}.cpuprofile`;
}

function profileNameOf(plan: Pick<TurnPlan, 'case' | 'variant' | 'contender'>): string {
  return `${plan.case} ${plan.variant} ${plan.contender}`.replace(/[^\w]+/g, '-').toLowerCase();
}

/** A section for each profile. The files beside it open in Chromium's developer tools and in speedscope. */
export function describeProfiles(profiles: Profiles): string {
  const sections = profiles.map(([name, profile]) => describe(name, profile));
  return `# Profiles\n\n${sections.join('\n\n')}\n`;
}

/** The names of the profiles of our servers in cases that something is aimed at. */
export function aimedProfiles(cases: readonly Case[]): ReadonlySet<string> {
  const names = cases.flatMap(({ name, variants, reach }) =>
    variants
      .filter((variant) => reach.some((aim) => (aim.variant ?? variant.name) === variant.name))
      .map((variant) => profileNameOf({ case: name, variant: variant.name, contender: 'Wirepact' })),
  );
  return new Set(names);
}

/** SVG by the name of the profile. */
export async function drawProfiles(profiles: Profiles): Promise<Map<string, string>> {
  const charts = new Map<string, string>();
  for (const [name, profile] of profiles) charts.set(name, await drawChart(flameChartOf(name, profile)));
  return charts;
}

/** Those that were written last. */
export function readProfiles(): Profiles {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.cpuprofile')) : [];
  return files.map((file) => [
    basename(file, '.cpuprofile'),
    JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Profile,
  ]);
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
  const entries = new Map(profile.nodes.map((node) => [node, entriesOf(node.callFrame)]));
  let all = 0;
  eachSample(profile, (stack, time) => {
    all += time;
    const top = stack.at(-1);
    for (const spent of (top && entries.get(top)) ?? []) spent.self += time;
    for (const spent of new Set(stack.flatMap((node) => entries.get(node) ?? []))) spent.total += time;
  });
  return all;
}

function spentOn(all: Map<string, Spent>, key: string): Spent {
  const spent = all.get(key) ?? { self: 0, total: 0 };
  all.set(key, spent);
  return spent;
}
