// Runs that are summed hide nothing: what one of them lost is in the sum, and the slowest stands.
import { describe, expect, it } from 'vitest';
import type { ClusterResult } from './cluster/cluster-result.js';
import type { NetworkResult } from './netns/network-result.js';
import type { Result } from './result.js';
import { sumClusterResults, sumNetworkResults, sumResults } from './sum-runs.js';

const run = { version: '0.1.0', command: 'npm run proof', seed: 1, date: '2026-01-01', machine: 'any' };
const down = { accepted: 10, lost: 1, silent: 0, duplicated: 0, disordered: 0 };
const up = { ...down, rerun: 2, unanswered: 0 };
const fast = { p50: 1, p99: 9 };
const slow = { p50: 2, p99: 8 };
const worst = { p50: 2, p99: 9 };

const line: Result = {
  ...{ ...run, id: 'C1', fault: 'a fault', contender: 'Wirepact', goal: 'nothing is lost' },
  ...{ cycles: 5, clients: 20, returns: 5, resumed: 4, takeoverMs: fast, backMs: slow },
  ...{ down, up, others: [], failures: ['one'] },
};

const cluster: ClusterResult = {
  ...{ ...run, id: 'C4-nodes', fault: 'a fault', contender: 'Wirepact', goal: 'nothing is lost' },
  ...{ cycles: 5, clients: 20, nodes: 3, perSecond: 100, returns: 5, resumed: 4, healed: 3 },
  ...{ publishMs: fast, repairedMs: slow, acceptedAgainMs: fast },
  rush: { waves: 3, clients: [10, 20], windowMs: 5_000, allBackMs: fast, busiest: 1.2 },
  ...{ down: { ...down, repeated: 1, refused: 2, gaps: 3 }, up },
  ...{ examples: [], failures: [], reported: ['an error'] },
};

const network: NetworkResult = {
  ...{ ...run, id: 'C12', contender: 'Wirepact', cycles: 5, clients: 4, failures: [] },
  hosts: [
    {
      ...{ name: 'first', fault: 'a fault', cycles: 5, returns: 5, resumed: 5, repairedMs: fast },
      ...{ noticedMs: { server: 10, client: 20 }, down, up, others: [] },
    },
  ],
};

describe('the sum of runs', () => {
  it('of a row of lines adds what was counted and keeps the worst of what was timed', () => {
    const other = { ...line, cycles: 7, takeoverMs: slow, backMs: fast, failures: ['another'], seed: 2 };
    expect(sumResults([line, other])).toEqual([
      {
        ...line,
        ...{ cycles: 12, returns: 10, resumed: 8, takeoverMs: worst, backMs: worst },
        down: { accepted: 20, lost: 2, silent: 0, duplicated: 0, disordered: 0 },
        up: { accepted: 20, lost: 2, silent: 0, duplicated: 0, disordered: 0, rerun: 4, unanswered: 0 },
        failures: ['one', 'another'],
      },
    ]);
  });

  it('of a row of nodes does so too, and of how clients came back', () => {
    const other = { ...cluster, healed: 1, acceptedAgainMs: slow };
    const [sum] = sumClusterResults([
      cluster,
      { ...other, rush: { waves: 3, clients: [5, 15], windowMs: 5_000, allBackMs: slow, busiest: 1.4 } },
    ]);
    expect(sum).toMatchObject({
      ...{
        cycles: 10,
        healed: 4,
        acceptedAgainMs: worst,
        publishMs: fast,
        reported: ['an error', 'an error'],
      },
      down: { repeated: 2, refused: 4, gaps: 6 },
      rush: { waves: 6, clients: [5, 20], allBackMs: worst, busiest: 1.4 },
    });
  });

  it('of a row of hosts goes by their names', () => {
    const [host] = network.hosts;
    const later = { ...host!, noticedMs: { server: 30, client: 15 }, repairedMs: slow };
    const [sum] = sumNetworkResults([network, { ...network, hosts: [{ ...later, name: 'other' }, later] }]);
    expect(sum?.hosts).toMatchObject([
      { name: 'first', cycles: 10, returns: 10, repairedMs: worst, noticedMs: { server: 30, client: 20 } },
    ]);
  });

  it('is of the same row and contender', () => {
    const others = [line, { ...line, id: 'C2' }, { ...line, contender: 'Socket.IO' }];
    expect(sumResults(others)).toEqual(others);
  });

  it('leaves out what only some of them have', () => {
    const { healed: _healed, rush: _rush, ...rest } = cluster;
    const [sum] = sumClusterResults([rest, rest]);
    expect(sum).not.toHaveProperty('healed');
    expect(sum).not.toHaveProperty('rush');
    expect(sum).not.toHaveProperty('lateByMs');
  });
});
