// Everything that a stranger may try, at once and for long, over real sockets: the process must stay up, answer who does nothing
// wrong, and keep nothing. And each target of the fuzzing alone, as often as there is time for.
import { setTimeout as delay } from 'node:timers/promises';
import { createChance, fuzz, slowMs } from '../../fuzz/fuzz.js';
import { lanes } from '../../fuzz/targets.js';
import { disturb, isServed } from '../../fuzz/strangers.js';
import { startAsked } from './asked-process.js';
import type { FuzzedReading } from './fuzzed-process.js';
import type { Figure, Measure } from './measure.js';

const strangers = 16;
const sampleEveryMs = 2_000;
/**
 * Logs and sessions are kept for five minutes at most, and pools fill up meanwhile: what still grows after this many minutes
 * is a leak. A run that is shorter than twice that shows how they fill, and is not judged by it.
 */
const settledAfter = 10;

export const mixedFuzz: Measure = {
  id: 'fuzz',
  title:
    'strangers that send malformed and hostile input of every kind at once, over real sockets, with compression on',
  async run(isQuick, { seed, minutes = isQuick ? 1 : 30 }) {
    const { ready: port, ask, close } = await startAsked<'read', number>('fuzzed-process');
    let isUp = true;
    const read = (): Promise<FuzzedReading | undefined> =>
      ask<FuzzedReading>('read').catch((): undefined => void (isUp = false));
    const endsAt = performance.now() + minutes * 60_000;
    const goesOn = (): boolean => isUp && performance.now() < endsAt;
    let connections = 0;
    let unserved = 0;
    const work = Array.from({ length: strangers }, async (_, index) => {
      const chance = createChance(seed + index);
      while (goesOn()) {
        connections += 1;
        await disturb(port, chance);
      }
    });
    const politeness = (async () => {
      while (goesOn()) {
        if (!(await isServed(port)) && isUp) unserved += 1;
        await delay(100);
      }
    })();
    const samples: Sample[] = [];
    const startedAt = performance.now();
    let last: FuzzedReading | undefined;
    while (goesOn()) {
      await delay(sampleEveryMs);
      const reading = await read();
      if (reading === undefined) break;
      const minute = (performance.now() - startedAt) / 60_000;
      const sample = { minute, rss: reading.rss / 1e6, held: reading.held / 1e6 };
      if (Math.floor(minute) > Math.floor(samples.at(-1)?.minute ?? 0)) console.log(writeSample(sample));
      samples.push(sample);
      last = reading;
    }
    await Promise.all([...work, politeness]);
    const ended = isUp ? 0 : 1;
    if (isUp) close();
    const from = Math.min(settledAfter, minutes / 2);
    const counted = samples.filter(({ minute }) => minute >= from);
    const slope = {
      unit: `MB/min from minute ${from} on`,
      ...(minutes >= 2 * settledAfter && { atMost: 1 }),
    };
    return [
      { name: 'connections', value: connections, unit: `in ${minutes} min` },
      { name: 'messages received by the server', value: last?.received ?? 0, unit: '' },
      { name: 'crashes of the server process', value: ended, unit: '', atMost: 0 },
      { name: 'unhandled rejections', value: last?.rejections ?? NaN, unit: '', atMost: 0 },
      { name: 'unexpected errors', value: last?.unplanned ?? NaN, unit: '', atMost: 0 },
      { name: 'well-behaved clients left without an answer', value: unserved, unit: '', atMost: 0 },
      { name: 'RSS at the end', value: last === undefined ? NaN : last.rss / 1e6, unit: 'MB' },
      { name: 'growth of RSS', value: slopeOf(counted, 'rss'), ...slope },
      // what of that is in use: the rest comes and goes as V8 likes
      {
        name: 'growth of heap and buffers after garbage collection',
        value: slopeOf(counted, 'held'),
        ...slope,
      },
    ];
  },
};

/** Memory in MB. */
interface Sample {
  readonly minute: number;
  readonly rss: number;
  readonly held: number;
}

function writeSample({ minute, rss, held }: Sample): string {
  return `fuzz, minute ${Math.floor(minute)}: RSS ${rss.toFixed(1)} MB, held ${held.toFixed(1)} MB`;
}

/** By least squares. */
function slopeOf(samples: readonly Sample[], what: 'rss' | 'held'): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [minute, megabytes] = [mean((one) => one.minute), mean((one) => one[what])];
  const together = mean((one) => (one.minute - minute) * (one[what] - megabytes));
  return together / mean((one) => (one.minute - minute) ** 2);
}

export const fuzzLanes: readonly Measure[] = lanes.map(({ target, quick, long }) => ({
  id: `fuzz-${target.name.replaceAll(' ', '-')}`,
  title: `fuzzed on their own: ${target.name}`,
  async run(isQuick, { seed, minutes }): Promise<readonly Figure[]> {
    const report = await fuzz(target, {
      steps: isQuick ? quick : long,
      seed,
      ...(minutes !== undefined && { maxMs: minutes * 60_000 }),
      progress: (text) => console.log(text),
    });
    for (const what of report.wrong) console.log(what);
    return [
      { name: 'steps', value: report.steps, unit: `in ${report.seconds.toFixed(0)} s` },
      { name: 'failures', value: report.wrong.length, unit: '', atMost: 0 },
      {
        name: 'longest time that one step held the CPU',
        value: report.slowestMs,
        unit: 'ms',
        atMost: slowMs,
      },
    ];
  },
}));
