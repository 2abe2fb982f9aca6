// What a row of several nodes plays on: their Redis, a server process each, clients behind proxies that can be led to any of
// them, and messages both ways at a steady pace.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openAccount, type Account } from '../account.js';
import type { RunningBalancer } from '../balancers.js';
import { findProgram } from '../../find-program.js';
import { streams, type Contender, type Message } from '../contender.js';
import { openLine, type Line } from '../line.js';
import { part, type Deaf } from '../netns/line-faults.js';
import { openNetwork, type Host, type Network } from '../netns/network.js';
import { forkingInside } from '../netns/system.js';
import { nowMs } from '../now-ms.js';
import { keepPace } from '../pace.js';
import { startServer, type ChaosServer } from '../server.js';
import { untilHeard, untilSettled } from '../settling.js';
import { startChaosRedis, type ChaosRedis } from './chaos-redis.js';
import { isClusterSettled, type ClusterVerdict } from './cluster-judge.js';
import { ClusterRecords } from './cluster-records.js';
import type { ClusterRow } from './cluster-rows.js';
import type { ReturnWave } from './return-wave.js';

/** Messages a second, to each client and from each, where a row says nothing else. */
const commonPerSecond = 100;

/** So many clients connect at a time when the stage is opened. */
const connectingAtOnce = 50;

/** How long nothing may have moved before what is missing counts as lost. */
const quietMs = 5_000;
/** How long it may take until messages arrive again, before the row fails. */
const patienceMs = 30_000;

/** Who does not hear the other any more when a node and Redis are parted. */
const ways: readonly Deaf[] = ['host', 'other', 'both'];

interface Node {
  readonly run: number;
  readonly server: ChaosServer;
  /** Its own, where nodes have one. */
  readonly host: Host | undefined;
}

export class ClusterStage {
  readonly contender: Contender;
  readonly chance: () => number;
  /** What went wrong beside the messages. */
  readonly failures: string[] = [];
  readonly lines: Line[] = [];
  /** How the clients of nodes that drained came back. */
  readonly waves: ReturnWave[] = [];
  readonly records = new ClusterRecords();
  readonly #row: ClusterRow;
  readonly #folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  #nodes: Node[] = [];
  readonly #homes = new Map<Line, Node>();
  #network: Network | undefined;
  #redis: ChaosRedis | undefined;
  #balancer: RunningBalancer | undefined;
  #stopTalking = (): void => undefined;

  constructor(row: ClusterRow, contender: Contender, chance: () => number) {
    this.#row = row;
    this.contender = contender;
    this.chance = chance;
  }

  get redis(): ChaosRedis {
    if (this.#redis === undefined) throw new Error('the stage is not open');
    return this.#redis;
  }

  /** Those of the processes that serve now. */
  get runs(): number[] {
    return this.#nodes.map(({ run }) => run);
  }

  get perSecond(): number {
    return this.#row.perSecond ?? commonPerSecond;
  }

  /** Starts Redis, the nodes and so many clients; then all begin to talk. */
  async open(clients: number): Promise<void> {
    if (this.#row.areNodesApart) this.#network = await openNetwork();
    const { otherAddress: address } = this.#network ?? {};
    this.#redis = await startChaosRedis({ ...this.#row.redis, ...(address !== undefined && { address }) });
    for (let number = 1; number <= clients; number += 1)
      this.records.accounts.push(openAccount(`client-${number}`));
    for (let count = 0; count < this.#row.nodes; count += 1) await this.#startNode(false);
    const { through } = this.#row;
    const path = through && findProgram(through.program);
    if (path !== undefined) {
      const ports = this.#nodes.map(({ server }) => server.port);
      this.#balancer = await through?.start(path, ports);
    }
    for (let from = 0; from < clients; from += connectingAtOnce) {
      const next = this.records.accounts.slice(from, from + connectingAtOnce);
      await Promise.all(next.map((account, index) => this.#openLine(account, from + index)));
    }
    for (const { server } of this.#nodes) server.talk();
    let turns = 0;
    // each in turn: where they are many, nobody could say something of all at once in time
    this.#stopTalking = keepPace(this.perSecond * clients, () => {
      this.lines[turns++ % clients]?.send();
    });
  }

  /** From now on a client finds another node than the one that it is connected to. */
  move(line: Line): void {
    const others = this.#nodes.filter((node) => node !== this.#homes.get(line));
    const node = others[Math.floor(this.chance() * others.length)];
    if (node === undefined) return;
    this.#homes.set(line, node);
    line.proxy.target = node.server.target;
  }

  /** Breaks the line of each client in a way of its own, and resolves once all are back. */
  async breakLines(fault: (line: Line) => Promise<void>): Promise<void> {
    await Promise.all(this.lines.map((line) => line.breakBy(() => fault(line))));
  }

  /** One node dies; its clients are back at the others, and another one is there, when this resolves with 0. */
  async killNode(): Promise<number> {
    const node = this.#nodes[Math.floor(this.chance() * this.#nodes.length)]!;
    this.#nodes = this.#nodes.filter((other) => other !== node);
    const victims = this.lines.filter((line) => this.#homes.get(line) === node);
    for (const line of victims) this.move(line);
    const death = node.server.kill().then(() => this.records.deaths.set(node.run, nowMs()));
    await Promise.all(victims.map((line) => line.breakBy(async () => void (await death))));
    await death;
    await this.#startNode(true);
    // some of them go there when they next must
    return 0;
  }

  /** A new node takes the place of each, which drains; its clients are back at any of the others, when this resolves with 0. */
  async replaceNodes(): Promise<number> {
    for (const node of [...this.#nodes]) {
      await this.#startNode(true);
      this.#nodes = this.#nodes.filter((other) => other !== node);
      const leaving = this.lines.filter((line) => this.#homes.get(line) === node);
      for (const line of leaving) this.move(line);
      const toldAt = performance.now();
      const drained = node.server.drain();
      await Promise.all(leaving.map((line) => line.breakBy(() => drained)));
      this.waves.push({
        clients: leaving.length,
        acceptedAtMs: leaving.flatMap(({ acceptedAtMs }) => acceptedAtMs.filter((atMs) => atMs >= toldAt)),
        allBackMs: Math.max(...leaving.map(({ returns }) => returns.at(-1)?.backMs ?? Infinity)),
      });
    }
    return 0;
  }

  /** What stands before the nodes is reloaded or restarted; everybody is back at any of them, when this resolves with 0. */
  async renewBalancer(): Promise<number> {
    const renewed = this.#balancer?.renew();
    await this.breakLines(async () => renewed);
    return 0;
  }

  /** One node and Redis do not hear each other for a while, or only one of them the other. */
  async partition(ms: number): Promise<void> {
    const { host } = this.#nodes[Math.floor(this.chance() * this.#nodes.length)]!;
    if (host === undefined || this.#network === undefined)
      throw new Error('the nodes have no hosts of their own');
    const deaf = ways[Math.floor(this.chance() * ways.length)]!;
    const heal = await part(host, this.#network.otherAddress, deaf);
    await delay(ms);
    await heal();
  }

  /** Resolves once everybody hears again what every node sends from now on. */
  async repaired(): Promise<void> {
    this.records.read();
    const wanted = this.#nodes.flatMap(({ run }) =>
      streams.map((stream): Message => ({ run, stream, n: this.records.lastOffered(run, stream) + 1 })),
    );
    // every node says something in each stream within this time
    const roundMs = (1_000 * wanted.length) / this.perSecond;
    await untilHeard(this.records.accounts, wanted, roundMs + patienceMs);
  }

  /** Ends the talk, waits until everything is accounted for or nothing moves any more, and says what became of it. */
  async settle(): Promise<ClusterVerdict> {
    this.#stopTalking();
    await Promise.all(this.#nodes.map(({ server }) => server.fallSilent()));
    return untilSettled(() => this.records.judge(), isClusterSettled, quietMs);
  }

  async close(): Promise<void> {
    this.#stopTalking();
    await Promise.all(this.lines.map((line) => line.close()));
    await this.#balancer?.close();
    await Promise.all(this.records.servers.map((server) => server.kill()));
    await this.#redis?.[Symbol.asyncDispose]();
    await this.#network?.[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true });
  }

  async #openLine(account: Account, index: number): Promise<void> {
    const node = this.#nodes[index % this.#nodes.length]!;
    const target = this.#balancer?.port ?? node.server.target;
    const line = await openLine(this.contender, target, account, () => 0);
    this.lines.push(line);
    this.#homes.set(line, node);
  }

  async #startNode(talks: boolean): Promise<void> {
    const run = this.records.servers.length + 1;
    const { spreadMs } = this.#row;
    const host = await this.#network?.addHost();
    const setup = {
      contender: this.contender.name,
      run,
      perSecond: this.perSecond / this.#row.nodes,
      talks,
      journal: join(this.#folder, `${run}.jsonl`),
      cluster: {
        redisUrl: host === undefined ? this.redis.url : this.redis.urlOutside,
        users: this.records.accounts.map(({ key }) => key),
        ...(spreadMs !== undefined && { spreadMs }),
      },
      ...(host && { address: host.address }),
    };
    const fail = (what: string): void => void this.failures.push(what);
    const server = await startServer(setup, fail, host && forkingInside(host.namespace));
    this.records.servers.push(server);
    this.#nodes.push({ run, server, host });
  }
}
