// The HTTP server under every contender that does not bring one, what its handshake says, and who is connected to it.
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const sockets = new Set<Socket>();
let isWatched = false;
let arrivals: number[] = [];
let droppedAt = 0;

/** Listens on every address, at a port of the system's choice. */
export async function listen(server: Server = createServer()): Promise<{ server: Server; port: number }> {
  if (isWatched) {
    server.on('connection', (socket: Socket) => {
      arrivals.push(performance.now() - droppedAt);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
  }
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** The token in the query of a URL. */
export function tokenOf(url: string | undefined): string {
  return new URL(url ?? '/', 'ws://localhost').searchParams.get('token') ?? '';
}

/** Before `listen`, where connections are to be broken: keeping track of them costs a little. */
export function watchConnections(): void {
  isWatched = true;
}

/** Breaks all connections without a word. */
export function breakConnections(): void {
  arrivals = [];
  droppedAt = performance.now();
  for (const socket of sockets) socket.resetAndDestroy();
}

/** When connections came since all were broken, in ms after that. */
export function arrivalsSince(): readonly number[] {
  return arrivals;
}
