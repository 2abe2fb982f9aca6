// What a row plays on: a server process, clients behind proxies, and messages both ways at a steady pace.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccount, type Account } from '../account.js';
import type { RunningBalancer } from '../balancers.js';
import { findProgram } from '../../find-program.js';
import type { Contender } from '../contender.js';
import type { Entry } from '../journal.js';
import { isSettled, judge, type Verdict } from './judge.js';
import { openLine, type Line, type Talker } from '../line.js';
import { keepPace } from '../pace.js';
import { openPlainClient } from './plain-client.js';
import type { Row } from './rows.js';
import { startServer, type ChaosServer } from '../server.js';
import { untilSettled } from '../settling.js';

/** Messages a second, to each client and from each. */
export const perSecond = 100;

/** How long nothing may have moved before what is missing counts as lost. */
const quietMs = 3_000;

export class Stage {
  readonly contender: Contender;
  readonly chance: () => number;
  /** What went wrong beside the messages. */
  readonly failures: string[] = [];
  readonly lines: Line[] = [];
  readonly #row: Row;
  readonly #accounts: Account[] = [];
  readonly #journals: Entry[][] = [];
  readonly #talkers: Talker[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  readonly #servers: ChaosServer[] = [];
  #balancer: RunningBalancer | undefined;
  #stopTalking = (): void => undefined;

  constructor(row: Row, contender: Contender, chance: () => number) {
    this.#row = row;
    this.contender = contender;
    this.chance = chance;
  }

  get server(): ChaosServer {
    const server = this.#servers.at(-1);
    if (!server) throw new Error('the stage is not open');
    return server;
  }

  /** Starts a server and so many clients; then both begin to talk. */
  async open(clients: number): Promise<void> {
    const { hasPlainClient, through } = this.#row;
    await this.#start(false);
    const path = through && findProgram(through.program);
    if (path !== undefined) this.#balancer = await through?.start(path, [this.server.port]);
    const { port } = this.#balancer ?? this.server;
    for (let number = 1; number <= clients; number += 1) {
      const account = this.#openAccount(`client-${number}`);
      const line = await openLine(this.contender, port, account, () => this.#servers.length);
      this.lines.push(line);
      this.#talkers.push(line);
    }
    if (hasPlainClient) {
      const fail = (what: string): void => void this.failures.push(what);
      this.#talkers.push(await openPlainClient(port, this.#openAccount('plain'), fail));
    }
    this.server.talk();
    this.#stopTalking = keepPace(perSecond, () => {
      for (const talker of this.#talkers) talker.send();
    });
  }

  /** The server dies, and another one takes its place. */
  async restart(): Promise<void> {
    for (const { proxy } of this.lines) proxy.target = undefined;
    await this.server.kill();
    await this.#start(true);
    this.#pointTo(this.server.port);
  }

  /** Another server takes over before the old one takes leave. */
  async replace(): Promise<void> {
    const old = this.server;
    await this.#start(true);
    this.#pointTo(this.server.port);
    await old.drain();
  }

  /** What stands before the server is reloaded or restarted. */
  async renewBalancer(): Promise<void> {
    await this.#balancer?.renew();
  }

  /** Ends the talk, waits until everything is accounted for or nothing moves any more, and says what became of it. */
  async settle(): Promise<Verdict> {
    this.#stopTalking();
    await this.server.fallSilent();
    return untilSettled(() => this.#judge(), isSettled, quietMs);
  }

  async close(): Promise<void> {
    this.#stopTalking();
    await Promise.all(this.#talkers.map((talker) => talker.close()));
    await this.#balancer?.close();
    await Promise.all(this.#servers.map((server) => server.kill()));
    rmSync(this.#folder, { recursive: true });
  }

  async #start(talks: boolean): Promise<void> {
    const run = this.#servers.length + 1;
    const journal = join(this.#folder, `${run}.jsonl`);
    const setup = { contender: this.contender.name, run, perSecond, talks, journal };
    this.#servers.push(await startServer(setup, (what) => this.failures.push(what)));
  }

  #openAccount(key: string): Account {
    const account = openAccount(key);
    this.#accounts.push(account);
    return account;
  }

  #judge(): Verdict {
    for (const [index, server] of this.#servers.entries()) {
      this.#journals[index] = [...(this.#journals[index] ?? []), ...server.readJournal()];
    }
    const { owedToAbsent = [] } = this.#row;
    return judge({ accounts: this.#accounts, journals: this.#journals, owedToAbsent });
  }

  #pointTo(port: number): void {
    for (const { proxy } of this.lines) proxy.target = port;
  }
}
