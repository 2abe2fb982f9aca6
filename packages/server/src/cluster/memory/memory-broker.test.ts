// The engine in memory fulfils what any broker must, whether messages arrive at once or take time.
import { setImmediate } from 'node:timers/promises';
import { createManualClock } from '@wirepact/core/testing';
import type { TimedBrokerBench } from '../contract/broker-bench.fixture.js';
import { describeBrokerInTime } from '../contract/broker-contract-time.fixture.js';
import { describeBroker } from '../contract/broker-contract.fixture.js';
import { createMemoryEngine } from './memory-engine.fixture.js';
import { settle } from '../../test-server.fixture.js';

async function startAtOnce(): Promise<TimedBrokerBench> {
  const clock = createManualClock();
  const engine = createMemoryEngine({ clock });
  return {
    createBroker: () => engine.broker(),
    async breakLines() {
      engine.goAway();
      engine.comeBack();
      await settle();
    },
    async pass(ms) {
      clock.advance(ms);
      await settle();
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Time goes by itself, in turns of the event loop. */
async function startTakingTime(seed: number): Promise<TimedBrokerBench> {
  const clock = createManualClock();
  const engine = createMemoryEngine({ clock, delayMs: [0, 40], seed, publishTimeoutMs: 60_000 });
  let isRunning = true;
  const running = (async () => {
    for (; isRunning; await setImmediate()) clock.advance(1);
  })();
  return {
    createBroker: () => engine.broker(),
    async breakLines() {
      engine.goAway();
      engine.comeBack();
      await settle();
    },
    async pass(ms) {
      clock.advance(ms);
    },
    async [Symbol.asyncDispose]() {
      isRunning = false;
      await running;
    },
  };
}

describeBroker('in memory, at once', startAtOnce);
describeBrokerInTime('in memory, while time goes by', startAtOnce);
describeBroker('in memory, with delays', () => startTakingTime(1));
describeBroker('in memory, with other delays', () => startTakingTime(2));
