// What a case works with while it runs: the server, the clients, and the readings between two moments.
import { connect, type BenchClient, type Listener } from './client.js';
import type { Contender } from './contender.js';
import { startServer, type BenchServer } from './server.js';
import type { Reading, Setup } from './server-commands.js';

/** Handshakes that are made at a time. */
const handshakesAtOnce = 200;

/** One contender's go at one case. */
export interface Turn {
  /** Starts the server. Once per turn. */
  start(setup?: Partial<Setup>): Promise<BenchServer>;
  connect(listener: Listener, count: number): Promise<BenchClient[]>;
}

export function createTurn(contender: Contender, profileFile: string | undefined): Turn {
  let port = 0;
  return {
    async start(setup = {}) {
      const defaults = { routes: 1, clients: 0, rooms: 0, roomSize: 0, authenticates: false };
      const server = await startServer({ ...defaults, ...setup, contender: contender.name }, profileFile);
      port = server.port;
      return server;
    },
    async connect(listener, count) {
      const clients: BenchClient[] = [];
      let next = 0;
      const connectOneByOne = async (): Promise<void> => {
        for (let index = next++; index < count; index = next++) {
          const origin = `ws://${addressOf(index)}:${port}`;
          clients.push(await connect(contender.wire, origin, `token-${index}`, listener));
        }
      };
      await Promise.all(Array.from({ length: Math.min(handshakesAtOnce, count) }, connectOneByOne));
      return clients;
    },
  };
}

/** Many addresses of the same machine: one alone has ports for 28,000 connections, those that linger included. */
function addressOf(index: number): string {
  return `127.0.${1 + (index % 8)}.1`;
}

/** Figures that every case can give of a reading. */
export function memoryOf({ peakRss, heapUsed }: Reading): { rssMb: number; heapMb: number } {
  return { rssMb: peakRss / 1e6, heapMb: heapUsed / 1e6 };
}
