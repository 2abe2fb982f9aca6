// Starts and stops the chat: one HTTP server for the page and the WebSockets. With REDIS_URL, several processes act as
// one server.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { redisBroker } from '@wirepact/redis';
import { createChatSockets } from './chat-sockets.js';
import { createPage } from './page.js';

/**
 * How long handlers may continue after the process was told to stop, in ms, and how long stopping may take after that.
 * This is short because the stream of the server log never ends by itself. If your handlers write to a database, keep
 * the default of 10 s.
 */
const graceMs = 400;
const patienceMs = 400;
/** Pages reconnect at random times within this many ms, so that a new process does not get them all at once. */
const spreadMs = 3_000;

const port = readPort(process.env.PORT ?? '8080');
const waitsForMs = readDuration(process.env.WAITS_FOR_MS ?? '60000');
const page = createPage(fileURLToPath(new URL('../../web/dist', import.meta.url)));
const url = process.env.REDIS_URL;
const trustProxy = process.env.TRUST_PROXY?.split(',');
const sockets = createChatSockets({
  waitsForMs,
  servedBy: process.env.PROCESS_NAME ?? `process ${process.pid}`,
  ...(trustProxy && { trustProxy }),
  ...(url !== undefined && { broker: redisBroker({ url }) }),
});

const server = createServer((request, response) => {
  const path = request.url?.split('?', 1)[0];
  if (path === '/healthz') response.setHeader('content-type', 'text/plain').end('ok\n');
  else if (path === '/ws') sockets.handleRequest(request, response);
  else page(request, response);
});
sockets.attach(server, { path: '/ws' });

server.on('error', (error: NodeJS.ErrnoException) => {
  fail(
    error.code === 'EADDRINUSE'
      ? `Port ${port} is taken. Stop what listens there, or choose another: PORT=${port + 1} node dist/main.js`
      : `The server cannot listen on port ${port}: ${error.message}`,
  );
});
server.listen(port, () => {
  const { port } = server.address() as AddressInfo;
  console.log(`Party Line is open at http://localhost:${port}`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(server));

async function stop(server: Server): Promise<void> {
  // a page that does not answer the close must not keep the process running
  setTimeout(() => process.exit(0), graceMs + patienceMs).unref();
  server.close(() => process.exit(0));
  await sockets.drain({ graceMs, spreadMs });
  server.closeIdleConnections();
}

function readPort(text: string): number {
  const port = Number(text);
  return Number.isInteger(port) && port >= 0 && port < 65_536
    ? port
    : fail(`PORT is "${text}"; it must be a number up to 65535, or 0 for any free port.`);
}

function readDuration(text: string): number {
  const ms = Number(text);
  return Number.isFinite(ms) && ms > 0
    ? ms
    : fail(`WAITS_FOR_MS is "${text}"; it must be a number of ms above 0.`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
