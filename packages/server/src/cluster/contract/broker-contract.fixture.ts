// What any broker must fulfil, in memory or over Redis. The server relies on this and nothing else.
import { describe } from 'vitest';
import type { BrokerBench } from './broker-bench.fixture.js';
import { describeLogs } from './broker-contract-logs.fixture.js';
import { describeMessages } from './broker-contract-messages.fixture.js';
import { describePresence } from './broker-contract-presence.fixture.js';
import { describeSessions } from './broker-contract-sessions.fixture.js';

/** Runs what a broker must fulfil. `start` makes an engine that nobody has used, for one test. */
export function describeBroker(name: string, start: () => Promise<BrokerBench>): void {
  describe(name, () => {
    describe('logs', () => describeLogs(start));
    describe('messages', () => describeMessages(start));
    describe('sessions', () => describeSessions(start));
    describe('presence', () => describePresence(start));
  });
}
