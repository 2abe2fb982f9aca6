// One client that stops reading: what the server holds for it, and what the others notice of it.
import { median, quantile, type Figures } from '../figures.js';
import { memoryOf, type Turn } from '../turn.js';
import { Inbox, type TickLoad } from './ticks.js';

/** Sends to all; how fast is said by those that read. */
export async function runStalled(turn: Turn, load: TickLoad): Promise<Figures> {
  const server = await turn.start({ clients: load.clients + 1 });
  // a server may give it up
  const [stalled] = await turn.connect({ tick: () => undefined, closed: () => undefined }, 1);
  stalled?.stall();
  const inbox = new Inbox(load, load.perTurn * load.clients, (turns) => server.acknowledge(turns));
  await turn.connect(inbox, load.clients);
  await server.startReading();
  const startedAt = performance.now();
  const turns = await server.sendBursts(load);
  const seconds = (performance.now() - startedAt) / 1_000;
  const reading = await server.read();
  const received = turns * load.perTurn * load.clients;
  return {
    cpuMicros: reading.cpuMicros / received,
    perSecond: received / seconds,
    p50Ms: median(inbox.latencies),
    p99Ms: quantile(inbox.latencies, 0.99),
    ...memoryOf(reading),
  };
}
