// The words for the connection are true, whatever happened to it before.
import type { ClientStatus } from '@wirepact/client';
import { expect, it } from 'vitest';
import { describeStatus } from './line-words.js';

const reason = { code: 1006, reason: '' };
const outage = { id: 1, lostAt: 1, reason, attempts: 1 };
const reconnecting: ClientStatus = { name: 'reconnecting', attempt: 1, nextAttemptAt: undefined, reason };

it('only a connection that there was is cut off', () => {
  expect(describeStatus(reconnecting, [outage])).toBe('Cut off');
  expect(describeStatus(reconnecting, [{ ...outage, end: { at: 2, resumed: true } }])).toBe('Calling …');
  expect(describeStatus(reconnecting, [])).toBe('Calling …');
});
