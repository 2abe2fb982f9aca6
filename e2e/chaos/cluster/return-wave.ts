// How the clients of a node that drained came back: how soon all of them were there, and how crowded it became meanwhile.
import { quantilesOf, type Quantiles } from '../result.js';

/** The clients of one node that drained. */
export interface ReturnWave {
  readonly clients: number;
  /** When each connection was accepted, also those of attempts that failed, in ms. */
  readonly acceptedAtMs: readonly number[];
  /** From SIGTERM until the last of them was back. */
  readonly allBackMs: number;
}

/** All waves of a row. */
export interface Rush {
  readonly waves: number;
  /** The smallest and the largest. */
  readonly clients: readonly [fewest: number, most: number];
  /** Within which they were told to return. */
  readonly windowMs: number;
  readonly allBackMs: Quantiles;
  /** Connections in the busiest second, as a share of what a second has where they come evenly; of the worst wave. */
  readonly busiest: number;
}

/** So long after the window everybody is back. */
export const afterWindowMs = 5_000;
/** No second has more than so many times the even share. */
export const mostRushed = 1.5;

const slotMs = 1_000;

export function describeRush(waves: readonly ReturnWave[], windowMs: number): Rush {
  const clients = waves.map((wave) => wave.clients);
  return {
    waves: waves.length,
    clients: [Math.min(...clients), Math.max(...clients)],
    windowMs,
    allBackMs: quantilesOf(waves.map(({ allBackMs }) => allBackMs)),
    busiest: Math.max(...waves.map((wave) => busiestOf(wave, windowMs))),
  };
}

export function findRushMisses({ windowMs, allBackMs, busiest }: Rush): string[] {
  const misses: string[] = [];
  const latestMs = windowMs + afterWindowMs;
  if (allBackMs.p99 > latestMs) {
    misses.push(`all were back only after ${allBackMs.p99.toFixed(0)} ms, and not within ${latestMs}`);
  }
  if (busiest > mostRushed) {
    misses.push(`${busiest.toFixed(2)} times the even share came in one second, and not ${mostRushed}`);
  }
  return misses;
}

function busiestOf({ clients, acceptedAtMs }: ReturnWave, windowMs: number): number {
  return mostWithin(acceptedAtMs, slotMs) / (clients * Math.min(1, slotMs / windowMs));
}

/** How many of these moments lie in one span at most, wherever that begins. */
function mostWithin(moments: readonly number[], spanMs: number): number {
  const sorted = [...moments].sort((one, other) => one - other);
  let [first, most] = [0, 0];
  for (const [index, moment] of sorted.entries()) {
    while (moment - (sorted[first] ?? 0) >= spanMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
