// What a row of hosts plays on: a server process, a host for each fault with its clients in a process of their own, and
// messages both ways at a steady pace.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streams, type Contender, type Message } from '../contender.js';
import type { Entry } from '../journal.js';
import { isSettled, judge, type Verdict } from '../lines/judge.js';
import { startServer, type ChaosServer } from '../server.js';
import { untilHeard, untilSettled } from '../settling.js';
import { startClients, type Clients } from './clients.js';
import { startDelayingProxy, type DelayingProxy } from './delaying-proxy.js';
import type { HostFault, NetworkRow, Scene } from './network-rows.js';
import { openNetwork, type Network } from './network.js';

/** Messages a second, to each client and from each: the clients of a host have 64 kbit/s now and then. */
export const hostPerSecond = 10;

/** How long nothing may have moved before what is missing counts as lost. */
const quietMs = 5_000;
/** How long it may take until messages arrive again, before the row fails. */
const patienceMs = 60_000;

/** A host, its fault, and its clients. */
export interface Party {
  readonly fault: HostFault;
  readonly scene: Scene;
  readonly clients: Clients;
}

export class NetworkStage implements AsyncDisposable {
  readonly parties: Party[] = [];
  /** What went wrong beside the messages. */
  readonly failures: string[] = [];
  readonly #contender: Contender;
  readonly #chance: () => number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  readonly #journal: Entry[] = [];
  readonly #proxies: DelayingProxy[] = [];
  #network: Network | undefined;
  #server: ChaosServer | undefined;

  constructor(contender: Contender, chance: () => number) {
    this.#contender = contender;
    this.#chance = chance;
  }

  /** Starts the server, and the hosts with so many clients each; then all begin to talk. */
  async open({ hosts }: NetworkRow, clientsPerHost: number): Promise<void> {
    const fail = (what: string): void => void this.failures.push(what);
    this.#network = await openNetwork();
    const { address } = this.#network;
    const [contender, perSecond] = [this.#contender.name, hostPerSecond];
    const journal = join(this.#folder, '1.jsonl');
    this.#server = await startServer({ contender, run: 1, perSecond, talks: false, journal, address }, fail);
    for (const fault of hosts) {
      const host = await this.#network.addHost();
      const proxy = await startDelayingProxy(address, this.#server.port);
      this.#proxies.push(proxy);
      // whatever stands between the two would hide from each what becomes of the other
      const port = fault.name === 'late' ? proxy.port : this.#server.port;
      const keys = Array.from({ length: clientsPerHost }, (_, index) => `${fault.name}-${index + 1}`);
      const setup = { contender, url: `ws://${address}:${port}/`, keys, perSecond };
      const clients = await startClients(setup, host, fail);
      this.parties.push({ fault, clients, scene: { host, address, proxy, chance: this.#chance } });
    }
    this.#server.talk();
    for (const { clients } of this.parties) clients.talk();
  }

  /** Resolves once the clients of a host hear again what is sent from now on. */
  async repaired({ clients }: Party): Promise<void> {
    this.#readJournal();
    const offered = this.#journal.flatMap((one) => ('offered' in one ? [one.offered] : []));
    const wanted = streams.map((stream): Message => {
      const last = offered.filter((one) => one.stream === stream).at(-1);
      return { run: 1, stream, n: (last?.n ?? 0) + 1 };
    });
    const accounts = clients.records.map(({ account }) => account);
    await untilHeard(accounts, wanted, patienceMs);
  }

  /** When the server noticed for the first time since then that a client's line was dead, by `nowMs`. */
  noticedAt(key: string, sinceMs: number): number | undefined {
    this.#readJournal();
    for (const one of this.#journal)
      if ('suspended' in one && one.suspended.key === key && one.suspended.atMs >= sinceMs)
        return one.suspended.atMs;
    return undefined;
  }

  /** Ends the talk, waits until everything is accounted for or nothing moves any more, and says what became of it, by host. */
  async settle(): Promise<Verdict[]> {
    for (const { clients } of this.parties) clients.fallSilent();
    await this.#server?.fallSilent();
    return untilSettled(
      () => this.#judge(),
      (verdicts) => verdicts.every(isSettled),
      quietMs,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.parties.map(({ clients }) => clients.close()));
    await this.#server?.kill();
    for (const proxy of this.#proxies) await proxy[Symbol.asyncDispose]();
    await this.#network?.[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true });
  }

  #judge(): Verdict[] {
    this.#readJournal();
    return this.parties.map(({ clients }) => {
      const accounts = clients.records.map(({ account }) => account);
      const isOf = (key: string): boolean => accounts.some((account) => account.key === key);
      const journal = this.#journal.filter((one) => !('handled' in one) || isOf(one.handled.key));
      return judge({ accounts, journals: [journal], owedToAbsent: [] });
    });
  }

  #readJournal(): void {
    this.#journal.push(...(this.#server?.readJournal() ?? []));
  }
}
