// What comes to this process from Redis, whatever library has asked for it.
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Starts counting, before any connection is made. Returns what gives the bytes that have come so far. */
export function countRedisBytes(redisUrl: string | undefined): () => number {
  const sockets: Socket[] = [];
  const port = redisUrl === undefined ? 0 : Number(new URL(redisUrl).port);
  subscribe('net.client.socket', (message) => void sockets.push((message as { socket: Socket }).socket));
  return () =>
    sockets
      .filter(({ remotePort }) => remotePort === port)
      .reduce((sum, { bytesRead }) => sum + bytesRead, 0);
}
