// What a row plays on: a server process, clients behind proxies, and messages both ways at a steady pace.
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram, type RunningBalancer } from './balancers.js';
import type { Contender } from './contender.js';
import { isSettled, Ledger, type Verdict } from './ledger.js';
import { openLine, type Line, type Talker } from './line.js';
import { keepPace } from './pace.js';
import { openPlainClient } from './plain-client.js';
import type { Row } from './rows.js';
import { startServer, type ChaosServer } from './server.js';

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
  readonly #ledger: Ledger;
  readonly #talkers: Talker[] = [];
  #run = 0;
  #server: ChaosServer | undefined;
  #balancer: RunningBalancer | undefined;
  #stopTalking = (): void => undefined;

  constructor(row: Row, contender: Contender, chance: () => number) {
    this.#row = row;
    this.#ledger = new Ledger(row.owedToAbsent ?? []);
    this.contender = contender;
    this.chance = chance;
  }

  get server(): ChaosServer {
    if (!this.#server) throw new Error('the stage is not open');
    return this.#server;
  }

  /** Starts a server and so many clients; then both begin to talk. */
  async open(clients: number): Promise<void> {
    const { hasPlainClient, through } = this.#row;
    this.#server = await this.#start(false);
    const path = through && findProgram(through.program);
    if (path !== undefined) this.#balancer = await through?.start(path, this.server.port);
    const { port } = this.#balancer ?? this.server;
    for (let number = 1; number <= clients; number += 1) {
      const key = `client-${number}`;
      const line = await openLine(this.contender, key, port, this.#ledger.open(key));
      this.lines.push(line);
      this.#talkers.push(line);
    }
    if (hasPlainClient) {
      const fail = (what: string): void => void this.failures.push(what);
      this.#talkers.push(await openPlainClient(port, this.#ledger.open('plain'), fail));
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
    this.#server = await this.#start(true);
    this.#pointTo(this.#server.port);
  }

  /** Another server takes over before the old one takes leave. */
  async replace(): Promise<void> {
    const old = this.server;
    this.#server = await this.#start(true);
    this.#pointTo(this.#server.port);
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
    let verdict = this.#ledger.judge();
    let before = '';
    let movedAt = performance.now();
    while (!isSettled(verdict) && performance.now() - movedAt < quietMs) {
      await delay(50);
      verdict = this.#ledger.judge();
      const now = JSON.stringify(verdict);
      if (now !== before) movedAt = performance.now();
      before = now;
    }
    return verdict;
  }

  async close(): Promise<void> {
    this.#stopTalking();
    await Promise.all(this.#talkers.map((talker) => talker.close()));
    await this.#balancer?.close();
    await this.#server?.kill();
  }

  #start(talks: boolean): Promise<ChaosServer> {
    this.#run += 1;
    return startServer(
      { contender: this.contender.name, run: this.#run, perSecond, talks },
      {
        published: (message) => this.#ledger.published(message),
        handled: (run, key, n) => this.#ledger.handled(run, key, n),
        failed: (what) => this.failures.push(what),
      },
    );
  }

  #pointTo(port: number): void {
    for (const { proxy } of this.lines) proxy.target = port;
  }
}
