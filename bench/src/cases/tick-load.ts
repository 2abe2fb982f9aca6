// Messages that the server sends to many, as fast as they are taken.
import type { Listener } from '../client.js';
import { median, quantile, type Figures } from '../figures.js';
import { now, type Tick } from '../messages.js';
import type { Burst, Setup } from '../server-commands.js';
import { memoryOf, type Turn } from '../turn.js';

export interface TickLoad extends Burst {
  readonly clients: number;
  /** @default all clients */
  readonly receiversPerMessage?: number;
}

export const tickLoad: TickLoad = {
  ...{ clients: 500, seconds: 1.6, perTurn: 1, bytes: 0, to: 'everyone' },
  ...{ windowTurns: 4, acknowledgeEveryTurns: 1 },
};
export const quickTicks: TickLoad = { ...tickLoad, clients: 50, seconds: 0.6 };

/** Sends for a while, after a third of that to warm up. */
export async function runTicks(turn: Turn, load: TickLoad, setup?: Partial<Setup>): Promise<Figures> {
  const server = await turn.start({ clients: load.clients, ...setup });
  const inbox = new Inbox(load, (turns) => server.acknowledge(turns));
  await turn.connect(inbox, load.clients);
  await server.sendBursts({ ...load, seconds: load.seconds / 3 });
  inbox.clear();
  await server.startReading();
  const startedAt = performance.now();
  await server.sendBursts(load);
  const seconds = (performance.now() - startedAt) / 1_000;
  const reading = await server.read();
  return {
    cpuMicros: reading.cpuMicros / inbox.received,
    perSecond: inbox.received / seconds,
    p50Ms: median(inbox.latencies),
    p99Ms: quantile(inbox.latencies, 0.99),
    ...memoryOf(reading),
  };
}

/** Counts what all clients receive together, and tells the server of every turn that has arrived everywhere. */
export class Inbox implements Listener {
  readonly latencies: number[] = [];
  readonly follows: boolean;
  readonly #load: TickLoad;
  /** What all receive together between two acknowledgements. */
  readonly #batch: number;
  /** Where messages may be dropped, whoever is furthest speaks for all. */
  readonly #isLossy: boolean;
  readonly #acknowledge: (turns: number) => void;
  #received = 0;
  #newest = -1;

  constructor(load: TickLoad, acknowledge: (turns: number) => void) {
    const { acknowledgeEveryTurns, perTurn, receiversPerMessage = load.clients, to } = load;
    this.follows = to === 'streams';
    this.#isLossy = to === 'latest' || to === 'volatile';
    this.#load = load;
    this.#batch = perTurn * receiversPerMessage * acknowledgeEveryTurns;
    this.#acknowledge = acknowledge;
  }

  get received(): number {
    return this.#received;
  }

  tick({ sentAt, volume: number }: Tick): void {
    this.#received += 1;
    // each eighth is enough for a p99, and reading the clock costs
    if (this.#received % 8 === 0) this.latencies.push(now() - sentAt);
    if (this.#isLossy) this.#acknowledgeNewest(number);
    else if (this.#received % this.#batch === 0) {
      this.#acknowledge((this.#received / this.#batch) * this.#load.acknowledgeEveryTurns);
    }
  }

  /** Before the next bursts. */
  clear(): void {
    this.latencies.length = 0;
    this.#received = 0;
    this.#newest = -1;
  }

  #acknowledgeNewest(number: number): void {
    if (number <= this.#newest) return;
    this.#newest = number;
    this.#acknowledge(Math.floor((number + 1) / this.#load.perTurn));
  }
}
