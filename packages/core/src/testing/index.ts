// What @wirepact/core/testing exports: tools for your own tests and for Wirepact's, without timers, sockets or waiting.
export { assertWireSafe, type WireSamples } from './assert-wire-safe.js';
export {
  createDeliveryChecker,
  type AcceptedMessage,
  type DeliveryChecker,
  type MessageKey,
  type Position,
  type ReceivedMessage,
  type ToldGap,
  type ToldPosition,
} from './delivery-checker.js';
export { createManualClock, type ManualClock, type ManualClockOptions } from './manual-clock.js';
export type { Direction, End } from './memory-connection.js';
export type { Delay, Line } from './memory-line.js';
export {
  createMemoryNetwork,
  type Acceptor,
  type MemoryNetwork,
  type MemoryNetworkOptions,
} from './memory-network.js';
export type { MemorySocket } from './memory-socket.js';
export { createSeededRandom } from './seeded-random.js';
export {
  createTestPair,
  type PairedClientOptions,
  type TestPair,
  type TestPairOptions,
} from './test-pair.js';
export type { Violation, ViolationKind } from './violation.js';
