// S20: whoever does not answer a close is cut off 5 s later, and a reason has 123 bytes at most, cut between letters.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultOptions } from '@wirepact/server';
import { expect, onTestFinished, test } from 'vitest';
import { RawClient } from '../conformance/rfc6455/raw-client.js';
import { startServer } from './guarded-server.js';
import { RawLine } from './raw-line.js';

test('5 s is the default, and ws has 30', () => expect(defaultOptions.limits.closeTimeoutMs).toBe(5_000));

test('a peer that never answers is cut off, and costs nothing after that', async () => {
  // its time is node’s own: no clock of a test’s reaches it
  const { sockets } = startServer({ limits: { closeTimeoutMs: 50 } });
  const server = createServer();
  sockets.attach(server, { path: '/ws' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const client = await RawClient.open(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`);
  client.willClose();
  const startedAt = performance.now();
  for (const socket of sockets.clients()) socket.disconnect('goodbye');
  await client.until(() => client.isOver);
  expect(client.closeFrame?.readUInt16BE(0)).toBe(1000);
  const tookMs = performance.now() - startedAt;
  expect(tookMs).toBeGreaterThan(40);
  // two hundred times as long as it should, for a machine that is busy
  expect(tookMs).toBeLessThan(10_000);
  expect(sockets.stats()).toMatchObject({ clients: 0, disconnected: 1 });
});

test.each([
  ['x'.repeat(200), 'x'.repeat(123)],
  ['🙂'.repeat(50), '🙂'.repeat(30)],
  ['é'.repeat(100), 'é'.repeat(61)],
  ['short', 'short'],
])('the reason %j is sent as %j', async (reason, sent) => {
  const { sockets } = startServer();
  const line = await RawLine.open(sockets);
  for (const socket of sockets.clients()) socket.disconnect(reason);
  await line.settle();
  expect(line.closeFrame?.subarray(2).toString()).toBe(sent);
});
