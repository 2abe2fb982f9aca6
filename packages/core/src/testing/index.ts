// For users' own tests as much as for Wirepact's: no timers, no sockets, no waiting.
export { assertWireSafe, type WireSamples } from './assert-wire-safe.js';
export { createManualClock, type ManualClock, type ManualClockOptions } from './manual-clock.js';
