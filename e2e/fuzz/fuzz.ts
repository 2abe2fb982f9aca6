// Runs a target round by round, each from a seed of its own, and says in which of them something went wrong.
import { setImmediate } from 'node:timers/promises';
import { createSeededRandom } from '@wirepact/core/testing';

/** Chance, and what can be chosen by it. */
export interface Chance {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** A whole number from 0 to below `count`. */
  below(count: number): number;
  pick<TItem>(items: readonly TItem[]): TItem;
  /** Whether something happens that does so often. */
  often(share: number): boolean;
}

/** What is fuzzed. */
export interface Target {
  readonly name: string;
  /** Starts what all rounds stand on; it is ended after the last. */
  start?(): Promise<AsyncDisposable>;
  /** Plays `steps` steps against something that was just made; gives what was wrong. */
  round(chance: Chance, steps: number, watch: Watch): Promise<readonly string[]>;
}

/** Sees how long the code under test holds the event loop. */
export interface Watch {
  /** Runs what is synchronous, and looks at the CPU that it takes. */
  step<TResult>(what: () => TResult): TResult;
  /** Lets the event loop turn, and looks at how long that takes. */
  turn(): Promise<void>;
}

export interface FuzzOptions {
  readonly steps: number;
  /** Of the first round; those of the others follow it. */
  readonly seed: number;
  /** Ends earlier, in ms. @default never */
  readonly maxMs?: number;
  readonly progress?: (text: string) => void;
}

export interface FuzzReport {
  readonly steps: number;
  /** What went wrong, each with the seed of its round. */
  readonly wrong: readonly string[];
  /** The longest that one step took, in ms, and of those that took too long the longest that one held the CPU. */
  readonly slowestMs: number;
  readonly rejections: number;
  readonly seconds: number;
}

/** A round is so long: what it leaves behind would hide what the next one does. */
const stepsPerRound = 500;
/** No step should hold the CPU for longer, in ms. */
export const slowMs = 50;
/** After so many it ends. */
const maxWrong = 5;

export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzReport> {
  const { seed, maxMs = Infinity, progress } = options;
  const startedAt = performance.now();
  const wrong: string[] = [];
  let rejections = 0;
  let slowestMs = 0;
  let steps = 0;
  const noteRejection = (error: unknown): void => {
    rejections += 1;
    wrong.push(`an unhandled rejection: ${error instanceof Error ? error.stack : String(error)}`);
  };
  process.on('unhandledRejection', noteRejection);
  const ground = await target.start?.();
  try {
    for (let round = 0; steps < options.steps && wrong.length < maxWrong; round += 1) {
      if (performance.now() - startedAt > maxMs) break;
      const count = Math.min(stepsPerRound, options.steps - steps);
      const played = await playRound(target, seed + round, count);
      wrong.push(...played.wrong.map((what) => `${target.name}, seed ${seed + round}: ${what}`));
      let roundMs = played.slowestMs;
      // a step that is slow stays so; what else the machine did, and the collection of garbage, does not
      for (let again = 0; roundMs > slowMs && again < 5; again += 1) {
        roundMs = Math.min(roundMs, (await playRound(target, seed + round, count, byCpu)).slowestMs);
      }
      if (roundMs > slowMs) progress?.(`${target.name}, seed ${seed + round}: a step took ${roundMs} ms`);
      slowestMs = Math.max(slowestMs, roundMs);
      steps += count;
      if (steps % 100_000 === 0) progress?.(`${target.name}: ${steps} steps`);
    }
    await setImmediate();
  } finally {
    await ground?.[Symbol.asyncDispose]();
    process.off('unhandledRejection', noteRejection);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return { steps, wrong, slowestMs, rejections, seconds };
}

/** Starts to measure; what it returns gives how long that is ago, in ms. */
type StartWatch = () => () => number;

const byTime: StartWatch = () => {
  const before = performance.now();
  return () => performance.now() - before;
};

/**
 * The CPU that was used, or the time where that is less: others use the machine, and other threads this process. Dearer to ask
 * for than the time.
 */
const byCpu: StartWatch = () => {
  const time = byTime();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return Math.min(time(), (user + system) / 1_000);
  };
};

async function playRound(
  target: Target,
  seed: number,
  steps: number,
  startWatch = byTime,
): Promise<{ readonly wrong: readonly string[]; readonly slowestMs: number }> {
  let slowestMs = 0;
  const note = (ms: number): void => void (slowestMs = Math.max(slowestMs, ms));
  const watch: Watch = {
    step(what) {
      const elapsedMs = startWatch();
      try {
        return what();
      } finally {
        note(elapsedMs());
      }
    },
    async turn() {
      const elapsedMs = startWatch();
      await setImmediate();
      note(elapsedMs());
    },
  };
  try {
    const wrong = await target.round(createChance(seed), steps, watch);
    return { wrong: [...wrong, ...findPollution()], slowestMs };
  } catch (error) {
    return { wrong: [`it threw ${error instanceof Error ? error.stack : String(error)}`], slowestMs };
  }
}

export function createChance(seed: number): Chance {
  const random = createSeededRandom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  return {
    random,
    below,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    often: (share) => random() < share,
  };
}

const own = [Object, Array, Function, String, Number, Promise, Map, Error].map(({ name, prototype }) => ({
  name,
  prototype: prototype as object,
  count: Reflect.ownKeys(prototype as object).length,
}));

/** What was added to the prototypes that everything has. */
function findPollution(): string[] {
  return own.flatMap(({ name, prototype, count }) =>
    Reflect.ownKeys(prototype).length === count ? [] : [`${name}.prototype has another key`],
  );
}
