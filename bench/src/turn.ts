// What a case works with while it runs: the server, the clients, and the readings between two moments.
import { startRedis, type RedisServer } from '../../e2e/redis/start-redis.js';
import { connect, type BenchClient, type Listener } from './client.js';
import type { Contender } from './contender.js';
import { startCrowd, type Crowd } from './crowd.js';
import type { Tick } from './messages.js';
import { startServer, type BenchServer } from './server.js';
import type { Reading, Setup } from './server-commands.js';

/** Handshakes that are made at a time. */
export const handshakesAtOnce = 200;

const defaults: Omit<Setup, 'contender'> = {
  ...{ routes: 1, clients: 0, rooms: 0, roomSize: 0, authenticates: false, drops: false },
  ...{ process: 0, processes: 1, seating: 'in turn' },
};

/** One contender's go at one case. */
export interface Turn {
  /** Starts the server. Once per turn. */
  start(setup?: Partial<Setup>): Promise<BenchServer>;
  /** Starts so many servers that are joined over a Redis of their own; who connects comes to each in turn. Once per turn. */
  startJoined(
    processes: number,
    setup: Partial<Setup>,
  ): Promise<{ servers: readonly BenchServer[]; redis: RedisServer }>;
  /** Starts one of several servers, and beside it a process for its clients. */
  startWithCrowd(setup: Partial<Setup>): Promise<{ server: BenchServer; crowd: Crowd }>;
  connect(listener: Listener, count: number): Promise<BenchClient[]>;
  /** Connects a client of the contender's own; `number` says by which address. */
  connectOwn(number: number, onTick: (tick: Tick) => void): Promise<void>;
  /** Ends the servers. A Redis ends with this process. */
  close(): void;
}

export function createTurn(contender: Contender, profileFile: string | undefined): Turn {
  let ports: readonly number[] = [];
  const servers: BenchServer[] = [];
  const start = async (setup: Partial<Setup>): Promise<BenchServer> => {
    const server = await startServer({ ...defaults, ...setup, contender: contender.name }, profileFile);
    servers.push(server);
    return server;
  };
  return {
    async start(setup = {}) {
      const server = await start(setup);
      ports = [server.port];
      return server;
    },
    async startJoined(processes, setup) {
      const redis = await startRedis();
      const joined = await Promise.all(
        Array.from({ length: processes }, (_, process) =>
          start({ ...setup, process, processes, redisUrl: redis.url }),
        ),
      );
      ports = joined.map(({ port }) => port);
      return { servers: joined, redis };
    },
    async startWithCrowd(setup) {
      const server = await start(setup);
      return { server, crowd: startCrowd({ contender: contender.name, port: server.port }) };
    },
    async connect(listener, count) {
      const clients: BenchClient[] = [];
      let next = 0;
      const connectOneByOne = async (): Promise<void> => {
        for (let index = next++; index < count; index = next++) {
          const origin = `ws://${addressOf(index)}:${ports[index % ports.length]}`;
          clients.push(await connect(contender.wire, origin, `token-${index}`, listener));
        }
      };
      await Promise.all(Array.from({ length: Math.min(handshakesAtOnce, count) }, connectOneByOne));
      return clients;
    },
    connectOwn(number, onTick) {
      if (!contender.connectOwn) throw new RangeError(`${contender.name} has no client of its own`);
      return contender.connectOwn(`ws://${addressOf(number)}:${ports[0]}`, onTick);
    },
    close() {
      for (const server of servers) server.close();
    },
  };
}

/** Many addresses of the same machine: one alone has ports for 28,000 connections, those that linger included. */
export function addressOf(index: number): string {
  return `127.0.${1 + (index % 8)}.1`;
}

/** Figures that every case can give of a reading. */
export function memoryOf({ peakRss, heapUsed }: Reading): { rssMb: number; heapMb: number } {
  return { rssMb: peakRss / 1e6, heapMb: heapUsed / 1e6 };
}
