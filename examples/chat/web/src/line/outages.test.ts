// When an outage begins, and what is told of its end.
import type { Channels } from '@wirepact-example/chat-contract';
import type { Client, ClientStatus, Gap } from '@wirepact/client';
import { expect, it } from 'vitest';
import { watchOutages } from './outages.js';

const connected: ClientStatus = { name: 'connected', sessionId: 's', since: 0, resumed: true };
const reconnecting: ClientStatus = {
  name: 'reconnecting',
  attempt: 2,
  nextAttemptAt: undefined,
  reason: { code: 1006, reason: '' },
};

const lagged: Gap = { log: 'room', room: 'lobby', why: 'lagged', from: ['e', 1], to: ['e', 9] };

function watch() {
  let now = 0;
  let tellStatus: (status: ClientStatus) => void;
  let tellGap: (gap: Gap) => void;
  const client: Pick<Client<Channels>, 'onStatus' | 'onGap'> = {
    onStatus(listener) {
      tellStatus = listener;
      return () => undefined;
    },
    onGap(listener) {
      tellGap = listener;
      return () => undefined;
    },
  };
  const outages = watchOutages(client, () => now);
  return {
    outages,
    become: (...statuses: readonly ClientStatus[]) => statuses.forEach(tellStatus!),
    miss: (...gaps: readonly Gap[]) => gaps.forEach(tellGap!),
    pass: (ms: number) => (now += ms),
  };
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

it('a gap right after a return is the outage’s', () => {
  const { outages, become, miss, pass } = watch();
  become(connected, reconnecting, connected);
  pass(1_000);
  expect(outages.isJustBack()).toBe(true);
  miss(lagged);
  expect(outages.list()).toMatchObject([{ end: { gap: 'lagged' } }]);
});

it('why a session was lost is what the gap of everyone’s log says, not that of a room that was forgotten', () => {
  const { outages, become, miss } = watch();
  const lost: Gap = { log: 'everyone', why: 'lost', from: ['e', 1], to: ['e', 9] };
  become(connected, reconnecting, { ...connected, resumed: false });
  miss(lost, { log: 'room', room: 'lobby', why: 'epoch', from: ['f', 1] });
  expect(outages.list()).toMatchObject([{ end: { resumed: false, gap: 'lost' } }]);
});

it('a gap long after a return changes nothing about the outage', () => {
  const { outages, become, miss, pass } = watch();
  become(connected, reconnecting, connected);
  const before = outages.list();
  pass(60_000);
  expect(outages.isJustBack()).toBe(false);
  miss(lagged);
  expect(outages.list()).toBe(before);
});
