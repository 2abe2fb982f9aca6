// Clients that come back to a process all at once, as they do when another one has died.
import { defineChannels } from '@wirepact/core';
import { expect, it, vi } from 'vitest';
import { startNodes } from './cluster.fixture.js';
import { returnsAtOnce } from './shared-sessions.js';
import { settle } from '../test-server.fixture.js';

it('are taken so many at a time, and who is gone again by its turn is not asked for', async () => {
  const { nodes, brokers, errors } = await startNodes(defineChannels({}));
  const [one, other] = nodes;
  const [, broker] = brokers;
  const count = returnsAtOnce + 10;
  const clients = await Promise.all(Array.from({ length: count }, () => one.connect()));
  for (const client of clients) client.cut();
  const claim = vi.spyOn(broker, 'claimSession');
  broker.hold('everything', true);
  const returning = await Promise.all(clients.map(() => other.connectSilent()));
  returning.forEach((client, index) => {
    const { session, token } = clients[index]?.welcome ?? {};
    client.say({ path: '$hello', data: { session, token } });
  });
  await settle();
  expect(claim).toHaveBeenCalledTimes(returnsAtOnce);
  returning.at(-1)?.cut();
  broker.hold('everything', false);
  while (other.sockets.countClients < count - 1) await settle();
  expect(claim).toHaveBeenCalledTimes(count - 1);
  const welcomes = returning.map((client) => client.takeAll()[0]?.data);
  expect(welcomes.slice(0, -1).every((data) => (data as { resumed: boolean }).resumed)).toBe(true);
  expect(welcomes.at(-1)).toBeUndefined();
  expect(errors()).toEqual([]);
});
