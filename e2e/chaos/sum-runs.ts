// The same row from several runs as one: what was counted is added up, and of what was timed the worst run stands.
import type { ClusterResult } from './cluster/cluster-result.js';
import type { Rush } from './cluster/return-wave.js';
import type { HostResult, NetworkResult } from './netns/network-result.js';
import type { Quantiles, Result } from './result.js';

export function sumResults(results: readonly Result[]): Result[] {
  return sumEach(results, (one, other) => ({
    ...one,
    ...addCounts(pick(one, countedOfLines), pick(other, countedOfLines)),
    down: addCounts(one.down, other.down),
    up: addCounts(one.up, other.up),
    takeoverMs: worseOf(one.takeoverMs, other.takeoverMs),
    backMs: worseOf(one.backMs, other.backMs),
    others: [...one.others, ...other.others],
    failures: [...one.failures, ...other.failures],
  }));
}

export function sumClusterResults(results: readonly ClusterResult[]): ClusterResult[] {
  return sumEach(results, (one, other) => ({
    ...one,
    ...addCounts(pick(one, countedOfLines), pick(other, countedOfLines)),
    ...ofBoth('healed', one.healed, other.healed, (a, b) => a + b),
    down: addCounts(one.down, other.down),
    up: addCounts(one.up, other.up),
    publishMs: worseOf(one.publishMs, other.publishMs),
    repairedMs: worseOf(one.repairedMs, other.repairedMs),
    ...ofBoth('acceptedAgainMs', one.acceptedAgainMs, other.acceptedAgainMs, worseOf),
    ...ofBoth('lateByMs', one.lateByMs, other.lateByMs, worseOf),
    ...ofBoth('rush', one.rush, other.rush, addRushes),
    examples: [...one.examples, ...other.examples],
    failures: [...one.failures, ...other.failures],
    reported: [...one.reported, ...other.reported],
  }));
}

export function sumNetworkResults(results: readonly NetworkResult[]): NetworkResult[] {
  return sumEach(results, (one, other) => ({
    ...one,
    cycles: one.cycles + other.cycles,
    hosts: one.hosts.map((host) => {
      const same = other.hosts.find(({ name }) => name === host.name);
      return same === undefined ? host : addHosts(host, same);
    }),
    failures: [...one.failures, ...other.failures],
  }));
}

const countedOfLines = ['cycles', 'returns', 'resumed'] as const;

function addHosts(one: HostResult, other: HostResult): HostResult {
  return {
    ...one,
    ...addCounts(pick(one, countedOfLines), pick(other, countedOfLines)),
    down: addCounts(one.down, other.down),
    up: addCounts(one.up, other.up),
    repairedMs: worseOf(one.repairedMs, other.repairedMs),
    ...ofBoth('noticedMs', one.noticedMs, other.noticedMs, (a, b) => ({
      server: Math.max(a.server, b.server),
      client: Math.max(a.client, b.client),
    })),
    others: [...one.others, ...other.others],
  };
}

function addRushes(one: Rush, other: Rush): Rush {
  return {
    waves: one.waves + other.waves,
    clients: [Math.min(one.clients[0], other.clients[0]), Math.max(one.clients[1], other.clients[1])],
    windowMs: one.windowMs,
    allBackMs: worseOf(one.allBackMs, other.allBackMs),
    busiest: Math.max(one.busiest, other.busiest),
  };
}

/** What has the same id and is of the same contender becomes one, at the place of the first. */
function sumEach<TResult extends { readonly id: string; readonly contender: string }>(
  results: readonly TResult[],
  add: (one: TResult, other: TResult) => TResult,
): TResult[] {
  const sums = new Map<string, TResult>();
  for (const result of results) {
    const key = `${result.id} ${result.contender}`;
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? result : add(sum, result));
  }
  return [...sums.values()];
}

function addCounts<TCounts extends { readonly [K in keyof TCounts]: number }>(
  one: TCounts,
  other: TCounts,
): TCounts {
  const sum: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries<number>(other)) sum[name] = (sum[name] ?? 0) + count;
  return sum as TCounts;
}

function worseOf(one: Quantiles, other: Quantiles): Quantiles {
  return { p50: Math.max(one.p50, other.p50), p99: Math.max(one.p99, other.p99) };
}

/** What only some rows have. */
function ofBoth<TName extends string, TValue>(
  name: TName,
  one: TValue | undefined,
  other: TValue | undefined,
  join: (one: TValue, other: TValue) => TValue,
): { readonly [K in TName]?: TValue } {
  if (one === undefined || other === undefined) return {};
  return { [name]: join(one, other) } as { [K in TName]: TValue };
}

function pick<TAll extends object, TName extends keyof TAll>(
  all: TAll,
  names: readonly TName[],
): Pick<TAll, TName> {
  return Object.fromEntries(names.map((name) => [name, all[name]])) as Pick<TAll, TName>;
}
