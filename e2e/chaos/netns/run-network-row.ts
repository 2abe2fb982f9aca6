// Plays one row of hosts.
import { setTimeout as delay } from 'node:timers/promises';
import { createSeededRandom } from '@wirepact/core/testing';
import type { Contender } from '../contender.js';
import { calmMs } from '../one-by-one.js';
import { quantilesOf } from '../result.js';
import type { RunOptions } from '../lines/run-row.js';
import type { HostResult, NetworkResult } from './network-result.js';
import { bringAbout, type NetworkRow } from './network-rows.js';
import { NetworkStage, type Party } from './network-stage.js';

/** What became of the faults of one host. */
interface Course {
  cycles: number;
  readonly repairedMs: number[];
  /** How long it took each time until a client's line was known to be dead. */
  readonly noticedMs: { readonly server: number[]; readonly client: number[] };
}

export async function runNetworkRow(
  row: NetworkRow,
  contender: Contender,
  options: RunOptions,
): Promise<NetworkResult> {
  const { maxClients, ...said } = options;
  const { hosts } = row;
  const clients = Math.min(row.clientsPerHost, Math.max(1, Math.floor(maxClients / hosts.length)));
  await using stage = new NetworkStage(contender, createSeededRandom(said.seed));
  const { failures, parties } = stage;
  await stage.open(row, clients);
  const turns = Math.ceil(said.cycles / hosts.length);
  const courses = await Promise.all(parties.map((party) => play(party, stage, turns)));
  const verdicts = await stage.settle();
  return {
    ...{ id: row.id, contender: contender.name, clients },
    hosts: parties.flatMap((party, index) => {
      const [course, verdict] = [courses[index], verdicts[index]];
      if (course === undefined || verdict === undefined) return [];
      return [{ ...summarize(party, course), ...verdict }];
    }),
    failures: [...new Set(failures)],
    ...said,
    cycles: turns * hosts.length,
  };
}

/** Resolves once the faults of a host have come so often, and its clients hear of everything again. */
async function play(party: Party, stage: NetworkStage, turns: number): Promise<Course> {
  const course: Course = { cycles: 0, repairedMs: [], noticedMs: { server: [], client: [] } };
  try {
    await stage.repaired(party);
    for (; course.cycles < turns; course.cycles += 1) {
      await delay(calmMs);
      const beganAtMs = await bringAbout(party.fault, party.scene, course.cycles);
      const overAt = performance.now();
      await stage.repaired(party);
      course.repairedMs.push(performance.now() - overAt);
      if (beganAtMs !== undefined) noteNoticed(party, stage, course, beganAtMs);
    }
    await delay(calmMs);
  } catch (error) {
    stage.failures.push(String(error));
  }
  return course;
}

function noteNoticed({ clients }: Party, stage: NetworkStage, { noticedMs }: Course, sinceMs: number): void {
  for (const { account, partedAtMs } of clients.records) {
    const server = stage.noticedAt(account.key, sinceMs) ?? Infinity;
    const client = partedAtMs.find((atMs) => atMs >= sinceMs) ?? Infinity;
    noticedMs.server.push(server - sinceMs);
    noticedMs.client.push(client - sinceMs);
  }
}

function summarize(
  { fault, clients }: Party,
  { cycles, repairedMs, noticedMs }: Course,
): Omit<HostResult, 'up' | 'down' | 'others'> {
  const returns = clients.records.flatMap((record) => record.returns);
  return {
    ...{ name: fault.name, fault: fault.fault, cycles },
    returns: returns.length,
    resumed: returns.filter((isResumed) => isResumed).length,
    repairedMs: quantilesOf(repairedMs),
    ...(noticedMs.server.length > 0 && {
      noticedMs: { server: Math.max(...noticedMs.server), client: Math.max(...noticedMs.client) },
    }),
  };
}
