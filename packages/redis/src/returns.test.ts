// When messages that wait for a server are released: after the process has found out what was lost, and as soon as both
// connections are open.
import { setImmediate as turn } from 'node:timers/promises';
import { createManualClock } from '@wirepact/core/testing';
import { expect, it } from 'vitest';
import type { RedisNode } from './redis-node.js';
import { Returns } from './returns.js';

function startReturns() {
  const clock = createManualClock();
  const node = { name: 'one', isReady: true };
  const released: string[] = [];
  const told: boolean[] = [];
  let lookedAround = (): void => undefined;
  const returns = new Returns({
    clock,
    timeoutMs: 5_000,
    isReady: () => node.isReady,
    tell: (mayHaveLost) => {
      told.push(mayHaveLost);
      return new Promise((resolve) => (lookedAround = resolve));
    },
    release: ({ name }) => void released.push(name),
    failed: (error) => expect.unreachable(String(error)),
  });
  const ready = (mayHaveLost: boolean): void => returns.ready(node as unknown as RedisNode, mayHaveLost);
  ready(true);
  expect(released.splice(0)).toEqual(['one']);
  return { clock, node, returns, released, told, ready, lookedAround: () => lookedAround() };
}

it('lets go what waited for a server that lost a line while the process looked around, once that is back', async () => {
  const { node, released, told, ready, lookedAround } = startReturns();
  ready(true);
  node.isReady = false;
  lookedAround();
  await turn();
  expect(released).toEqual([]);
  node.isReady = true;
  ready(false);
  lookedAround();
  await turn();
  expect(released).toEqual(['one']);
  expect(told).toEqual([true, false]);
});

it('lets nothing go before the process has looked around once more after a server that came back meanwhile', async () => {
  const { released, ready, lookedAround } = startReturns();
  ready(false);
  ready(true);
  lookedAround();
  await turn();
  expect(released).toEqual([]);
  lookedAround();
  await turn();
  expect(released).toEqual(['one']);
});

it('waits no longer for a process that does not find out than a message may wait', async () => {
  const { clock, released, ready } = startReturns();
  ready(true);
  clock.advance(4_999);
  await turn();
  expect(released).toEqual([]);
  clock.advance(1);
  await turn();
  expect(released).toEqual(['one']);
  expect(clock.pending).toBe(0);
});

it('waits for nothing once it is closed', async () => {
  const { clock, returns, told, ready } = startReturns();
  ready(true);
  ready(true);
  returns.close();
  await turn();
  returns.missed();
  await turn();
  expect(told).toEqual([true]);
  expect(clock.pending).toBe(0);
});
