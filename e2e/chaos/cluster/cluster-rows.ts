// The faults of several nodes over one Redis, one row each: how it is brought about, how often, and what must hold.
import { setTimeout as delay } from 'node:timers/promises';
import { haproxy, nginx, type Balancer } from '../balancers.js';
import type { Line } from '../line.js';
import type { Length } from '../lines/rows.js';
import type { RedisSetup } from './chaos-redis.js';
import { mix, timed } from './cluster-faults.js';
import type { ClusterStage } from './cluster-stage.js';

/** What must hold. */
export type ClusterGoal =
  /** Everything arrives once and in order, and every session goes on. */
  | 'nothing is lost'
  /** The same; what was being handled by a process that died may be handled again, once per kill. */
  | 'nothing is lost, little is handled again'
  /** Whatever does not arrive, its reader or writer is told. */
  | 'nothing is silent';

export interface ClusterRow {
  readonly id: string;
  readonly fault: string;
  readonly goal: ClusterGoal;
  readonly cycles: Readonly<Record<Exclude<Length, 'check'>, number>> & { readonly check?: number };
  readonly clients: number;
  readonly nodes: number;
  readonly redis: RedisSetup;
  /** Stands between the clients and the nodes, and gives each connection to any of them. */
  readonly through?: Balancer;
  /** Not for Wirepact alone, and how many cycles others have at most. */
  readonly others?: { readonly maxCycles: number };
  /** Messages a second, to each client and from each. @default 100 */
  readonly perSecond?: number;
  /** Within which clients of a node that drains are told to return. */
  readonly spreadMs?: number;
  /** Each node is a host of its own on a network, and Redis another one. */
  readonly areNodesApart?: true;
  /** So long it may take until it is known whether a message is accepted, in ms. */
  readonly answersWithinMs?: number;
  /** So long it may take until everything that is sent arrives again, at p99 and beside the fault itself, in ms. */
  readonly repairedWithinMs?: number;
  /** So long after the fault every node has had a message accepted, at p99, in ms. */
  readonly acceptsAgainWithinMs?: number;
  /** So much longer than the fault lasted it may take until a message is accepted, at p99, in ms. */
  readonly acceptsLateByMs?: number;
  /** In so many of a hundred faults nobody is told of a gap. */
  readonly healsPercent?: number;
  readonly breaks:
    | { readonly each: (line: Line, stage: ClusterStage) => void | Promise<void> }
    /** Resolves with how long the fault itself lasted, in ms. */
    | { readonly all: (stage: ClusterStage) => Promise<number> };
}

const bothKeep = ['always', 'everysec'] as const;

export const clusterRows: readonly ClusterRow[] = [
  {
    id: 'C1-nodes',
    fault: 'the connection is reset (RST to both ends), and the client reconnects to another process',
    goal: 'nothing is lost',
    cycles: { quick: 100, long: 1_000 },
    clients: 20,
    nodes: 2,
    redis: { appendOnly: 'everysec' },
    others: { maxCycles: 1_000 },
    breaks: {
      each(line, stage) {
        stage.move(line);
        line.proxy.cut();
      },
    },
  },
  {
    id: 'C2-nodes',
    fault:
      "half-open: the client's end of the connection is reset and the client reconnects to another process, while the old process still considers the old connection alive",
    goal: 'nothing is lost',
    cycles: { quick: 100, long: 1_000 },
    clients: 20,
    nodes: 2,
    redis: { appendOnly: 'everysec' },
    others: { maxCycles: 100 },
    breaks: {
      each(line, stage) {
        stage.move(line);
        line.abandon();
      },
    },
  },
  {
    id: 'C3-nodes',
    fault: 'a process is killed (`kill -9`) and restarted; its clients reconnect to the others',
    goal: 'nothing is lost, little is handled again',
    cycles: { quick: 50, long: 300 },
    clients: 20,
    nodes: 3,
    redis: { appendOnly: 'everysec' },
    others: { maxCycles: 100 },
    breaks: { all: (stage) => stage.killNode() },
  },
  {
    id: 'C4-nodes',
    fault:
      'each process in turn is replaced: a new one is started, and the old one drains (SIGTERM); its clients reconnect to any of the others',
    goal: 'nothing is lost',
    cycles: { quick: 3, long: 20 },
    clients: 2_000,
    nodes: 3,
    redis: { appendOnly: 'everysec' },
    // more is more than two cores can do for so many, while they take their leave and come back
    perSecond: 0.5,
    spreadMs: 5_000,
    breaks: { all: (stage) => stage.replaceNodes() },
  },
  {
    id: 'C5',
    fault: 'Redis closes the connections on which the processes receive messages (`CLIENT KILL TYPE pubsub`)',
    goal: 'nothing is lost',
    cycles: { quick: 100, long: 500 },
    clients: 20,
    nodes: 2,
    redis: {},
    repairedWithinMs: 500,
    breaks: { all: ({ redis }) => timed(redis.killSubscribers()) },
  },
  ...bothKeep.map((appendOnly): ClusterRow => ({
    id: `C6-${appendOnly}`,
    fault: `Redis, with \`appendfsync ${appendOnly}\`, is killed (\`kill -9\`) and restarted`,
    goal: 'nothing is lost',
    cycles: { quick: 20, long: 200 },
    clients: 20,
    nodes: 2,
    redis: { appendOnly },
    acceptsAgainWithinMs: 1_000,
    others: { maxCycles: 100 },
    breaks: { all: ({ redis }) => timed(redis.restart()) },
  })),
  {
    id: 'C7-kill',
    fault: 'Redis, which stores nothing on disk, is killed and restarted',
    goal: 'nothing is silent',
    cycles: { check: 3, quick: 20, long: 100 },
    clients: 20,
    nodes: 2,
    redis: {},
    others: { maxCycles: 100 },
    breaks: { all: ({ redis }) => timed(redis.restart()) },
  },
  {
    id: 'C7-flush',
    fault: 'Redis is told to delete everything (`FLUSHALL`)',
    goal: 'nothing is silent',
    cycles: { check: 3, quick: 20, long: 100 },
    clients: 20,
    nodes: 2,
    redis: {},
    breaks: { all: ({ redis }) => timed(redis.flush()) },
  },
  {
    id: 'C8',
    fault: 'Redis is killed, loses the last 0.5 to 5 KB of its append-only file, and is restarted',
    goal: 'nothing is silent',
    cycles: { check: 5, quick: 20, long: 200 },
    clients: 20,
    nodes: 2,
    redis: { appendOnly: 'everysec' },
    healsPercent: 80,
    breaks: { all: ({ redis, chance }) => timed(redis.restart(Math.round(512 + chance() * 4_608))) },
  },
  {
    id: 'C9',
    fault: 'Redis is killed and replaced by its replica, which has received nothing for up to 1 s',
    goal: 'nothing is silent',
    cycles: { quick: 5, long: 50 },
    clients: 20,
    nodes: 2,
    redis: { hasReplica: true },
    breaks: { all: ({ redis, chance }) => timed(redis.failOver(() => delay(chance() * 1_000))) },
  },
  {
    id: 'C10',
    fault: 'Redis is frozen for 0.4 to 4.5 s (SIGSTOP)',
    goal: 'nothing is lost',
    cycles: { quick: 20, long: 100 },
    clients: 20,
    nodes: 2,
    redis: { appendOnly: 'everysec' },
    acceptsLateByMs: 200,
    breaks: { all: ({ redis, chance }) => timed(redis.pause(400 + chance() * 4_100)) },
  },
  {
    id: 'C11',
    fault: 'the network between a process and Redis is cut for 2 to 30 s, in one direction or both',
    goal: 'nothing is silent',
    cycles: { quick: 10, long: 100 },
    clients: 20,
    nodes: 2,
    redis: { appendOnly: 'everysec' },
    areNodesApart: true,
    // five seconds, and what a busy machine adds
    answersWithinMs: 5_500,
    breaks: { all: (stage) => timed(stage.partition(2_000 + stage.chance() * 28_000)) },
  },
  {
    id: 'C13-nginx-nodes',
    fault: 'nginx, which distributes the connections over the processes in turn, is reloaded',
    goal: 'nothing is lost',
    cycles: { quick: 5, long: 50 },
    clients: 20,
    nodes: 3,
    redis: { appendOnly: 'everysec' },
    through: nginx,
    breaks: { all: (stage) => stage.renewBalancer() },
  },
  {
    id: 'C13-haproxy-nodes',
    fault: 'HAProxy, which distributes the connections over the processes in turn, is restarted',
    goal: 'nothing is lost',
    cycles: { quick: 5, long: 50 },
    clients: 20,
    nodes: 3,
    redis: { appendOnly: 'everysec' },
    through: haproxy,
    breaks: { all: (stage) => stage.renewBalancer() },
  },
  {
    id: 'C14-nodes',
    fault:
      'one of these at random: every connection is reset or left half-open as in C14, and the clients reconnect to other processes; a process is killed as in C3-nodes; or Redis fails as in C5, C6-everysec, C7-flush, C8 or C10 (here for at most 2.4 s)',
    goal: 'nothing is silent',
    cycles: { quick: 200, long: 2_000 },
    clients: 50,
    nodes: 3,
    redis: { appendOnly: 'everysec' },
    breaks: { all: mix },
  },
];
