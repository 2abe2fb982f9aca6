// Messages that the server sends to many: everybody, or room after room.
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

/** Sends for a while, after a third of that to warm up. */
export async function runTicks(turn: Turn, load: TickLoad, setup?: Partial<Setup>): Promise<Figures> {
  const server = await turn.start({ clients: load.clients, ...setup });
  const perTurn = load.perTurn * (load.receiversPerMessage ?? load.clients);
  const inbox = new Inbox(load, perTurn, (turns) => server.acknowledge(turns));
  await turn.connect(inbox, load.clients);
  await server.sendBursts({ ...load, seconds: load.seconds / 3 });
  inbox.clear();
  await server.startReading();
  const startedAt = performance.now();
  const turns = await server.sendBursts(load);
  const seconds = (performance.now() - startedAt) / 1_000;
  const reading = await server.read();
  const received = turns * perTurn;
  return {
    cpuMicros: reading.cpuMicros / received,
    perSecond: received / seconds,
    p50Ms: median(inbox.latencies),
    p99Ms: quantile(inbox.latencies, 0.99),
    ...memoryOf(reading),
  };
}

/** Counts what all clients receive together, and tells the server of every turn that has arrived everywhere. */
export class Inbox implements Listener {
  readonly latencies: number[] = [];
  readonly #turns: number;
  /** What all receive together between two acknowledgements. */
  readonly #batch: number;
  readonly #acknowledge: (turns: number) => void;
  #received = 0;

  constructor({ acknowledgeEveryTurns }: Burst, perTurn: number, acknowledge: (turns: number) => void) {
    this.#turns = acknowledgeEveryTurns;
    this.#batch = perTurn * acknowledgeEveryTurns;
    this.#acknowledge = acknowledge;
  }

  tick({ sentAt }: Tick): void {
    this.#received += 1;
    // each eighth is enough for a p99, and reading the clock costs
    if (this.#received % 8 === 0) this.latencies.push(now() - sentAt);
    if (this.#received % this.#batch === 0) this.#acknowledge((this.#received / this.#batch) * this.#turns);
  }

  clear(): void {
    this.latencies.length = 0;
    this.#received = 0;
  }
}
