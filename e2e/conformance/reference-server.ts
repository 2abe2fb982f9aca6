// The server that the conformance suite speaks to: channels that do each thing the protocol knows, and endpoints for what
// concerns a whole connection. Another server may take its place (WIREPACT_URL) if it does the same at these paths.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SocketError, type Clock } from '@wirepact/core';
import { SocketManager } from '@wirepact/server';
import { channels, type Channels } from './reference-channels.js';
import { createMain } from './reference-main.js';

/** `/guarded`: tokens are names, or `name@expiry`. `bad` is nobody, `banned` may not, `broken` breaks. */
function createGuarded(clock: Clock | undefined) {
  return new SocketManager(channels, {
    ...(clock && { clock }),
    authenticate: ({ token = 'bad' }) => {
      if (token === 'bad') throw new SocketError('unauthenticated');
      if (token === 'banned') throw new SocketError('forbidden');
      if (token === 'broken') throw new Error('the database is down');
      const [name = '', expiry] = token.split('@');
      return { name, expiresAt: expiry === undefined ? undefined : Number(expiry) };
    },
    userId: ({ name }) => name,
    expiresAt: ({ expiresAt }) => expiresAt,
    routes: {
      who: (socket) => socket.context.name,
      tell: (socket, said) => socket.send('output', said),
    },
  });
}

/** `/life`: says who comes and goes, to everyone and to the room "lobby" that everyone is in, and keeps a log of it. */
function createLife(clock: Clock | undefined) {
  const log: string[] = [];
  const sockets: SocketManager<Channels> = new SocketManager(channels, {
    ...(clock && { clock }),
    event: {
      onConnect(socket) {
        socket.join('lobby');
        sockets.sendToAll('output', `came: ${sockets.countClients}`);
      },
      onMessage(socket, { path, data }) {
        log.push(`${path} ${JSON.stringify(data)}`);
        if (path === 'fails') throw new Error('in onMessage');
        socket.send('output', `unrouted: ${path}`);
      },
      onSuspend: (_socket, { code }) => void log.push(`suspended by ${code}`),
      onResume: () => void log.push('resumed'),
      onDisconnect(socket, { code }) {
        const { size } = sockets.room('lobby');
        log.push(`left by ${code}`);
        socket.send('output', 'nobody hears this');
        sockets.sendToAll(
          'output',
          `left: ${sockets.countClients} and ${size} in the lobby, with the leaver`,
        );
      },
    },
    routes: {
      log: () => log.splice(0),
      close: (socket, { code, reason }) => {
        socket.disconnect(reason, code);
        socket.disconnect('again', 4999);
      },
    },
  });
  return sockets;
}

export interface Target {
  /** Where the endpoints are: `ws://127.0.0.1:8080`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the reference server, or takes the one at WIREPACT_URL. */
export async function startTarget(clock?: Clock): Promise<Target> {
  const given = process.env['WIREPACT_URL'];
  if (given !== undefined && clock === undefined) return { url: given, close: async () => undefined };
  const managers = {
    '/ws': createMain({ clock }),
    '/known': createMain({ clock, knowsMembers: true }),
    '/bounded': createMain({ clock, isBounded: true }),
    '/guarded': createGuarded(clock),
    '/life': createLife(clock),
  };
  const server: Server = createServer((request, response) =>
    managers['/ws'].handleRequest(request, response),
  );
  for (const [path, sockets] of Object.entries(managers)) sockets.attach(server, { path });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      await Promise.all(Object.values(managers).map((sockets) => sockets.close()));
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
