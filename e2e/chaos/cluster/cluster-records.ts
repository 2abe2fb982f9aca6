// What is on record of a row of several nodes: what its clients heard, and what each process wrote into its journal.
import type { Account } from '../account.js';
import { streams, type Stream } from '../contender.js';
import type { Entry } from '../journal.js';
import type { ChaosServer } from '../server.js';
import { judgeCluster, type ClusterVerdict } from './cluster-judge.js';

export class ClusterRecords {
  readonly accounts: Account[] = [];
  /** Of every process that ever ran; the first is that of run 1. */
  readonly servers: ChaosServer[] = [];
  /** When the process of a run was killed, by `nowMs`. */
  readonly deaths = new Map<number, number>();
  /** What the nodes reported as errors, and how often. */
  readonly reported = new Map<string, number>();
  readonly #journals: Entry[][] = [];

  /** How often each client was told of a gap so far, by client and stream. */
  get gaps(): number[] {
    return this.accounts.flatMap(({ heard }) =>
      streams.map((stream) => heard[stream].filter((one) => 'mayBeEmpty' in one).length),
    );
  }

  /** How long it took until messages were accepted, in ms. */
  get publishMs(): number[] {
    return this.#journals.flat().flatMap((entry) => ('published' in entry ? [entry.tookMs] : []));
  }

  /** How long it took until messages were accepted that were accepted since, in ms. */
  publishMsSince(sinceMs: number): number[] {
    return this.#journals
      .flat()
      .flatMap((entry) => ('published' in entry && entry.atMs >= sinceMs ? [entry.tookMs] : []));
  }

  /** How long after that each of these processes had a message accepted, in ms. */
  acceptedAgainMs(runs: readonly number[], sinceMs: number): number {
    const first = runs.map((run) => {
      const published = (this.#journals[run - 1] ?? []).find(
        (entry) => 'published' in entry && entry.atMs >= sinceMs,
      );
      return published !== undefined && 'published' in published ? published.atMs - sinceMs : Infinity;
    });
    return Math.max(...first);
  }

  /** How long it took at most until it was known whether a message is accepted, in ms. */
  get slowestAnswerMs(): number {
    const answers = this.#journals.flat().flatMap((entry) => ('tookMs' in entry ? [entry.tookMs] : []));
    return answers.reduce((slowest, tookMs) => Math.max(slowest, tookMs), 0);
  }

  /** The last message that a process had to send so far, 0 for none. */
  lastOffered(run: number, stream: Stream): number {
    const offered = (this.#journals[run - 1] ?? []).flatMap((entry) =>
      'offered' in entry && entry.offered.stream === stream ? [entry.offered.n] : [],
    );
    return offered.at(-1) ?? 0;
  }

  /** Takes in what was written since it was last called. */
  read(): void {
    for (const [index, server] of this.servers.entries()) {
      const journal = (this.#journals[index] ??= []);
      for (const entry of server.readJournal()) {
        journal.push(entry);
        if ('reported' in entry) this.#count(entry.reported.replace(/\d+/g, '…'));
      }
    }
  }

  judge(): ClusterVerdict {
    this.read();
    return judgeCluster({ accounts: this.accounts, journals: this.#journals, deaths: this.deaths });
  }

  #count(text: string): void {
    this.reported.set(text, (this.reported.get(text) ?? 0) + 1);
  }
}
