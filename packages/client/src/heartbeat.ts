// Decides from what was received, and when, whether the server still answers. It compares timestamps, because timers
// fire late in background tabs and on machines that slept: a late timer alone proves nothing.
import type { Clock } from '@wirepact/core';

/** A page that wakes pings the server if nothing was received for this long… */
const probeAfterMs = 5_000;
/** …and gives it this long to answer. */
const probeTimeoutMs = 3_000;

export interface HeartbeatHooks {
  ping(): void;
  dead(): void;
}

export interface Heartbeat {
  /** Something was received. */
  heard(): void;
  /** The page is back: checks whether the server still answers. */
  probe(): void;
  stop(): void;
}

/** Watches a connection that counts as lost after `limitMs` of silence. */
export function startHeartbeat(clock: Clock, limitMs: number, hooks: HeartbeatHooks): Heartbeat {
  let heardAt: number;
  let deadline: number;
  let stopTimer = (): void => {};

  function heard(): void {
    heardAt = clock.now();
    deadline = heardAt + limitMs;
  }

  function watch(): void {
    // a clock that was set back does not move the deadline away
    deadline = Math.min(deadline, clock.now() + limitMs);
    stopTimer();
    stopTimer = clock.after(deadline - clock.now(), () => {
      // messages that have arrived and wait behind this late timer are handled first
      stopTimer = clock.after(0, () => (clock.now() < deadline ? watch() : hooks.dead()));
    });
  }

  heard();
  watch();
  return {
    heard,
    probe() {
      const now = clock.now();
      // the clock may have been set back
      if (Math.abs(now - heardAt) < probeAfterMs) return;
      // a deadline that passed during sleep proves nothing yet; one still to come is not postponed by waking again
      deadline = Math.min(deadline > now ? deadline : Infinity, now + probeTimeoutMs);
      hooks.ping();
      watch();
    },
    stop: () => stopTimer(),
  };
}
