// When an outage begins, and what is told of its end.
import type { Channels } from '@wirepact-example/chat-contract';
import type { Client, ClientStatus } from '@wirepact/client';
import { expect, it } from 'vitest';
import { watchOutages } from './outages.js';

const connected: ClientStatus = { name: 'connected', sessionId: 's', since: 0, resumed: true };
const reconnecting: ClientStatus = {
  name: 'reconnecting',
  attempt: 2,
  nextAttemptAt: undefined,
  reason: { code: 1006, reason: '' },
};

function watch() {
  let tellStatus: (status: ClientStatus) => void;
  const client: Pick<Client<Channels>, 'onStatus' | 'onGap'> = {
    onStatus(listener) {
      tellStatus = listener;
      return () => undefined;
    },
    onGap: () => () => undefined,
  };
  const outages = watchOutages(client);
  return { outages, become: (...statuses: readonly ClientStatus[]) => statuses.forEach(tellStatus!) };
}

it('attempts that fail before the first connection are no outage', () => {
  const { outages, become } = watch();
  become({ name: 'connecting', attempt: 1 }, reconnecting, connected);
  expect(outages.list()).toEqual([]);
});

it('a connection that is lost and comes back is one outage', () => {
  const { outages, become } = watch();
  become(connected, { ...reconnecting, attempt: 1 }, reconnecting, connected);
  expect(outages.list()).toMatchObject([{ attempts: 2, reason: { code: 1006 }, end: { resumed: true } }]);
});
