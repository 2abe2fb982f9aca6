// Where a server's time went, as a flame chart: each function below the one that called it, as wide as the time it took with all
// that it called. Calls of the same functions are one, whenever they were.
import type { TopLevelSpec } from 'vega-lite';
import { chartStyle, ourColour } from './chart-style.js';
import { eachSample, locate, nameOf, packageOf, type Profile, type ProfileNode } from './cpu-profile.js';

/** A function in one place of the chart. */
interface Flame {
  readonly name: string;
  readonly by: string;
  /** In µs. */
  time: number;
  readonly calls: Map<string, Flame>;
}

/** A function as it is drawn, in percent of all time. */
interface Bar {
  readonly name: string;
  readonly by: string;
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

/** Narrower ones could not be seen. */
const leastPercent = 0.3;
/** About as much of a name fits into one percent of the width. */
const lettersPerPercent = 1.6;
const leastLetters = 4;
const rowHeight = 15;

const groups: readonly (readonly [group: string, colour: string])[] = [
  ['Wirepact', ourColour],
  ['ws', '#c77d2e'],
  ['zod', '#7a5195'],
  ['Node.js', '#8fa3ad'],
  ['the rest', '#cfd8dc'],
];

/** `title` is what the profile is of. Time in which the server had nothing to do is left out. */
export function flameChartOf(title: string, profile: Profile): TopLevelSpec {
  const root = gather(profile);
  const bars = toBars(root);
  const depths = Math.max(0, ...bars.map(({ depth }) => depth)) + 1;
  const labels = bars.flatMap(({ name, from, to, depth }) => {
    const letters = Math.floor((to - from) * lettersPerPercent);
    return letters < leastLetters ? [] : [{ from, depth, label: name.slice(0, letters) }];
  });
  const y = {
    type: 'ordinal',
    axis: null,
    scale: { domain: Array.from({ length: depths }, (_, n) => n) },
  } as const;
  const x = { ...({ type: 'quantitative', axis: null } as const), scale: { domain: [0, 100] } };
  return {
    title: {
      text: title,
      subtitle: `${(root.time / 1e6).toFixed(2)} s of CPU time; each function is drawn below its caller`,
    },
    ...chartStyle,
    // a description of each of a thousand bars would be most of the file
    config: { ...chartStyle.config, aria: false },
    width: 960,
    height: depths * rowHeight,
    layer: [
      {
        data: { values: bars },
        mark: { type: 'rect', stroke: 'white', strokeWidth: 0.5 },
        encoding: {
          x: { ...x, field: 'from' },
          x2: { field: 'to' },
          y: { ...y, field: 'depth' },
          color: {
            ...{ field: 'by', type: 'nominal', title: null },
            scale: { domain: groups.map(([group]) => group), range: groups.map(([, colour]) => colour) },
            legend: { orient: 'top' },
          },
        },
      },
      {
        data: { values: labels },
        mark: { type: 'text', align: 'left', dx: 2, fontSize: 9, fontWeight: 500 },
        encoding: { x: { ...x, field: 'from' }, y: { ...y, field: 'depth' }, text: { field: 'label' } },
      },
    ],
  };
}

/** Puts together what was called by the same functions. */
function gather(profile: Profile): Flame {
  const root: Flame = { name: '', by: '', time: 0, calls: new Map() };
  eachSample(profile, ([, ...called], time) => {
    root.time += time;
    let flame = root;
    for (const node of called) {
      flame = callOf(flame, node);
      flame.time += time;
    }
  });
  return root;
}

function callOf(caller: Flame, { callFrame }: ProfileNode): Flame {
  const where = locate(callFrame);
  const key = `${nameOf(callFrame)} ${where}`;
  let flame = caller.calls.get(key);
  if (flame === undefined) {
    flame = { name: nameOf(callFrame), by: groupOf(packageOf(where)), time: 0, calls: new Map() };
    caller.calls.set(key, flame);
  }
  return flame;
}

function groupOf(name: string): string {
  if (name.startsWith('packages/')) return 'Wirepact';
  if (name === 'ws' || name === 'zod') return name;
  return name === 'node' || name === '(v8)' ? 'Node.js' : 'the rest';
}

function toBars(root: Flame): Bar[] {
  const bars: Bar[] = [];
  const add = ({ calls }: Flame, start: number, depth: number): void => {
    let from = start;
    for (const flame of [...calls.values()].sort((one, other) => other.time - one.time)) {
      const to = from + (flame.time / root.time) * 100;
      if (to - from < leastPercent) return;
      bars.push({ name: flame.name, by: flame.by, from, to, depth });
      add(flame, from, depth + 1);
      from = to;
    }
  };
  if (root.time > 0) add(root, 0, 0);
  return bars;
}
