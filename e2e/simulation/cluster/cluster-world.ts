// Clients, nodes, the engine that joins them and the lines between them, on a clock that nobody waits for: does what a schedule
// says, makes peace, and has it judged.
import { isSocketError } from '@wirepact/core';
import {
  createDeliveryChecker,
  createManualClock,
  createMemoryNetwork,
  createSeededRandom,
  type ManualClock,
  type MemoryNetwork,
} from '@wirepact/core/testing';
import { ClusterClient } from './cluster-client.js';
import { ClusterEngine } from './cluster-engine.js';
import { ClusterNode } from './cluster-node.js';
import { rooms, type ClusterSchedule, type ClusterStep } from './cluster-schedule.js';
import { DeliveryLedger } from './delivery-ledger.js';

/** How long everything is left in peace at the end: silence is noticed, everybody returns, every call ends. */
const peaceMs = 75_000;
const startMs = 1_700_000_000_000;

/** What a client does, or its line. */
type ClientStep = Exclude<Extract<ClusterStep, { readonly who: number }>, { readonly do: 'toUser' }>;

export class ClusterWorld {
  readonly #schedule: ClusterSchedule;
  readonly #clock: ManualClock;
  readonly #network: MemoryNetwork;
  readonly #engine: ClusterEngine;
  readonly #checker = createDeliveryChecker();
  readonly #ledger = new DeliveryLedger();
  readonly #wrong: string[] = [];
  readonly #nodes: (ClusterNode | undefined)[] = [];
  readonly #clients: readonly ClusterClient[];
  readonly #random: () => number;
  readonly #trace: ((text: string) => void) | undefined;
  /** The node that each client came to last. */
  readonly #whereabouts = new Map<string, ClusterNode>();
  readonly #handled = new Set<number>();
  #n = 0;
  #lives = 0;

  constructor(schedule: ClusterSchedule, trace?: (text: string) => void) {
    const { seed, nodes, clients, delayMs } = schedule;
    const clock = (this.#clock = createManualClock({ startMs, random: createSeededRandom(seed) }));
    this.#schedule = schedule;
    this.#trace = trace && ((text) => trace(`${clock.now() - startMs} ms ${text}`));
    this.#random = createSeededRandom(seed + 1);
    this.#network = createMemoryNetwork({ clock, seed });
    this.#engine = new ClusterEngine({
      ...{ clock, seed, delayMs, ledger: this.#ledger, checker: this.#checker, trace: this.#trace },
      readersOf: (log) => this.#clients.filter((client) => client.isIn(log)).map(({ name }) => name),
      nodes: () => this.#alive,
    });
    this.#network.listen('/', {
      admit: async (request) => {
        const node = this.#alive[Math.floor(this.#random() * this.#alive.length)];
        return node?.sockets.admit(request) ?? { accepted: false, status: 503, reason: 'nobody is here' };
      },
    });
    for (let index = 0; index < nodes; index += 1) this.#start(index);
    this.#clients = Array.from({ length: clients }, (_, index) => {
      const name = `client ${index}`;
      return new ClusterClient({
        ...{ name, clock, line: this.#network.createLine(), trace: this.#trace },
        received: (log, n) => this.#ledger.received(name, log, n),
        told: (log, gap) => this.#ledger.told(name, log, gap),
        waive: (log) => this.#ledger.waive(name, log),
        wrong: (text) => this.#wrong.push(text),
      });
    });
  }

  get #alive(): readonly ClusterNode[] {
    return this.#nodes.flatMap((node) => node ?? []);
  }

  /** Does everything, and says what was wrong. */
  async run(): Promise<readonly string[]> {
    await this.#pass(1_000);
    for (const step of this.#schedule.steps) await this.#do(step);
    await this.#makePeace();
    this.#judge();
    for (const { client } of this.#clients) client.close();
    await this.#network.settle();
    const closing = Promise.all(this.#alive.map(({ sockets }) => sockets.close()));
    // what was handled last is put down first
    await this.#pass(1_000);
    await closing;
    if (this.#clock.pending > 0) this.#wrong.push(`${this.#clock.pending} timers are left`);
    const ran = this.#checker.violations().map(({ kind, text }) => `${kind}: ${text}`);
    return [...this.#ledger.wrong(), ...ran, ...this.#wrong];
  }

  async #do(step: ClusterStep): Promise<void> {
    this.#trace?.(JSON.stringify(step));
    switch (step.do) {
      case 'pass':
        return this.#pass(step.ms);
      case 'settle':
        return this.#network.settle();
      case 'toRoom':
        return this.#publish(step, (node, n) => {
          const to = nameOf(step.room);
          return node.sockets.room(to).publish('note', { to, n });
        });
      case 'toAll':
        return this.#publish(step, (node, n) => node.sockets.publish('note', { to: '*', n }));
      case 'toUser':
        return this.#publish(step, (node, n) => {
          return node.sockets.user(`client ${step.who}`).publish('note', { to: 'user', n });
        });
      case 'outage':
        return this.#engine.fail(step.ms, nameOf(step.room), step.loses);
      case 'flush':
        return this.#engine.fail(step.ms);
      case 'turnClock':
        return this.#engine.turnClock(step.ms);
      case 'deafen':
      case 'delay': {
        const node = this.#nodes[step.node];
        return node && this.#engine[step.do](node, step.ms);
      }
      case 'kill':
        return this.#kill(step.node, step.downMs);
      case 'drain':
        return void this.#drain(step.node, step.downMs);
      default: {
        const client = this.#clients[step.who];
        if (client !== undefined) this.#doWith(client, step);
      }
    }
  }

  #doWith(client: ClusterClient, step: ClientStep): void {
    switch (step.do) {
      case 'say':
        for (let count = 0; count < step.count; count += 1) client.say((this.#n += 1), step.ms);
        return;
      case 'ask':
        for (let count = 0; count < step.count; count += 1) void client.ask((this.#n += 1), step.ms);
        return;
      case 'join':
        return client.join(nameOf(step.room));
      case 'leave':
        return client.leave(nameOf(step.room));
      case 'cut':
        return client.line.cut(step.seenBy);
      case 'freeze':
        return client.line.freeze(step.is);
    }
  }

  #publish(
    { node: index, count }: { readonly node: number; readonly count: number },
    publish: (node: ClusterNode, n: number) => Promise<void>,
  ): void {
    const node = this.#nodes[index];
    if (node === undefined) return;
    for (let sent = 0; sent < count; sent += 1) {
      const n = (this.#n += 1);
      this.#engine.sent(n, node);
      publish(node, n).catch((error: unknown) => {
        this.#ledger.forgive(n);
        if (!isRefusal(error)) this.#wrong.push(`${n} was failed with ${String(error)}`);
      });
    }
  }

  #start(index: number): void {
    const name = `node ${index}, life ${(this.#lives += 1)}`;
    const node: ClusterNode = new ClusterNode({
      ...{ clock: this.#clock, isTight: this.#schedule.isTight },
      broker: this.#engine.broker(),
      came: (client) => void this.#whereabouts.set(client, node),
      handled: (messageId, n) => {
        this.#engine.ran(messageId, node);
        this.#handled.add(n);
        this.#trace?.(`${name} handles ${n}, ${messageId}`);
      },
      failed: (error) => {
        if (!isRefusal(error)) this.#wrong.push(`${name} failed with ${String(error)}`);
      },
    });
    this.#nodes[index] = node;
  }

  async #kill(index: number, downMs: number): Promise<void> {
    const node = this.#nodes[index];
    if (node === undefined) return;
    this.#nodes[index] = undefined;
    node.isDead = true;
    this.#engine.kill(node);
    for (const { name, line } of this.#clients) if (this.#whereabouts.get(name) === node) line.cut();
    // it waits for an engine that it does not reach any more
    void node.sockets.close();
    this.#clock.after(downMs, () => this.#start(index));
  }

  async #drain(index: number, downMs: number): Promise<void> {
    const node = this.#nodes[index];
    if (node === undefined || this.#alive.length === 1) return;
    this.#nodes[index] = undefined;
    await this.#engine.drain(node);
    this.#clock.after(downMs, () => this.#start(index));
  }

  async #pass(ms: number): Promise<void> {
    const clock = this.#clock;
    const until = clock.now() + ms;
    await this.#network.settle();
    for (let next = clock.nextDueAt; next !== undefined && next <= until; next = clock.nextDueAt) {
      clock.advance(next - clock.now());
      await this.#network.settle();
    }
    clock.advance(until - clock.now());
  }

  /** All is well from now on, and has been for long enough that nothing more is to come. Then everything works once more. */
  async #makePeace(): Promise<void> {
    for (const { line } of this.#clients) line.freeze(false);
    await this.#pass(peaceMs);
    for (const index of this.#nodes.keys()) {
      for (const room of rooms.keys()) await this.#do({ do: 'toRoom', node: index, room, count: 1 });
      await this.#do({ do: 'toAll', node: index, count: 1 });
      for (const who of this.#clients.keys()) await this.#do({ do: 'toUser', node: index, who, count: 1 });
    }
    for (const who of this.#clients.keys()) await this.#do({ do: 'say', who, count: 1, ms: 0 });
    await this.#pass(peaceMs);
  }

  /** Whether everybody is where they want to be, every call has ended, and what was said was handled. */
  #judge(): void {
    for (const { name, client, sessionId = '', wanted, pending, said } of this.#clients) {
      const wrong = (text: string): unknown => this.#wrong.push(`${name} ${text}`);
      if (client.status.name !== 'connected') wrong(`is ${client.status.name} at the end`);
      if (pending > 0) wrong(`waits for ${pending} calls that never end`);
      const places = this.#nodes.filter((node) => node?.sockets.client(sessionId) !== undefined);
      if (places.length !== 1) wrong(`is with ${places.length} nodes`);
      for (const room of wanted) {
        if (places[0]?.sockets.client(sessionId)?.rooms.has(room) !== true) wrong(`is not back in ${room}`);
      }
      for (const n of said) if (!this.#handled.has(n)) wrong(`said ${n}, which nothing handled`);
    }
    const sessions = this.#nodes.reduce((sum, node) => sum + (node?.sockets.countClients ?? 0), 0);
    const count = this.#clients.length;
    if (sessions !== count) this.#wrong.push(`the nodes have ${sessions} sessions of ${count} clients`);
  }
}

/** The engine was away for too long, or the node took its leave. */
const isRefusal = (error: unknown): boolean =>
  isSocketError(error, 'not_accepted') || isSocketError(error, 'closed');

const nameOf = (room: number): string => rooms[room] ?? rooms[0];
