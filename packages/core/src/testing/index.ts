// For users' own tests as much as for Wirepact's: no timers, no sockets, no waiting.
export { assertWireSafe, type WireSamples } from './assert-wire-safe.js';
export { createManualClock, type ManualClock, type ManualClockOptions } from './manual-clock.js';
export { createMemoryNetwork, type Acceptor, type MemoryNetwork } from './memory-network.js';
export type { MemorySocket } from './memory-socket.js';
export {
  createTestPair,
  type PairedClientOptions,
  type TestPair,
  type TestPairOptions,
} from './test-pair.js';
