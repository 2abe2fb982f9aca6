// What the behaviour suite runs over: connections in memory, real sockets behind a proxy that can cut them, and servers that a
// real Redis joins behind the same proxy. To a test all are one small interface.
import type { WebSocketClass } from '@wirepact/client';
import { createMemoryNetwork, type Acceptor } from '@wirepact/core/testing';
import type { SocketManager } from '@wirepact/server';
import { openLoopback } from './loopback.js';
import { joinOverRedis, type Backplane } from './backplane.js';

/** The address of the servers, and the lines to them, which a test can break. */
export interface Network {
  readonly url: string;
  /** The class for clients to connect with. */
  readonly WebSocket: WebSocketClass;
  /** Connections that clients asked for. */
  readonly upgrades: number;
  /** Puts servers behind the address: one after the other is given a client. */
  start(nodes: readonly (Acceptor & Pick<SocketManager, 'attach'>)[]): Promise<void>;
  /** From now on nobody answers. Connections that are open stay. */
  stop(): void;
  /** Breaks every connection without a word. */
  cut(): void;
  /** `true`: nothing that the server sends arrives, until `false`. */
  stall(isStalled: boolean): void;
  /** Resolves when everything that is on its way has arrived, and what it set off has too. */
  settle(): Promise<void>;
  /** Ends it, and says what was not given back. */
  close(): Promise<readonly string[]>;
}

/** A way to carry connections. */
export interface Transport {
  readonly name: string;
  open(): Promise<Network>;
  /** Joins the servers of a test into one; without it there is one, which knows of no others. */
  join?(): Promise<Backplane>;
}

async function openMemory(): Promise<Network> {
  const network = createMemoryNetwork();
  return {
    url: 'ws://memory/',
    WebSocket: network.WebSocket,
    get upgrades() {
      return network.upgrades;
    },
    async start([sockets]) {
      if (sockets !== undefined) network.listen('/', sockets);
      network.isUp = true;
    },
    stop() {
      network.isUp = false;
    },
    cut: () => network.cut(),
    stall: (isStalled) => network.stall(isStalled),
    settle: () => network.settle(),
    async close() {
      return network.connections === 0 ? [] : [`${network.connections} connections in memory`];
    },
  };
}

export const transports: readonly Transport[] = [
  { name: 'memory', open: openMemory },
  { name: 'ws', open: openLoopback },
];

/** The same, and over Redis. */
export const everyTransport: readonly Transport[] = [
  ...transports,
  { name: 'ws, one process, Redis', open: openLoopback, join: () => joinOverRedis(1) },
  { name: 'ws, three processes, Redis', open: openLoopback, join: () => joinOverRedis(3) },
];
