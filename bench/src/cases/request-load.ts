// Requests and their replies: every client keeps a number of them in flight.
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchClient } from '../client.js';
import { median, quantile, type Figures } from '../figures.js';
import { createOrder, type Order, type Receipt } from '../messages.js';
import { memoryOf, type Turn } from '../turn.js';

export interface RequestLoad {
  readonly clients: number;
  readonly inFlight: number;
  readonly seconds: number;
  readonly routes: number;
  /** What a request is larger than 100 bytes. */
  readonly bytes: number;
}

export const requestLoad: RequestLoad = { clients: 50, inFlight: 20, seconds: 1.6, routes: 1, bytes: 0 };
export const quickRequests: RequestLoad = { ...requestLoad, clients: 10, seconds: 0.6 };

/** Runs requests for a while, after half of that to warm up. */
export async function runRequests(turn: Turn, load: RequestLoad): Promise<Figures> {
  const server = await turn.start({ routes: load.routes });
  const pumps: Pump[] = [];
  for (let index = 0; index < load.clients; index += 1) {
    const pump = new Pump(load, index);
    const [client] = await turn.connect({ reply: (id, receipt) => pump.replied(id, receipt) }, 1);
    if (client) pump.client = client;
    pumps.push(pump);
  }
  for (const pump of pumps) pump.fill();
  await delay((load.seconds * 1_000) / 2);
  await server.startReading();
  for (const pump of pumps) pump.latencies.length = 0;
  const startedAt = performance.now();
  await delay(load.seconds * 1_000);
  const reading = await server.read();
  const seconds = (performance.now() - startedAt) / 1_000;
  const latencies = pumps.flatMap((pump) => pump.latencies);
  return {
    cpuMicros: reading.cpuMicros / latencies.length,
    perSecond: latencies.length / seconds,
    p50Ms: median(latencies),
    p99Ms: quantile(latencies, 0.99),
    ...memoryOf(reading),
  };
}

/** Sends a new request for every reply. */
class Pump {
  client: BenchClient | undefined;
  readonly latencies: number[] = [];
  readonly #sentAt = new Map<number, number>();
  readonly #order: Order;
  readonly #load: RequestLoad;
  /** From 1: some have 0 for their subscription. */
  #id = 1;
  #route: number;

  constructor(load: RequestLoad, index: number) {
    this.#load = load;
    this.#order = createOrder(load.bytes);
    this.#route = index;
  }

  fill(): void {
    for (let index = 0; index < this.#load.inFlight; index += 1) this.#send();
  }

  replied(id: number, { orderId, accepted }: Receipt): void {
    const sentAt = this.#sentAt.get(id);
    if (sentAt === undefined || typeof orderId !== 'string' || !accepted)
      throw new Error('a reply was wrong');
    this.#sentAt.delete(id);
    this.latencies.push(performance.now() - sentAt);
    this.#send();
  }

  #send(): void {
    const id = this.#id++;
    this.#sentAt.set(id, performance.now());
    this.client?.request(id, `order${this.#route++ % this.#load.routes}`, this.#order);
  }
}
