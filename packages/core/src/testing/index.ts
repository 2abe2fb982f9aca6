// For users' own tests as much as for Wirepact's: no timers, no sockets, no waiting.
export { createManualClock, type ManualClock, type ManualClockOptions } from './manual-clock.js';
