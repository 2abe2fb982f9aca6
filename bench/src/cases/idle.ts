// What a client costs that says nothing: memory after a garbage collection, per client.
import type { Figures } from '../figures.js';
import type { Turn } from '../turn.js';
import type { ConnectLoad } from './connect.js';

/** Compares the server's memory without clients, and with all of them. */
export async function runIdle(turn: Turn, { clients }: ConnectLoad): Promise<Figures> {
  const server = await turn.start({ clients });
  // the first ones also pay for what is compiled and cached
  await turn.connect({}, 100);
  await server.collectGarbage();
  const before = await server.read();
  await turn.connect({}, clients);
  await server.collectGarbage();
  const after = await server.read();
  return {
    heapKbEach: (after.heapUsed - before.heapUsed) / 1e3 / clients,
    rssKbEach: (after.rss - before.rss) / 1e3 / clients,
  };
}
