// Real sockets for the behaviour suite: node:http servers, clients of `ws`, and a proxy between them that spreads the clients
// over the servers in turn, all on the loopback.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type NetConnectOpts } from 'node:net';
import type { WebSocketClass } from '@wirepact/client';
import WebSocket from 'ws';
import { startCuttingProxy } from './cutting-proxy.js';
import { Wiretap } from './quiet.js';
import type { Network } from './transports.js';

export async function openLoopback(): Promise<Network> {
  const wiretap = new Wiretap();
  const proxy = await startCuttingProxy((socket) => wiretap.watch(socket));
  const servers: Server[] = [];

  const WatchedWebSocket = function (url: string, protocols: string[] = []) {
    return new WebSocket(url, protocols, {
      createConnection(options: object) {
        const socket = connect(options as NetConnectOpts);
        wiretap.watch(socket);
        return socket;
      },
    });
  };

  return {
    url: `ws://127.0.0.1:${proxy.port}/`,
    WebSocket: WatchedWebSocket as unknown as WebSocketClass,
    get upgrades() {
      return proxy.accepted;
    },
    async start(nodes) {
      const ports: number[] = [];
      for (const sockets of nodes) {
        // nothing else is there: who asks for a WebSocket where none is served any more is told so
        const server = createServer((_, response) => response.writeHead(404).end());
        servers.push(server);
        server.on('connection', (socket) => wiretap.watch(socket));
        sockets.attach(server, { path: '/' });
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        ports.push((server.address() as AddressInfo).port);
      }
      proxy.target = ports;
    },
    stop() {
      proxy.target = undefined;
      for (const server of servers) server.close();
    },
    cut: () => proxy.cut(),
    stall: (isStalled) => proxy.stall(isStalled),
    settle: () => wiretap.quiet(),
    async close() {
      const left = wiretap.open.map((ports) => `the TCP connection ${ports}`);
      for (const server of servers) {
        const listeners = server.listenerCount('upgrade');
        if (listeners > 0) left.push(`${listeners} listeners for upgrades`);
      }
      await proxy.close();
      for (const server of servers) server.close();
      return left;
    },
  };
}
