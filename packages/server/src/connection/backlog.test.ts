import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Backlog } from './backlog.js';
import type { Connection } from './connection.js';
import { createTestServer, request, settle } from '../test-server.fixture.js';

function waiting(...bytes: number[]) {
  const closed: number[] = [];
  const connections = bytes.map(
    (waitingBytes) =>
      ({
        outgoing: { waitingBytes, giveUp: () => closed.push(waitingBytes) },
      }) as unknown as Connection,
  );
  return { connections, closed };
}

describe('what waits for all', () => {
  it('closes nobody up to the bound', () => {
    const backlog = new Backlog(1_000);
    const { connections, closed } = waiting(600, 400);
    backlog.sweep(connections);
    expect([closed, backlog.isTooMuch]).toEqual([[], false]);
  });

  it('closes those for whom most waits, until it is a fifth less than the bound', () => {
    const backlog = new Backlog(1_000);
    const { connections, closed } = waiting(50, 300, 10, 400, 300);
    backlog.sweep(connections);
    expect([closed, backlog.isTooMuch]).toEqual([[400], true]);
    const more = waiting(300, 200, 100, 250, 180, 20);
    backlog.sweep(more.connections);
    expect(more.closed).toEqual([300]);
  });

  it('is too much until it is a fifth less than the bound', () => {
    const backlog = new Backlog(1_000);
    backlog.sweep(waiting(1_001).connections);
    backlog.sweep(waiting(500, 301).connections);
    expect(backlog.isTooMuch).toBe(true);
    backlog.sweep(waiting(500, 300).connections);
    expect(backlog.isTooMuch).toBe(false);
    backlog.sweep(waiting(500, 301).connections);
    expect(backlog.isTooMuch).toBe(false);
  });
});

it('what waits of latest counts', async () => {
  const channels = defineChannels({ price: { out: z.string(), delivery: 'latest' } });
  const server = createTestServer(channels, {
    backpressure: { resumeBytes: 100, softBytes: 100, maxTotalBytes: 1_000 },
  });
  const slow = await server.connect();
  slow.transport.bufferedBytes = 100;
  server.sockets.sendToAll('price', 'x'.repeat(1_000));
  server.clock.advance(1_000);
  await settle();
  expect(slow.transport.closedWith?.code).toBe(4508);
});

it('a server lets nobody else in while too much waits for all', async () => {
  const server = createTestServer(defineChannels({}), { backpressure: { maxTotalBytes: 1_000 } });
  const [large, small] = [await server.connect(), await server.connect()];
  large.transport.bufferedBytes = 700;
  small.transport.bufferedBytes = 400;
  server.clock.advance(1_000);
  await settle();
  expect(large.transport.closedWith?.code).toBe(4508);
  expect(small.transport.closedWith).toBeUndefined();
  expect(await server.sockets.admit(request)).toEqual({
    accepted: false,
    status: 503,
    reason: 'too much waits to be read',
  });
  server.clock.advance(1_000);
  // it is a session still, and has its place
  expect((await server.resume(large)).welcome.resumed).toBe(true);
  expect(server.sockets.stats()).toMatchObject({ slowClosed: 1, refused: { overload: 1 } });
});
