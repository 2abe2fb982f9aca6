// Judges from what was heard, and when, whether the server is still there. By timestamps: background tabs and sleeping
// machines make timers late, and a late timer alone proves nothing.
import type { Clock } from '@wirepact/core';

/** A page that wakes asks the server when nothing was heard for this long… */
const probeAfterMs = 5_000;
/** …and gives it this long to say something. */
const probeTimeoutMs = 3_000;

export interface HeartbeatHooks {
  ping(): void;
  dead(): void;
}

export interface Heartbeat {
  /** The server said something. */
  heard(): void;
  /** The page came back: is the server still there? */
  probe(): void;
  stop(): void;
}

/** Watches a connection that is dead after a silence of `limitMs`. */
export function startHeartbeat(clock: Clock, limitMs: number, hooks: HeartbeatHooks): Heartbeat {
  let heardAt = clock.now();
  let deadline = heardAt + limitMs;
  let stopTimer = clock.after(limitMs, judge);

  function watch(): void {
    stopTimer();
    stopTimer = clock.after(deadline - clock.now(), judge);
  }

  function judge(): void {
    if (clock.now() < deadline) return watch();
    // what already arrived and waits behind this late timer is heard first
    stopTimer = clock.after(0, () => (clock.now() < deadline ? watch() : hooks.dead()));
  }

  return {
    heard() {
      heardAt = clock.now();
      deadline = heardAt + limitMs;
    },
    probe() {
      const now = clock.now();
      if (now - heardAt < probeAfterMs) return;
      // a deadline that passed in its sleep says nothing yet; one that is still to come is not put off by waking again
      deadline = Math.min(deadline > now ? deadline : Infinity, now + probeTimeoutMs);
      hooks.ping();
      watch();
    },
    stop: () => stopTimer(),
  };
}
