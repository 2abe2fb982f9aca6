// The HTTP server under every contender that does not bring one, and what its handshake says.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens on every address, at a port of the system's choice. */
export async function listen(server: Server = createServer()): Promise<{ server: Server; port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** The token in the query of a URL. */
export function tokenOf(url: string | undefined): string {
  return new URL(url ?? '/', 'ws://localhost').searchParams.get('token') ?? '';
}
