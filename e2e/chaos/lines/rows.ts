// The faults, one row each: how it is brought about, how often, and what must hold.
import { setTimeout as delay } from 'node:timers/promises';
import { haproxy, nginx, type Balancer } from '../balancers.js';
import type { Stream } from '../contender.js';
import type { Line } from '../line.js';
import { breakByChance, darkMs } from '../one-by-one.js';
import type { Stage } from './stage.js';

/** How many cycles a run has. `check` is that of `npm test`, for which not all rows are fit. */
export type Length = 'check' | 'quick' | 'long';

/** What must hold of Wirepact. */
export type Goal =
  /** Everything arrives once and in order, and every session goes on. */
  | 'nothing is lost'
  /** The same, in sessions that are new. */
  | 'nothing is lost, in new sessions'
  /** Whatever does not arrive, its reader or writer is told. */
  | 'nothing is silent';

export interface Row {
  readonly id: string;
  readonly fault: string;
  readonly goal: Goal;
  /** In all: where lines break one by one, they share them. */
  readonly cycles: Readonly<Record<Exclude<Length, 'check'>, number>> & { readonly check?: number };
  readonly clients: number;
  /**
   * Not for Wirepact alone, and how many cycles others have at most: one that keeps each dead line for 45 s would have more
   * of them at a time than there ever are.
   */
  readonly others?: { readonly maxCycles: number };
  /** Stands between the clients and the server. */
  readonly through?: Balancer;
  /** One more client, which is not of the contender's. */
  readonly hasPlainClient?: true;
  /** Streams whose messages a new process owes to those who are on their way to it. */
  readonly owedToAbsent?: readonly Stream[];
  readonly breaks:
    | { readonly each: (line: Line, chance: () => number) => void | Promise<void> }
    | { readonly all: (stage: Stage) => Promise<void> };
}

export const rows: readonly Row[] = [
  {
    id: 'C1',
    fault: 'the connection is reset (RST to both ends)',
    goal: 'nothing is lost',
    cycles: { check: 25, quick: 100, long: 1_000 },
    clients: 20,
    others: { maxCycles: 1_000 },
    breaks: { each: ({ proxy }) => proxy.cut() },
  },
  {
    id: 'C2',
    fault:
      "half-open: the client's end of the connection is reset and the client reconnects, while the server still considers the old connection alive",
    goal: 'nothing is lost',
    cycles: { check: 25, quick: 100, long: 1_000 },
    clients: 20,
    others: { maxCycles: 100 },
    breaks: { each: (line) => line.abandon() },
  },
  {
    id: 'C2-dark',
    fault: `the same, after ${darkMs} ms in which everything that either end writes is lost`,
    goal: 'nothing is lost',
    cycles: { check: 25, quick: 100, long: 1_000 },
    clients: 20,
    others: { maxCycles: 100 },
    breaks: {
      async each(line) {
        line.proxy.blackHole();
        await delay(darkMs);
        line.abandon();
      },
    },
  },
  {
    id: 'C3',
    fault: 'the server process is killed (`kill -9`) and restarted; its logs were only in memory',
    goal: 'nothing is silent',
    cycles: { check: 10, quick: 25, long: 100 },
    clients: 20,
    others: { maxCycles: 100 },
    owedToAbsent: ['everyone', 'room'],
    breaks: { all: (stage) => stage.restart() },
  },
  {
    id: 'C4',
    fault: 'a new server process replaces one that drains (SIGTERM)',
    goal: 'nothing is lost, in new sessions',
    cycles: { check: 3, quick: 3, long: 20 },
    clients: 20,
    breaks: { all: (stage) => stage.replace() },
  },
  {
    id: 'C13-nginx',
    fault: 'nginx, between the clients and the server, is reloaded',
    goal: 'nothing is lost',
    cycles: { quick: 5, long: 50 },
    clients: 20,
    through: nginx,
    breaks: { all: (stage) => stage.renewBalancer() },
  },
  {
    id: 'C13-haproxy',
    fault: 'HAProxy, between the clients and the server, is restarted',
    goal: 'nothing is lost',
    cycles: { quick: 5, long: 50 },
    clients: 20,
    through: haproxy,
    breaks: { all: (stage) => stage.renewBalancer() },
  },
  {
    id: 'C14',
    fault: `each connection is reset or left half-open at random, in some cases after up to ${darkMs} ms in which everything is lost; up to three times in a row, even while the client is reconnecting`,
    goal: 'nothing is lost',
    cycles: { quick: 100, long: 1_000 },
    clients: 20,
    breaks: {
      async each(line, chance) {
        for (let left = 1 + Math.floor(chance() * 3); left > 0; left -= 1) await breakByChance(line, chance);
      },
    },
  },
  {
    id: 'C16',
    fault: 'connections are reset; a plain client in the same room keeps its own',
    goal: 'nothing is lost',
    cycles: { check: 10, quick: 25, long: 100 },
    clients: 20,
    hasPlainClient: true,
    breaks: { each: ({ proxy }) => proxy.cut() },
  },
];
