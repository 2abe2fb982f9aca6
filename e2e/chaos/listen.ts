// The HTTP server under every contender.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens at a port of the system's choice; at the loopback, unless an address is said. */
export async function listen(
  address = '127.0.0.1',
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer();
  server.listen(0, address);
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}
