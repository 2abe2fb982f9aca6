// Many clients that connect as fast as they come, each with a token that is looked at.
import type { Figures } from '../figures.js';
import { memoryOf, type Turn } from '../turn.js';

export interface ConnectLoad {
  readonly clients: number;
}

/** Connects them all, after a tenth of them to warm up. */
export async function runConnect(turn: Turn, { clients }: ConnectLoad): Promise<Figures> {
  const server = await turn.start({ clients, authenticates: true });
  await turn.connect({}, Math.ceil(clients / 10));
  await server.startReading();
  const startedAt = performance.now();
  await turn.connect({}, clients);
  const seconds = (performance.now() - startedAt) / 1_000;
  const reading = await server.read();
  return {
    cpuMicros: reading.cpuMicros / clients,
    perSecond: clients / seconds,
    ...memoryOf(reading),
  };
}
